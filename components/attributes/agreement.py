"""Agreement: several annotators vote on the same proposals, blind to each other until they finish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.curation.agreement import Vote, measure_agreement
from attrprompt.elicitation.proposals import ProposalKind, ValueProposal, accept_proposals
from attrprompt.errors import InputError
from attrprompt.store.proposals import StoredProposal
from components.attributes.cell import say_count
from components.attributes.proposals import ACCEPT, IN_BROWSER, REJECT, REJECTIONS, WAITING
from components.kit.deck import NEXT, PREVIOUS, Action, Card, Decision, draw_deck
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

ACTIONS = (
    ACCEPT,
    REJECT,
    *REJECTIONS,
    Action("s", "unsure", "Unsure"),
    NEXT,
    PREVIOUS,
)
VERDICTS = {"accept": "accepted", "reject": "rejected", "unsure": "unsure"}


def draw_agreement(page: ProjectPage) -> None:
    """The proposals to vote on; once one has finished, how far all agree and what is to settle."""
    store = page.runtime.store
    st.write(
        "Vote on the proposals that wait, each on your own. Nobody sees another's votes before finishing; votes change "
        "nothing in the project until they are settled here."
    )
    waiting = store.proposals.list_some(page.project.id, kind=ProposalKind.VALUE, statuses=WAITING)
    votes = store.votes.list_all(page.project.id, seen_by=page.actor)
    mine = {proposal_id: verdict for proposal_id, actor, verdict, _ in votes if actor == page.actor}
    if waiting:
        _draw_ballot(page, waiting)
        left = sum(proposal.id not in mine for proposal in waiting)
        st.button(
            f"Finish, with {left} left open" if left else "Finish and see the others' votes",
            key="agreement_finish",
            disabled=not mine,
            on_click=in_callback,
            args=(lambda: store.votes.finish(page.project.id, actor=page.actor),),
            help="Your votes stand from then on.",
        )
    else:
        st.caption("No proposal waits. Let a model propose values first.")
    others = [vote for vote in votes if vote[1] != page.actor]
    if not others:
        if mine:
            st.caption("No other finished votes to see; finish yours first, and the others theirs.")
        return
    _draw_measures(votes)
    _draw_settling(page, waiting, votes)


def _draw_ballot(page: ProjectPage, waiting: Sequence[StoredProposal]) -> None:
    document = page.project.document

    @fragment(key="agreement_fragment")
    def ballot() -> None:
        votes = page.runtime.store.votes.list_all(page.project.id, seen_by=page.actor)
        mine = {proposal_id for proposal_id, actor, _, _ in votes if actor == page.actor}
        cards = [
            Card(
                id=proposal.id,
                heading=" of ".join(
                    part
                    for part in (
                        document.dimensions[proposal.dimension_id].name
                        if proposal.dimension_id in document.dimensions
                        else "",
                        document.labels[proposal.label_id].title if proposal.label_id in document.labels else "",
                    )
                    if part
                ),
                body=ValueProposal.read(proposal).text,
            )
            for proposal in waiting
            if proposal.id not in mine
        ]
        draw_deck(
            "agreement_deck",
            cards[:IN_BROWSER],
            ACTIONS,
            epoch=f"{page.project.id} {page.actor}",
            done=len(waiting) - len(cards),
            total=len(waiting),
            empty="You voted on every proposal.",
            decide=lambda decision: _vote(page, decision),
        )

    ballot()


def _draw_measures(votes: Sequence[tuple[int, str, str, str]]) -> None:
    measured = measure_agreement([Vote(item, actor, verdict, reason) for item, actor, verdict, reason in votes])
    st.subheader("How far you agree", anchor=False)
    raw, alpha = st.columns(2)
    raw.metric(
        "Agreeing pairs of votes", escape(_show(measured.raw, "{:.0%}")), help="The mean over items; chance is in it."
    )
    alpha.metric(
        "Krippendorff's alpha",
        escape(_show(measured.alpha, "{:.2f}")) if measured.alpha else "not informative",
        help="1 is full agreement, 0 what chance alone gives.",
    )
    if measured.not_informative:
        st.caption(escape(measured.not_informative))
    st.caption(
        f"{say_count(measured.items, 'item')} with two votes or more, by {escape(', '.join(measured.annotators))}."
    )


def _draw_settling(
    page: ProjectPage, waiting: Sequence[StoredProposal], votes: Sequence[tuple[int, str, str, str]]
) -> None:
    by_item: dict[int, dict[str, str]] = {}
    for item, actor, verdict, _ in votes:
        by_item.setdefault(item, {})[actor] = verdict
    voted = [proposal for proposal in waiting if len(by_item.get(proposal.id, {})) > 1]
    united = {
        status: [proposal.id for proposal in voted if set(by_item[proposal.id].values()) == {status}]
        for status in ("accepted", "rejected")
    }
    st.subheader("To settle", anchor=False)
    for status, ids in united.items():
        if ids:
            st.button(
                f"{len(ids)} that everyone {escape(status)}: settle so",
                key=f"agreement_{status}",
                on_click=in_callback,
                args=(lambda status=status, ids=ids: _settle(page, ids, status),),
            )
    for proposal in voted:
        if len(set(by_item[proposal.id].values())) > 1:
            _draw_disagreement(page, proposal, by_item[proposal.id])


def _draw_disagreement(page: ProjectPage, proposal: StoredProposal, verdicts: Mapping[str, str]) -> None:
    with st.container(border=True, key=f"agreement_item_{proposal.id}"):
        words, accept, reject = st.columns([4, 1, 1], vertical_alignment="center")
        said = ", ".join(f"{actor} {verdict}" for actor, verdict in sorted(verdicts.items()))
        words.markdown(f"**{escape(ValueProposal.read(proposal).text)}**  \n{escape(said)}")
        for column, name, status in ((accept, "Accept", "accepted"), (reject, "Reject", "rejected")):
            column.button(
                escape(name),
                key=f"agreement_{status}_{proposal.id}",
                width="stretch",
                on_click=in_callback,
                args=(lambda status=status: _settle(page, [proposal.id], status),),
            )


def _vote(page: ProjectPage, decision: Decision) -> None:
    name, _, reason = decision.action.partition(":")
    if name not in VERDICTS:
        raise InputError(f"'{decision.action}' is not a vote.")
    page.runtime.store.votes.cast(
        page.project.id, decision.item, actor=page.actor, verdict=VERDICTS[name], reason=reason
    )


def _settle(page: ProjectPage, ids: Sequence[int], status: str) -> str:
    page.runtime.store.proposals.decide(
        page.project.id, ids, status, actor=page.actor, note="settled after votes", accept=accept_proposals
    )
    return f"{say_count(len(ids), 'proposal')} {status}."


def _show(estimate: Estimate | None, form: str) -> str:
    if estimate is None:
        return "no pairs"
    shown = form.format(estimate.value)
    if estimate.low is None or estimate.high is None:
        return f"{shown}, n = {estimate.n}"
    return f"{shown} ({form.format(estimate.low)} to {form.format(estimate.high)}), n = {estimate.n}"
