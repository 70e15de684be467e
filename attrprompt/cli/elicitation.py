"""The command that asks a model about attributes: elicit dimensions, values, filter and constraints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from attrprompt.cli.questions import MostTokens
from attrprompt.cli.session import (
    EXIT_DONE,
    EXIT_FAILURES,
    MODEL_OPTIONS,
    KeyVariable,
    ProjectName,
    Session,
    get_session,
    refuse_idle,
)
from attrprompt.elicitation.background import carry_out_with
from attrprompt.elicitation.class_filter.filter import CAP_PER_LABEL, Suggestion
from attrprompt.elicitation.proposals import ProposalKind, accept_proposals
from attrprompt.elicitation.questions import Way
from attrprompt.elicitation.requests import ElicitationRequest, Elicited, suggest_way
from attrprompt.errors import InputError
from attrprompt.generation.launch import default_concurrency
from attrprompt.llm.tokens import TokenLimit
from attrprompt.runtime.endpoints import choose_endpoint, read_endpoint_key
from attrprompt.store import StoredProject


class Wanted(StrEnum):
    """What the model is asked for."""

    DIMENSIONS = "dimensions"
    VALUES = "values"
    FILTER = "filter"
    CONSTRAINTS = "constraints"


KINDS = {
    Wanted.DIMENSIONS: ProposalKind.DIMENSION,
    Wanted.VALUES: ProposalKind.VALUE,
    Wanted.FILTER: ProposalKind.FILTER,
    Wanted.CONSTRAINTS: ProposalKind.CONSTRAINT,
}
DEFAULT_N = {Wanted.DIMENSIONS: 6, Wanted.VALUES: 10, Wanted.FILTER: 1, Wanted.CONSTRAINTS: 30}


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("elicit")(elicit)


def elicit(
    context: typer.Context,
    project: ProjectName,
    wanted: Annotated[Wanted, typer.Argument(help="What to ask for.", metavar="dimensions|values|filter|constraints")],
    dimension: Annotated[str | None, typer.Argument(help="With values and filter.", metavar="[DIMENSION]")] = None,
    label: Annotated[list[str] | None, typer.Option(help="Only this label. Repeatable; default all.")] = None,
    n: Annotated[int | None, typer.Option(min=1, max=200, help="Values a label, dimensions, configurations.")] = None,
    guidance: Annotated[str, typer.Option(help="A wish in your own words.")] = "",
    way: Annotated[Way | None, typer.Option(help="How to ask; default by_example for the embedded model.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Accept all that is proposed, as one step.")] = False,
    cap: Annotated[int, typer.Option(min=0, help="Of the filter: values of one label to go at most.")] = CAP_PER_LABEL,
    ask_model: Annotated[
        bool, typer.Option("--model-check/--no-model-check", help="Filter with the model too.")
    ] = True,
    embed: Annotated[bool, typer.Option("--embed/--no-embed", help="Near-synonyms and margins by embedding.")] = True,
    seed: Annotated[int | None, typer.Option(min=0, help="Makes a local model's answers repeatable.")] = None,
    max_tokens: MostTokens = None,
    base_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible endpoint.")] = None,
    model: Annotated[str | None, typer.Option(help="The model's name there.")] = None,
    api_key_env: KeyVariable = None,
) -> int:
    """Let a model propose dimensions, values, removals or constraints; they wait for a decision without --accept."""
    session = get_session(context)
    stored = session.find_project(project)
    document = stored.document
    if (dimension is None) == (wanted in (Wanted.VALUES, Wanted.FILTER)):
        raise InputError(
            f"Name the dimension: elicit PROJECT {wanted} DIMENSION."
            if dimension is None
            else f"elicit PROJECT {wanted} takes no dimension."
        )
    dimension_id = document.find_dimension(dimension) if dimension is not None else ""
    for parameters, reason in _list_idle(wanted, way, asks_model=ask_model):
        refuse_idle(context, parameters, reason)
    if wanted is Wanted.VALUES and not document.dimensions[dimension_id].class_dependent:
        refuse_idle(context, ["label"], f"does not go with '{dimension}': its values are the same for all labels.")
    endpoint = choose_endpoint(stored, base_url=base_url, model=model, key_variable=api_key_env)
    request = ElicitationRequest(
        kind=KINDS[wanted],
        dimension_id=dimension_id,
        label_ids=tuple(document.find_label(name) for name in label or ()),
        n=n or DEFAULT_N[wanted],
        guidance=guidance,
        way=way or suggest_way(endpoint),
        seed=seed,
        asks_model=ask_model,
        embeds=embed,
        cap=cap,
        concurrency=min(4, default_concurrency(endpoint)),
        limit=TokenLimit(max_tokens),
    )
    key = read_endpoint_key(endpoint)
    if wanted is not Wanted.FILTER or ask_model:
        if endpoint.is_embedded:
            session.runtime.embedded().start()
        session.tell(f"Asking {endpoint.model}.")
    elicited = session.runtime.submit(
        carry_out_with(
            session.runtime,
            stored,
            request,
            endpoint,
            key,
            tell=lambda share, doing: session.tell(f"{share:.0%} {doing}"),
        )
    ).result()
    if accept:
        _accept(session, stored, wanted, elicited)
    describe = _describe_filter if wanted is Wanted.FILTER else _describe_proposals
    session.emit(describe(stored, elicited, accepted=accept))
    return EXIT_FAILURES if elicited.replies and elicited.unread == elicited.replies else EXIT_DONE


def _list_idle(wanted: Wanted, way: Way | None, *, asks_model: bool) -> Iterator[tuple[Sequence[str], str]]:
    """The options that what is wanted makes no use of, and what each goes with."""
    if wanted is Wanted.FILTER:
        yield ["n", "guidance", "way", "seed"], "has no meaning for the filter, which asks about values that are there."
        if not asks_model:
            yield ["max_tokens", *MODEL_OPTIONS], "is about the model, which --no-model-check leaves out."
    else:
        yield ["cap", "ask_model"], "is about the filter; it goes with elicit PROJECT filter DIMENSION."
    if wanted in (Wanted.DIMENSIONS, Wanted.CONSTRAINTS):
        yield ["label", "embed"], "is about values; it goes with elicit PROJECT values DIMENSION or filter DIMENSION."
    if wanted is Wanted.CONSTRAINTS:
        yield ["way"], "has no meaning for constraints, which are asked for in one way."
    if wanted is Wanted.DIMENSIONS and way is Way.VERBALIZED:
        yield ["way"], f"{way} is for values; dimensions are asked for with plain or by_example."


def _accept(session: Session, stored: StoredProject, wanted: Wanted, elicited: Elicited) -> None:
    proposals = session.runtime.store.proposals
    ids = list(elicited.proposal_ids)
    if wanted is Wanted.FILTER:
        drops = [finding.suggestion is Suggestion.DROP for finding in elicited.findings]
        kept = [number for number, drop in zip(ids, drops, strict=True) if not drop]
        ids = [number for number, drop in zip(ids, drops, strict=True) if drop]
        proposals.decide(stored.id, kept, "rejected", actor=session.actor, reason="kept")
    if ids:
        proposals.decide(stored.id, ids, "accepted", actor=session.actor, accept=accept_proposals)


def _describe_proposals(stored: StoredProject, elicited: Elicited, *, accepted: bool) -> dict[str, Any]:
    labels = stored.document.labels
    proposed = [
        {"label": labels[proposal.label_id].name if proposal.label_id in labels else None, **proposal.payload}
        if proposal.kind is ProposalKind.VALUE
        else dict(proposal.payload)
        for proposal in elicited.proposals
    ]
    return {
        "proposed": proposed,
        "accepted": len(proposed) if accepted else 0,
        "dropped": [{"text": dropped.text, "reason": dropped.reason} for dropped in elicited.dropped],
        "replies": elicited.replies,
        "unread": elicited.unread,
        "problems": list(elicited.problems),
    }


def _describe_filter(stored: StoredProject, elicited: Elicited, *, accepted: bool) -> dict[str, Any]:
    names = {key: label.name for key, label in stored.document.labels.items()}
    drops = [finding for finding in elicited.findings if finding.suggestion is Suggestion.DROP]
    removed: Sequence[dict[str, Any]] = [
        {
            "label": names[drop.label_id],
            "value": drop.value,
            "similar": names[drop.similar_id],
            "reason": drop.reason,
            "model": drop.llm_verdict.value if drop.llm_verdict is not None else None,
            "margin": drop.margin,
        }
        for drop in drops
    ]
    return {
        "kept": len(elicited.findings) - len(drops),
        "removed": list(removed),
        "applied": accepted,
        "replies": elicited.replies,
        "unread": elicited.unread,
        "problems": list(elicited.problems),
    }
