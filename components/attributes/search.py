"""Search over the values of all labels and what is proposed for them, and one change on all that are chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from attrprompt import edits
from attrprompt.curation.matrix import ValueHit, holds_words, search_values
from attrprompt.elicitation.proposals import ProposalKind, RejectReason, ValueProposal, accept_proposals
from attrprompt.project import Project
from attrprompt.store.proposals import StoredProposal
from components.attributes.cell import VIEW_KEY, open_cell, save_document, say_count
from components.attributes.proposals import WAITING
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

VALUES, PROPOSALS = "Values", "Proposals waiting"
ShownT = TypeVar("ShownT")
SHOWN = 1_000
LONGEST = 640  # pixels


def draw_search(page: ProjectPage) -> None:
    """Find values, or proposals that wait, by their words; choose some, change them as one step."""
    document = page.project.document
    where = st.segmented_control("Look in", [VALUES, PROPOSALS], default=VALUES, key="search_where") or VALUES
    by_words, by_dimension, by_label = st.columns([2, 1, 1])
    query = by_words.text_input("Words in the value or its description", key="search_words", placeholder="in any case")
    dimensions = {key: dimension.name for key, dimension in document.ordered_dimensions()}
    labels = {key: label.title for key, label in document.ordered_labels()}
    dimension_id = by_dimension.selectbox(
        "Dimension",
        list(dimensions),
        None,
        format_func=dimensions.__getitem__,
        key="search_dimension",
        placeholder="any",
    )
    label_id = by_label.selectbox(
        "Label", list(labels), None, format_func=labels.__getitem__, key="search_label", placeholder="any"
    )
    if where == PROPOSALS:
        draw_found_proposals(page, query, dimension_id, label_id)
        return
    hits = search_values(document, query, dimension_id=dimension_id, label_id=label_id)
    shown = hits[:SHOWN]
    frame = pd.DataFrame(
        {
            "value": [hit.value.text for hit in shown],
            "dimension": [dimensions[hit.dimension_id] for hit in shown],
            "labels": [", ".join(labels[key] for key in hit.label_ids) or "all" for hit in shown],
            "weight": [hit.value.weight for hit in shown],
            "description": [hit.value.description for hit in shown],
        }
    )
    columns = {
        "value": st.column_config.TextColumn("Value", width="large"),
        "dimension": "Dimension",
        "labels": "Labels",
        "weight": st.column_config.NumberColumn("Weight", format="%g", width="small"),
        "description": "Description",
    }
    key = f"search_table_{page.project.revision}_{query}_{dimension_id}_{label_id}"
    chosen = [shown[row] for row in draw_found(frame, len(hits), "value", columns, key=key)]
    if chosen:
        _draw_actions(page, chosen, lambda: read_chosen(key, shown))


def _draw_actions(page: ProjectPage, chosen: Sequence[ValueHit], choose: Callable[[], list[ValueHit]]) -> None:
    """The actions on what is chosen; each reads anew what that is, and with what, when it is pressed."""
    state = st.session_state
    many = say_count(len(chosen), "value")
    show, delete, weight, give = st.columns(4, vertical_alignment="bottom")
    first = chosen[0]
    show.button(
        "Open the first",
        key="search_open",
        width="stretch",
        on_click=in_callback,
        args=(_show, first.dimension_id, first.label_ids[0] if first.label_ids else ""),
    )
    with delete.popover(f"Delete {many}", icon=":material/delete:", width="stretch", key="search_delete"):
        st.write(f"{many} go from all their labels, as one step. You can undo it.")
        st.button(
            "Delete now",
            key="search_delete_now",
            on_click=in_callback,
            args=(lambda: _change(page, choose(), edits.delete_values, "deleted"),),
        )
    with weight.popover("Set weight", icon=":material/balance:", width="stretch", key="search_weight"):
        st.number_input("Weight", 0.01, 1e6, 1.0, key="search_weight_number")
        st.button(
            f"Set for {many}",
            key="search_weight_now",
            on_click=in_callback,
            args=(lambda: _weigh(page, choose(), float(state["search_weight_number"])),),
        )
    own = sum(bool(hit.label_ids) for hit in chosen)
    labels = {key: label.title for key, label in page.project.document.ordered_labels()}
    with give.popover("Give to a label", icon=":material/label:", width="stretch", disabled=not own, key="search_give"):
        st.selectbox("Label", list(labels), format_func=labels.__getitem__, key="search_target")
        st.write("Copied: both labels have it. Shared: one value for both. Moved: only the new label has it.")
        for word, action in (("Copy", _copy), ("Share", _share), ("Move", _move)):
            st.button(
                f"{escape(word)} {say_count(own, 'value')}",
                key=f"search_{word.casefold()}",
                width="stretch",
                on_click=in_callback,
                args=(
                    lambda action=action: action(
                        page, [hit for hit in choose() if hit.label_ids], state["search_target"]
                    ),
                ),
            )


def _show(dimension_id: str, label_id: str) -> None:
    open_cell(dimension_id, label_id)
    st.session_state[VIEW_KEY] = "Values"


def _change(
    page: ProjectPage, chosen: Sequence[ValueHit], change: Callable[[Project, str, list[str]], Project], done: str
) -> str:
    document = page.project.document
    for dimension_id in dict.fromkeys(hit.dimension_id for hit in chosen):
        document = change(document, dimension_id, [hit.value_id for hit in chosen if hit.dimension_id == dimension_id])
    summary = f"{say_count(len(chosen), 'value')} {done}"
    save_document(page, document, summary)
    return f"{summary}."


def _weigh(page: ProjectPage, chosen: Sequence[ValueHit], weight: float) -> str:
    return _change(
        page,
        chosen,
        lambda project, key, ids: edits.edit_values(project, key, {value_id: {"weight": weight} for value_id in ids}),
        f"given the weight {weight:g}",
    )


def _copy(page: ProjectPage, chosen: Sequence[ValueHit], target: str) -> str:
    return _change(
        page,
        chosen,
        lambda project, key, ids: edits.copy_values(project, key, ids, target).project,
        f"copied to {page.project.document.labels[target].title}",
    )


def _share(page: ProjectPage, chosen: Sequence[ValueHit], target: str) -> str:
    return _change(
        page,
        chosen,
        lambda project, key, ids: edits.copy_values(project, key, ids, target, shared=True).project,
        f"shared with {page.project.document.labels[target].title}",
    )


def _move(page: ProjectPage, chosen: Sequence[ValueHit], target: str) -> str:
    document = page.project.document
    for hit in chosen:
        for label_id in hit.label_ids:
            if label_id != target:
                document = edits.move_values(document, hit.dimension_id, [hit.value_id], label_id, target)
                break
    summary = f"{say_count(len(chosen), 'value')} moved to {document.labels[target].title}"
    save_document(page, document, summary)
    return f"{summary}."


def draw_found(frame: pd.DataFrame, found: int, noun: str, columns: Mapping[str, Any], *, key: str) -> list[int]:
    """The rows that a person chose, as indices of the frame."""
    more = f"; the first {SHOWN:,} are shown" if found > SHOWN else ""
    hint = " Choose rows to change them together." if found else ""
    st.caption(escape(f"{say_count(found, noun)} found{more}.{hint}"))
    if not found:
        return []
    table = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        row_height=36,
        height=min(LONGEST, 36 * (len(frame) + 1) + 3),
        alt=f"{noun.capitalize()}s that were found",
        column_config=dict(columns),
    )
    return [row for row in table["selection"]["rows"] if row < len(frame)]


def read_chosen(key: str, shown: Sequence[ShownT]) -> list[ShownT]:
    """What is chosen in a table at this moment; for callbacks, whose page may be older than the last tick."""
    rows = (st.session_state.get(key) or {"selection": {"rows": []}})["selection"]["rows"]
    return [shown[row] for row in rows if row < len(shown)]


def draw_found_proposals(page: ProjectPage, query: str, dimension_id: str | None, label_id: str | None) -> None:
    """Proposed values of all labels that wait for a decision, decided on together."""
    document = page.project.document
    waiting = page.runtime.store.proposals.list_some(
        page.project.id, kind=ProposalKind.VALUE, dimension_id=dimension_id, label_id=label_id, statuses=WAITING
    )
    hits = [
        proposal
        for proposal in waiting
        if proposal.dimension_id in document.dimensions
        and proposal.label_id in ("", *document.labels)
        and _holds(ValueProposal.read(proposal), query)
    ]
    shown = hits[:SHOWN]
    values = [ValueProposal.read(proposal) for proposal in shown]
    frame = pd.DataFrame(
        {
            "value": [value.text for value in values],
            "dimension": [document.dimensions[proposal.dimension_id].name for proposal in shown],
            "label": [document.labels[proposal.label_id].title if proposal.label_id else "all" for proposal in shown],
            "near": [value.near for value in values],
            "status": [
                proposal.status if not proposal.note else f"{proposal.status}: {proposal.note}" for proposal in shown
            ],
            "maker": [proposal.maker.removeprefix("model:") for proposal in shown],
        }
    )
    columns = {
        "value": st.column_config.TextColumn("Proposed value", width="large"),
        "dimension": "Dimension",
        "label": "Label",
        "near": st.column_config.TextColumn("Close to", help="An existing value that it may only repeat."),
        "status": "State",
        "maker": st.column_config.TextColumn("Proposed by", width="small"),
    }
    last = shown[-1].id if shown else 0
    key = f"search_proposals_{len(hits)}_{last}_{query}_{dimension_id}_{label_id}"
    chosen = [shown[row] for row in draw_found(frame, len(hits), "proposal", columns, key=key)]
    if chosen:
        _draw_decisions(page, len(chosen), lambda: read_chosen(key, shown))


def _draw_decisions(page: ProjectPage, number: int, choose: Callable[[], list[StoredProposal]]) -> None:
    many = say_count(number, "proposal")
    accept, why, reject, _ = st.columns([2, 2, 2, 1], vertical_alignment="bottom")
    accept.button(
        f"Accept {many}",
        key="search_accept",
        icon=":material/check:",
        width="stretch",
        on_click=in_callback,
        args=(lambda: _decide(page, choose(), "accepted", None),),
        help="One step, undone as one.",
    )
    why.selectbox(
        "Reason",
        list(RejectReason),
        None,
        format_func=lambda reason: reason.meaning,
        key="search_reason",
        placeholder="none",
    )
    reject.button(
        f"Reject {many}",
        key="search_reject",
        icon=":material/close:",
        width="stretch",
        on_click=in_callback,
        args=(lambda: _decide(page, choose(), "rejected", st.session_state["search_reason"]),),
        help="They are not proposed again.",
    )


def _decide(page: ProjectPage, chosen: Sequence[StoredProposal], status: str, reason: RejectReason | None) -> str:
    page.runtime.store.proposals.decide(
        page.project.id,
        [proposal.id for proposal in chosen],
        status,
        actor=page.actor,
        reason=reason.value if reason is not None else "",
        accept=accept_proposals if status == "accepted" else None,
    )
    return f"{say_count(len(chosen), 'proposal')} {status}."


def _holds(value: ValueProposal, query: str) -> bool:
    return holds_words(f"{value.text} {value.description}", query)
