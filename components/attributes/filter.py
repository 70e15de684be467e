"""The class-aware filter: values that may fit a similar label too, both checks side by side; a person drops them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from attrprompt.elicitation.class_filter.filter import CAP_PER_LABEL, count_questions
from attrprompt.elicitation.proposals import FilterProposal, ProposalKind, accept_proposals
from attrprompt.elicitation.requests import ElicitationRequest
from attrprompt.errors import AttrPromptError
from attrprompt.generation.launch import default_concurrency
from attrprompt.store.proposals import StoredProposal
from components.attributes.cell import read_edited_rows, say_count
from components.attributes.requests import describe_endpoint, find_endpoint, is_asking, start_request
from components.attributes.similar import draw_similar
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape
from components.kit.token_limit import draw_token_limit, read_token_limit

TOKENS_PER_VERDICT = 160
LONGEST = 640  # pixels
KEPT = "kept"
_TICKS = "filter_ticks"


def draw_filter(page: ProjectPage) -> None:
    """Choose what to check, and decide on what was found."""
    document = page.project.document
    dimensions = {key: dimension.name for key, dimension in document.ordered_dimensions() if dimension.class_dependent}
    st.write(
        "A value that fits two labels makes texts that fit two labels. Each value is compared with the labels that its "
        "own is easily confused with: by embeddings, and by asking the model. Nothing goes before you drop it."
    )
    if not dimensions or len(document.labels) < 2:
        st.info("The filter needs two labels and a dimension with values of its own for each label.")
        return
    dimension_id = st.selectbox(
        "Dimension", list(dimensions), format_func=dimensions.__getitem__, key="filter_dimension"
    )
    draw_similar(page)
    _draw_start(page, dimension_id)
    waiting = page.runtime.store.proposals.list_some(
        page.project.id, kind=ProposalKind.FILTER, dimension_id=dimension_id, statuses=("open",)
    )
    rows = [proposal for proposal in waiting if _still_there(page, proposal)]
    if rows:
        _draw_findings(page, rows)


def _draw_start(page: ProjectPage, dimension_id: str) -> None:
    document, endpoint = page.project.document, find_endpoint(page)
    labels, cap, most, ask = st.columns([3, 1, 1.3, 2], vertical_alignment="bottom")
    chosen = labels.multiselect(
        "Labels",
        [key for key, _ in document.ordered_labels()],
        key="filter_labels",
        format_func=lambda key: document.labels[key].title if key in document.labels else "",
        placeholder="all",
    )
    cap.number_input(
        "Cap a label",
        0,
        1_000,
        CAP_PER_LABEL,
        key="filter_cap",
        help="At most so many values of one label are suggested to go; one always stays.",
    )
    draw_token_limit(most, key="filter")
    asks = ask.toggle("Ask the model too", value=True, key="filter_ask")
    checked = sum(len(document.dimensions[dimension_id].values_for(key)) for key in chosen or document.labels)
    questions = count_questions(document, dimension_id, labels=chosen) if asks else 0
    st.button(
        f"Check {say_count(checked, 'value')}",
        key="filter_start",
        type="primary",
        icon=":material/filter_alt:",
        disabled=is_asking(page) or not checked,
        on_click=in_callback,
        args=(lambda: _start(page),),
    )
    cost = (
        f"Up to {questions:,} questions, about {round(questions * TOKENS_PER_VERDICT, -2):,} tokens, to "
        f"{describe_endpoint(endpoint)}. A model that fails a few questions whose answers are known "
        "is not asked further."
        if asks
        else "By embeddings alone; the model is not asked."
    )
    st.caption(f"{escape(cost)} A newer check replaces the rows of the last one.")


def _draw_findings(page: ProjectPage, rows: Sequence[StoredProposal]) -> None:
    document = page.project.document
    order = {key: index for index, (key, _) in enumerate(document.ordered_labels())}
    rows = sorted(rows, key=lambda row: (not _suggests_drop(row), order.get(row.label_id, 0), row.id))
    suggested = sum(_suggests_drop(row) for row in rows)
    st.markdown(
        f"**{suggested} of {say_count(len(rows), 'value')}** suggested to drop. Tick what shall go; the rest is kept."
    )
    only = st.session_state.get("filter_only", True) and suggested > 0
    shown = [row for row in rows if _suggests_drop(row)] if only else rows
    key = f"filter_table_{shown[-1].id}_{len(shown)}_{len(rows)}"
    st.toggle(
        "Show only suggested ones",
        value=suggested > 0,
        key="filter_only",
        disabled=not suggested,
        on_change=in_callback,
        args=(_keep_ticks, key, shown),
    )
    ticks: dict[int, bool] = st.session_state.setdefault(_TICKS, {})
    removals = [FilterProposal.read(row) for row in shown]
    frame = pd.DataFrame(
        {
            "drop": [ticks.get(row.id, _suggests_drop(row)) for row in shown],
            "label": [document.labels[row.label_id].title for row in shown],
            "value": [removal.text for removal in removals],
            "similar": [removal.similar for removal in removals],
            "model": [_name_verdict(removal.llm_verdict) for removal in removals],
            "margin": [removal.margin for removal in removals],
            "reason": [removal.reason for removal in removals],
        }
    ).astype({"margin": "float64"})
    st.data_editor(
        frame,
        key=key,
        num_rows="fixed",
        hide_index=True,
        height=min(LONGEST, 36 * (len(frame) + 1) + 3),
        row_height=36,
        disabled=[name for name in frame.columns if name != "drop"],
        alt="Values, the label each may be mistaken for, and what both checks say",
        column_config={
            "drop": st.column_config.CheckboxColumn("Drop", width=66),
            "label": st.column_config.TextColumn("Label", width=110),
            "value": st.column_config.TextColumn("Value", width=230),
            "similar": st.column_config.TextColumn("Fits as well?", width=110),
            "model": st.column_config.TextColumn("Model says", width=86, help="Does it fit the similar label?"),
            "margin": st.column_config.NumberColumn(
                "Margin",
                format="%.2f",
                width=64,
                help="Similarity to its own label minus that to the similar one; below 0 it is nearer to the other.",
            ),
            "reason": st.column_config.TextColumn("Reason", width=480),
        },
    )
    ticked = _find_ticked(rows, key, shown)
    drop, _ = st.columns([2, 3])
    drop.button(
        f"Drop {say_count(len(ticked), 'value')}, keep {len(rows) - len(ticked)}",
        key="filter_apply",
        icon=":material/done_all:",
        width="stretch",
        on_click=in_callback,
        args=(lambda: _apply(page, rows, _find_ticked(rows, key, shown)),),
        help="One step, undone as one.",
    )


def _read_ticks(key: str, shown: Sequence[StoredProposal]) -> dict[int, bool]:
    """What a person ticked or unticked, by proposal: in this table, and before in tables of other rows."""
    ticks: dict[int, bool] = dict(st.session_state.get(_TICKS) or {})
    for row, given in read_edited_rows(key).items():
        if "drop" in given and row < len(shown):
            ticks[shown[row].id] = bool(given["drop"])
    return ticks


def _find_ticked(rows: Sequence[StoredProposal], key: str, shown: Sequence[StoredProposal]) -> set[int]:
    ticks = _read_ticks(key, shown)
    return {row.id for row in rows if ticks.get(row.id, _suggests_drop(row))}


def _keep_ticks(key: str, shown: Sequence[StoredProposal]) -> None:
    """Before other rows are shown, what was ticked in these is put away; the table begins anew with it."""
    st.session_state[_TICKS] = _read_ticks(key, shown)


def _suggests_drop(proposal: StoredProposal) -> bool:
    return FilterProposal.read(proposal).suggests_drop


def _name_verdict(verdict: str) -> str:
    return {"yes": "fits", "no": "does not fit", "": "not asked"}.get(verdict, verdict)


def _still_there(page: ProjectPage, proposal: StoredProposal) -> bool:
    """The value is still the label's; somebody may have deleted or moved it since the check."""
    dimension = page.project.document.dimensions.get(proposal.dimension_id)
    value = dimension.values.get(FilterProposal.read(proposal).value_id) if dimension else None
    return value is not None and proposal.label_id in value.labels


def _start(page: ProjectPage) -> None:
    state = st.session_state
    dimension_id = state["filter_dimension"]
    request = ElicitationRequest(
        ProposalKind.FILTER,
        dimension_id,
        tuple(state["filter_labels"]),
        asks_model=state["filter_ask"],
        cap=int(state["filter_cap"]),
        concurrency=default_concurrency(find_endpoint(page)),
        limit=read_token_limit("filter"),
    )
    start_request(page, request, f"Filter of {page.project.document.dimensions[dimension_id].name}")


def _apply(page: ProjectPage, rows: Sequence[StoredProposal], ticked: set[int]) -> str:
    store = page.runtime.store.proposals
    drops = [row.id for row in rows if row.id in ticked]
    keeps = [row.id for row in rows if row.id not in ticked]
    if drops and store.decide(page.project.id, drops, "accepted", actor=page.actor, accept=accept_proposals) is None:
        raise AttrPromptError("Somebody decided on these rows meanwhile; the table shows what is left.")
    if keeps:
        store.decide(page.project.id, keeps, "rejected", actor=page.actor, reason=KEPT)
    return f"{say_count(len(drops), 'value')} dropped, {len(keeps)} kept."
