"""What a search found, as a table to choose from; and proposals decided on together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from attrprompt.curation.matrix import holds_words
from attrprompt.elicitation.proposals import ProposalKind, RejectReason, accept_proposals
from attrprompt.store.proposals import StoredProposal
from components.attributes.place import count_words
from components.attributes.proposals import WAITING
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback

ShownT = TypeVar("ShownT")

SHOWN = 1_000
LONGEST = 640  # pixels


def draw_found(frame: pd.DataFrame, found: int, noun: str, columns: Mapping[str, Any], *, key: str) -> list[int]:
    """The rows that a person chose, as places in the frame."""
    more = f"; the first {SHOWN:,} are shown" if found > SHOWN else ""
    hint = " Choose rows to change them together." if found else ""
    st.caption(f"{count_words(found, noun)} found{more}.{hint}")
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
        each
        for each in waiting
        if each.dimension_id in document.dimensions
        and each.label_id in ("", *document.labels)
        and holds_words(f"{each.payload['text']} {each.payload['description']}", query)
    ]
    shown = hits[:SHOWN]
    frame = pd.DataFrame(
        {
            "value": [str(each.payload["text"]) for each in shown],
            "dimension": [document.dimensions[each.dimension_id].name for each in shown],
            "label": [document.labels[each.label_id].title if each.label_id else "all" for each in shown],
            "near": [str(each.payload.get("near") or "") for each in shown],
            "status": [each.status if not each.note else f"{each.status}: {each.note}" for each in shown],
            "maker": [each.maker.removeprefix("model:") for each in shown],
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
    many = count_words(number, "proposal")
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
        format_func=lambda each: each.meaning,
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
        [each.id for each in chosen],
        status,
        actor=page.actor,
        reason=reason.value if reason is not None else "",
        accept=accept_proposals if status == "accepted" else None,
    )
    return f"{count_words(len(chosen), 'proposal')} {status}."
