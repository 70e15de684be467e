"""One request of a person to a model about attributes, carried out: from the endpoint into the store.

Pages and the command line share it. What comes back is stored label by label as soon as it is there, every reply as it
came, so nothing is lost when it is stopped half-way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from attrprompt.elicitation.class_filter.filter import (
    CAP_PER_LABEL,
    FilterFinding,
    filter_dimension,
)
from attrprompt.elicitation.constraints import elicit_constraints
from attrprompt.elicitation.dimensions import elicit_dimensions
from attrprompt.elicitation.proposals import (
    Proposal,
    ProposalKind,
    propose_constraint,
    propose_dimension,
    propose_removal,
    propose_value,
)
from attrprompt.elicitation.questions import Way
from attrprompt.elicitation.values import (
    DroppedValue,
    ElicitedValues,
    elicit_for_labels,
    elicit_values,
    flag_near_synonyms,
)
from attrprompt.encoding.encoder import Encoder
from attrprompt.errors import AttrPromptError
from attrprompt.llm.asking import RawReply
from attrprompt.llm.chat import ChatClient, Endpoint
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.runtime.background import Tell
from attrprompt.store import Store, StoredProject
from attrprompt.store.proposals import NewProposal

REPLACED = "replaced"
"""Why an open filter proposal was closed: a newer filter run took its place."""


def ignore_progress(share: float, doing: str) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True)
class ElicitationRequest:
    """What is wanted of the model.

    Attributes:
        kind: dimensions, values of a dimension, its class-aware filter, or constraints.
        label_ids: for values and the filter these labels only; none means all.
        n: how many dimensions, values a label, or configurations to show for constraints.
        asks_model: the filter may do without; its verdicts are left out then.
        embeds: near-synonyms are flagged and the filter's margins measured by embedding.
        cap: at most so many values of a label does the filter suggest to drop.
        limit: most tokens of a reply, with room to think.
    """

    kind: ProposalKind
    dimension_id: str = ""
    label_ids: tuple[str, ...] = ()
    n: int = 10
    guidance: str = ""
    way: Way = Way.PLAIN
    seed: int | None = None
    asks_model: bool = True
    embeds: bool = True
    cap: int = CAP_PER_LABEL
    concurrency: int = 4
    limit: TokenLimit = DEFAULT_LIMIT


@dataclass(frozen=True)
class Elicited:
    """What came of a request.

    Attributes:
        proposal_ids: the stored proposals, open.
        proposals: the same as they were proposed.
        findings: all rows of a filter, those to keep among them; `proposals` of a filter stand in the same order.
        dropped: values that came back and were not taken.
        problems: sentences for the person.
        replies: how many replies there were, and how many of them could not be read.
    """

    proposal_ids: tuple[int, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    findings: tuple[FilterFinding, ...] = ()
    dropped: tuple[DroppedValue, ...] = ()
    problems: tuple[str, ...] = ()
    replies: int = 0
    unread: int = 0

    def joined(self, other: Elicited) -> Elicited:
        """Both, one after the other."""
        return Elicited(
            self.proposal_ids + other.proposal_ids,
            self.proposals + other.proposals,
            self.findings + other.findings,
            self.dropped + other.dropped,
            self.problems + other.problems,
            self.replies + other.replies,
            self.unread + other.unread,
        )


def suggest_way(endpoint: Endpoint) -> Way:
    """How this endpoint is best asked: small models copy a form better than they follow an instruction."""
    return Way.BY_EXAMPLE if endpoint.is_embedded else Way.PLAIN


async def carry_out(
    store: Store,
    project: StoredProject,
    request: ElicitationRequest,
    client: ChatClient,
    model: str,
    *,
    encoder: Encoder | None = None,
    stop: asyncio.Event | None = None,
    tell: Tell = ignore_progress,
) -> Elicited:
    """Ask, and store what comes back as open proposals.

    Args:
        store: where proposals and raw replies go.
        project: as it stands now.
        request: what is wanted.
        client: what is asked.
        model: its name there.
        encoder: flags near-synonyms and measures the filter's margins; None leaves both out.
        stop: when set, nothing more is asked.
        tell: hears how far it is, 0 to 1, and what was done.

    Raises:
        InputError: the dimension or a label is gone, or does not go with the request.
        ProviderError: the endpoint failed for good; what came before it is stored.
    """
    work = _Work(store, project, request, client, model, encoder, stop, tell)
    return await {
        ProposalKind.DIMENSION: work.ask_dimensions,
        ProposalKind.VALUE: work.ask_values,
        ProposalKind.FILTER: work.ask_filter,
        ProposalKind.CONSTRAINT: work.ask_constraints,
    }[request.kind]()


@dataclass(frozen=True)
class _Work:
    store: Store
    project: StoredProject
    request: ElicitationRequest
    client: ChatClient
    model: str
    encoder: Encoder | None
    stop: asyncio.Event | None
    tell: Tell

    @property
    def maker(self) -> str:
        return f"model:{self.model}"[:200]

    async def ask_dimensions(self) -> Elicited:
        request = self.request
        self.tell(0.0, "the model is asked")
        struck = self._list_texts(ProposalKind.DIMENSION, "", ("rejected", "open", "unsure"))
        found = await elicit_dimensions(
            self.client,
            self.model,
            self.project.document,
            n=request.n,
            guidance=request.guidance,
            rejected=struck.get("", ()),
            way=Way.BY_EXAMPLE if request.way is Way.BY_EXAMPLE else Way.PLAIN,
            limit=request.limit,
            seed=request.seed,
        )
        return self._keep(
            [propose_dimension(proposal, self.maker) for proposal in found.proposals],
            replies=found.replies,
            purpose="dimensions",
            problems=found.problems,
        )

    async def ask_values(self) -> Elicited:
        request, document = self.request, self.project.document
        rejected = self._list_texts(ProposalKind.VALUE, request.dimension_id, ("rejected",))
        waiting = self._list_texts(ProposalKind.VALUE, request.dimension_id, ("open", "unsure"))
        dimension = document.dimensions.get(request.dimension_id)
        progress = _ValueProgress(self.tell, request.n)
        if dimension is None or not dimension.class_dependent:
            values = await elicit_values(
                self.client,
                self.model,
                document,
                request.dimension_id,
                n=request.n,
                guidance=request.guidance,
                existing=waiting.get("", ()),
                rejected=rejected.get("", ()),
                way=request.way,
                limit=request.limit,
                seed=request.seed,
                stop=self.stop,
                on_round=progress.hear_round,
            )
            return await self._flag([values], self._keep_values(values))
        total, asked = Elicited(), list[ElicitedValues]()
        progress.labels = len(request.label_ids) or len(document.labels)
        async for step in elicit_for_labels(
            self.client,
            self.model,
            document,
            request.dimension_id,
            label_ids=request.label_ids,
            n=request.n,
            guidance=request.guidance,
            existing=waiting,
            rejected=rejected,
            way=request.way,
            concurrency=request.concurrency,
            limit=request.limit,
            seed=request.seed,
            stop=self.stop,
            on_round=progress.hear_round,
        ):
            asked.append(step.values)
            kept = self._keep_values(step.values)
            problems = tuple(f"{step.label}: {problem}" for problem in kept.problems)
            total = total.joined(replace(kept, problems=problems))
            progress.hear_label(step.label_id)
        return await self._flag(asked, total)

    async def ask_filter(self) -> Elicited:
        request = self.request
        total, problems, gave_up = Elicited(), tuple[str, ...](), ""
        self.tell(0.0, "the values are compared by embedding" if self.encoder is not None else "the model is asked")
        async for label in filter_dimension(
            self.project.document,
            request.dimension_id,
            encoder=self.encoder,
            client=self.client if request.asks_model else None,
            model=self.model,
            labels=request.label_ids,
            cap=request.cap,
            limit=request.limit,
            concurrency=request.concurrency,
            stop=self.stop,
        ):
            if label.control is not None:
                problems = () if label.control.is_trusted else (label.control.sentence,)
            gave_up = gave_up or label.gave_up
            self._close_open_removals(label.label_id)
            proposals = [self._propose_finding(finding) for finding in label.findings]
            kept = self._keep(proposals, replies=label.replies, purpose="filter")
            total = total.joined(replace(kept, findings=label.findings))
            self.tell(label.done / label.total, f"{label.done} of {label.total} labels, {len(total.findings)} values")
        return replace(total, problems=(*total.problems, *problems, *([gave_up] if gave_up else [])))

    async def ask_constraints(self) -> Elicited:
        found = await elicit_constraints(
            self.client,
            self.model,
            self.project.document,
            configurations=self.request.n,
            guidance=self.request.guidance,
            seed=self.request.seed or 0,
            limit=self.request.limit,
            stop=self.stop,
            on_shown=lambda shown, of: self.tell(0.95 * shown / of, f"{shown} of {of} configurations"),
        )
        problems = (*found.problems, *(f"{dropped.text}: {dropped.reason}" for dropped in found.dropped))
        return self._keep(
            [propose_constraint(proposal, self.maker) for proposal in found.proposals],
            replies=found.replies,
            purpose="constraints",
            problems=problems,
        )

    def _keep_values(self, values: ElicitedValues) -> Elicited:
        kept = self._keep(
            [
                propose_value(proposal, values.dimension_id, values.label_id, self.maker)
                for proposal in values.proposals
            ],
            replies=values.replies,
            purpose="values",
            problems=values.problems,
        )
        return replace(kept, dropped=values.dropped)

    async def _flag(self, values: Sequence[ElicitedValues], elicited: Elicited) -> Elicited:
        """Say of the stored values which may only repeat another; they can be decided on meanwhile."""
        if self.encoder is None or not elicited.proposals or (self.stop is not None and self.stop.is_set()):
            return elicited
        self.tell(0.95, f"{len(elicited.proposals)} values proposed, looking for near-synonyms")
        try:
            flagged = [
                await asyncio.to_thread(flag_near_synonyms, self.encoder, value, self.project.document)
                for value in values
            ]
        except AttrPromptError as error:
            return replace(elicited, problems=(*elicited.problems, f"Near-synonyms were not looked for. {error}"))
        proposals = tuple(
            propose_value(proposal, elicited_values.dimension_id, elicited_values.label_id, self.maker)
            for elicited_values in flagged
            for proposal in elicited_values.proposals
        )
        numbered = zip(elicited.proposal_ids, proposals, strict=True)
        self.store.proposals.remark(
            self.project.id, {number: proposal.payload for number, proposal in numbered if proposal.payload["near"]}
        )
        return replace(elicited, proposals=proposals)

    def _propose_finding(self, finding: FilterFinding) -> Proposal:
        return propose_removal(finding.to_proposal(), finding.dimension_id, finding.label_id, self.maker)

    def _keep(
        self,
        proposals: Sequence[Proposal],
        *,
        replies: Iterable[RawReply],
        purpose: str,
        problems: Sequence[str] = (),
    ) -> Elicited:
        asked = list(replies)
        for reply in asked:
            self.store.replies.add(self.project.id, purpose, replace(reply, model=reply.model or self.model))
        rows = [
            NewProposal(proposal.kind, proposal.text, proposal.payload, proposal.dimension_id, proposal.label_id)
            for proposal in proposals
        ]
        numbers = self.store.proposals.add(self.project.id, rows, maker=self.maker) if rows else []
        unread = sum(bool(reply.problem) for reply in asked)
        return Elicited(tuple(numbers), tuple(proposals), problems=tuple(problems), replies=len(asked), unread=unread)

    def _list_texts(
        self, kind: ProposalKind, dimension_id: str, statuses: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """The texts of proposals in these states, by label."""
        texts: dict[str, list[str]] = {}
        for proposal in self.store.proposals.list_some(
            self.project.id, kind=kind, dimension_id=dimension_id, statuses=statuses
        ):
            texts.setdefault(proposal.label_id, []).append(
                str(proposal.payload.get("text") or proposal.payload.get("name") or "")
            )
        return {label_id: tuple(found) for label_id, found in texts.items()}

    def _close_open_removals(self, label_id: str) -> None:
        """A label's new rows of a filter take the place of its open ones."""
        stale = self.store.proposals.list_some(
            self.project.id,
            kind=ProposalKind.FILTER,
            dimension_id=self.request.dimension_id,
            label_id=label_id,
            statuses=("open", "unsure"),
        )
        if stale:
            numbers = [proposal.id for proposal in stale]
            self.store.proposals.decide(self.project.id, numbers, "rejected", actor=self.maker, reason=REPLACED)


class _ValueProgress:
    """How far a request for values is, told after every reply: a label counts in part while it is under way."""

    def __init__(self, tell: Tell, n: int) -> None:
        self._tell, self._n = tell, n
        self._values: dict[str | None, int] = {}
        self._done: set[str | None] = set()
        self.labels = 1

    def hear_round(self, label_id: str | None, taken: int) -> None:
        """A label has so many values by now."""
        self._values[label_id] = taken
        self._say()

    def hear_label(self, label_id: str | None) -> None:
        """A label is done."""
        self._done.add(label_id)
        self._values.setdefault(label_id, 0)
        self._say()

    def _say(self) -> None:
        parts = [1.0 if key in self._done else min(1.0, taken / self._n) for key, taken in self._values.items()]
        found = f"{sum(self._values.values())} of {self._n * self.labels} values"
        doing = f"{len(self._done)} of {self.labels} labels, {found}" if self.labels > 1 else found
        self._tell(0.95 * sum(parts) / self.labels, doing)
