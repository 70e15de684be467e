"""Proposed values decided by key: accept, reject with a reason, unsure with a note, undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from attrprompt.elicitation.proposals import ProposalKind, RejectReason, ValueProposal, accept_proposals
from attrprompt.errors import InputError
from attrprompt.project import Project
from attrprompt.store.proposals import StoredProposal
from components.attributes.cell import OpenCell, say_count
from components.attributes.trials import draw_tried_proposal, try_proposal
from components.kit.deck import NEXT, PREVIOUS, UNDO, Action, Card, Decision, draw_deck
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

ACCEPT = Action("a", "accept", "Accept", tone="good")
REJECT = Action("x", "reject", "Reject", tone="bad")
EDIT = Action("e", "edit", "Edit and accept", tone="good", asks="text")
UNSURE = Action("s", "unsure", "Unsure, with note", asks="text")
TRY = Action("t", "try", "Try it", advances=False, decides=False)
REASONS = {
    "g": (RejectReason.GENERAL, "too general"),
    "f": (RejectReason.FITS_TWO_LABELS, "two labels"),
    "w": (RejectReason.WRONG, "wrong"),
    "d": (RejectReason.DUPLICATE, "duplicate"),
}
REJECTIONS = tuple(
    Action(key, f"reject:{reason.value}", f"Reject: {short}", tone="bad") for key, (reason, short) in REASONS.items()
)
ACTIONS = (
    ACCEPT,
    REJECT,
    *REJECTIONS,
    UNSURE,
    EDIT,
    TRY,
    NEXT,
    PREVIOUS,
    UNDO,
)
WAITING = ("open", "unsure")
_DECIDING = "attributes_deciding"
IN_BROWSER = 100
"""Cards sent ahead: they are small, and quick keys must not run out of them while the server is busy."""


def draw_proposals(page: ProjectPage, cell: OpenCell) -> None:
    """The proposals of the open cell, or of its whole dimension; nothing where none waits."""
    store = page.runtime.store.proposals
    of_dimension = store.list_some(
        page.project.id, kind=ProposalKind.VALUE, dimension_id=cell.dimension_id, statuses=WAITING
    )
    of_cell = [proposal for proposal in of_dimension if proposal.label_id == cell.label_id]
    if not of_dimension:
        return
    if of_cell:
        st.session_state[_DECIDING] = cell.key
    elif cell.label_id and st.session_state.get(_DECIDING) != cell.key:
        # who has decided on the last one of this cell goes on with the others; who opens another cell is asked first
        st.button(
            f"{say_count(len(of_dimension), 'proposal')} for other labels: decide on them here",
            key="attributes_others",
            icon=":material/style:",
            width="stretch",
            on_click=in_callback,
            args=(_go_on, cell),
        )
        return
    with st.container(border=True, key="attributes_proposals"):
        whole = not of_cell
        everywhere = f"All labels of {cell.dimension.name}: {len(of_dimension)}"
        if of_cell and len(of_dimension) > len(of_cell):
            names = {"cell": f"{cell.title}: {len(of_cell)}", "dimension": everywhere}
            chosen = st.segmented_control(
                "Proposals waiting",
                list(names),
                default="cell",
                format_func=lambda scope: escape(names[scope]),
                key=f"attributes_scope_{cell.key}",
            )
            whole = chosen == "dimension"
        else:
            st.markdown(f"**{escape(everywhere if whole else cell.title)}** · waiting for your decision")
        _draw_queue(page, cell, whole=whole)


def _go_on(cell: OpenCell) -> None:
    st.session_state[_DECIDING] = cell.key


def _draw_queue(page: ProjectPage, cell: OpenCell, *, whole: bool) -> None:
    label_id = None if whole else cell.label_id

    @fragment(key="attributes_deck_fragment")
    def queue() -> None:
        everything = page.runtime.store.proposals.list_some(
            page.project.id, kind=ProposalKind.VALUE, dimension_id=cell.dimension_id, label_id=label_id
        )
        waiting = [proposal for proposal in everything if proposal.status in WAITING]
        waiting.sort(key=lambda proposal: proposal.status == "unsure")
        if not waiting:
            st.rerun()
        draw_deck(
            "attributes_deck",
            [_make_card(page, cell, proposal) for proposal in waiting[:IN_BROWSER]],
            ACTIONS,
            epoch=f"{page.project.id} {cell.dimension_id} {label_id}",
            done=len(everything) - len(waiting),
            total=len(everything),
            empty="Every proposal is decided.",
            decide=lambda decision: _decide(page, decision, waiting),
        )
        draw_tried_proposal()
        row = st.container(horizontal=True, gap="small")
        for words, status in (("Accept", "accepted"), ("Reject", "rejected")):
            row.button(
                f"{escape(words)} all {len(waiting)}",
                key=f"attributes_{status}_all",
                on_click=in_callback,
                args=(lambda status=status: _decide_all(page, waiting, status),),
                help="One step, undone as one.",
            )

    queue()


def _make_card(page: ProjectPage, cell: OpenCell, proposal: StoredProposal) -> Card:
    value = ValueProposal.read(proposal)
    label = page.project.document.labels.get(proposal.label_id)
    heading = f"{cell.dimension.name} of {label.title}" if label else f"{cell.dimension.name}, all labels"
    notes: list[str] = []
    if value.near:
        notes.append(f"close to “{value.near}” (similarity {value.near_similarity:.2f})")
    if value.probability is not None:
        notes.append(f"the model's probability {value.probability:.2f}")
    if proposal.status == "unsure":
        notes.append(f"unsure, {proposal.decided_by}" + (f": {proposal.note}" if proposal.note else ""))
    details = [("Proposed by", proposal.maker.removeprefix("model:")), ("Description", value.description)]
    return Card(
        id=proposal.id,
        heading=heading,
        body=value.text,
        notes=tuple(notes),
        details=tuple(detail for detail in details if detail[1]),
        editable=((EDIT.name, value.text), (UNSURE.name, proposal.note)),
    )


def _decide(page: ProjectPage, decision: Decision, waiting: Sequence[StoredProposal]) -> str | None:
    store, project_id = page.runtime.store.proposals, page.project.id
    name, _, reason = decision.action.partition(":")
    if name == "undo":
        store.undo_last(project_id, actor=page.actor)
    elif name == "try":
        for proposal in waiting:
            if proposal.id == decision.item:
                try_proposal(page, proposal)
    elif name == "accept":
        store.decide(project_id, [decision.item], "accepted", actor=page.actor, accept=accept_proposals)
    elif name == "edit":
        store.decide(
            project_id,
            [decision.item],
            "accepted",
            actor=page.actor,
            note=f"edited to: {decision.value}",
            accept=lambda project, wanted: _accept_edited(project, wanted, decision.value),
        )
    elif name == "reject":
        store.decide(project_id, [decision.item], "rejected", actor=page.actor, reason=reason)
    elif name == "unsure":
        store.decide(project_id, [decision.item], "unsure", actor=page.actor, note=decision.value)
    else:
        raise InputError(f"'{decision.action}' is not a decision on a proposal.")
    return None


def _accept_edited(project: Project, wanted: Sequence[StoredProposal], text: str) -> Project:
    if not text.strip():
        raise InputError("The edited value is blank. Write what it shall say, or reject it.")
    return accept_proposals(
        project, [replace(proposal, payload={**proposal.payload, "text": text.strip()}) for proposal in wanted]
    )


def _decide_all(page: ProjectPage, waiting: Sequence[StoredProposal], status: str) -> str:
    page.runtime.store.proposals.decide(
        page.project.id, [proposal.id for proposal in waiting], status, actor=page.actor, accept=accept_proposals
    )
    return f"{say_count(len(waiting), 'proposal')} {status}."
