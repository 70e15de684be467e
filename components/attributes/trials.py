"""Try it: one text with a value, before the value is accepted."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass, field

import streamlit as st

from attrprompt.elicitation.proposals import ProposalKind, ValueProposal
from attrprompt.elicitation.trying import Trial, TriedValue, plan_trial, try_value
from attrprompt.errors import AttrPromptError
from attrprompt.store.proposals import StoredProposal
from components.attributes.cell import OpenCell
from components.attributes.requests import describe_endpoint, find_endpoint
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.keys import find_endpoint_key
from components.kit.notices import in_callback, show_error
from components.kit.text import Markdown, escape
from components.kit.token_limit import read_token_limit

POLL_SECONDS = 1.0
_TRIED = "elicit_tried"
_TRIED_PROPOSAL = "elicit_tried_proposal"


@dataclass(frozen=True, slots=True)
class _Tried:
    """A text that is being written, or was."""

    value: str
    trial: Trial
    future: Future[TriedValue]
    begun: float = field(default_factory=time.monotonic)


def draw_try(page: ProjectPage, cell: OpenCell) -> None:
    """Choose or write a value, see its prompt, have its text written."""
    with st.expander("Try a value: one text with it", icon=":material/science:", key="attributes_try"):
        waiting = page.runtime.store.proposals.list_some(
            page.project.id,
            kind=ProposalKind.VALUE,
            dimension_id=cell.dimension_id,
            label_id=cell.label_id,
            statuses=("open", "unsure"),
        )
        dimension = cell.dimension
        there = dimension.values_for(cell.label_id) if cell.label_id else dimension.ordered()
        texts = [ValueProposal.read(proposal).text for proposal in waiting] + [value.text for _, value in there]
        value = st.selectbox(
            "Value",
            list(dict.fromkeys(texts)),
            None,
            key=f"try_value_{cell.key}",
            accept_new_options=True,
            placeholder="choose a proposal or a value, or write another",
        )
        if not value:
            return
        try:
            trial = _plan(page, cell, value)
        except AttrPromptError as error:
            show_error(error)
            return
        st.code(trial.prompt, language=None, wrap_lines=True)
        row = st.container(horizontal=True, gap="small")
        row.button(
            "Write one text",
            key="try_start",
            icon=":material/edit_note:",
            on_click=in_callback,
            args=(lambda: _start(page, cell),),
            help=f"Asked: {escape(describe_endpoint(find_endpoint(page)))}. Nothing is stored.",
        )
        row.button(
            "Other attributes",
            key="try_other",
            on_click=in_callback,
            args=(_turn,),
            help="Draws other values of the other dimensions.",
        )
        held: _Tried | None = st.session_state.get(_TRIED)
        if held is not None and held.trial.prompt == trial.prompt:
            _draw_result(held)


def try_proposal(page: ProjectPage, proposal: StoredProposal) -> None:
    """Have one text written with a proposed value, while the proposal waits.

    Raises:
        InputError: no configuration allows the value.
    """
    text = ValueProposal.read(proposal).text
    trial = plan_trial(page.project.document, proposal.dimension_id, text, proposal.label_id or None, seed=proposal.id)
    st.session_state[_TRIED_PROPOSAL] = _Tried(text, trial, _ask(page, trial))


def draw_tried_proposal() -> None:
    """The text that was written last with a proposed value, and what it was asked with."""
    held: _Tried | None = st.session_state.get(_TRIED_PROPOSAL)
    if held is None:
        return
    words, close = st.columns([5, 1], vertical_alignment="center")
    words.markdown(f"One text with **{escape(held.value)}**")
    close.button("Close", key="try_close", width="stretch", on_click=in_callback, args=(_close,))
    _draw_result(held)
    with st.expander("Its prompt", key="try_prompt"):
        st.code(held.trial.prompt, language=None, wrap_lines=True)


def _draw_result(held: _Tried) -> None:
    future = held.future
    if not future.done():

        @fragment(run_every=POLL_SECONDS)
        def wait() -> None:
            if future.done():
                st.rerun()
            st.caption(f"The text is being written: {time.monotonic() - held.begun:.0f} s so far. Go on meanwhile.")

        wait()
        return
    try:
        tried = future.result()
    except AttrPromptError as error:
        show_error(error)
        return
    with st.container(border=True):
        st.markdown(Markdown(escape(tried.reply.text or "(empty answer)").replace("\n", "  \n")))
        tokens = f"{tried.reply.completion_tokens:,} tokens, " if tried.reply.completion_tokens else ""
        st.caption(escape(f"{tokens}{tried.reply.seconds:.1f} s, {tried.reply.model}"))


def _plan(page: ProjectPage, cell: OpenCell, value: str) -> Trial:
    turn = int(st.session_state.get("try_turn", 0))
    return plan_trial(page.project.document, cell.dimension_id, value, cell.label_id or None, seed=turn)


def _start(page: ProjectPage, cell: OpenCell) -> None:
    value = st.session_state[f"try_value_{cell.key}"]
    trial = _plan(page, cell, value)
    st.session_state[_TRIED] = _Tried(value, trial, _ask(page, trial))


def _ask(page: ProjectPage, trial: Trial) -> Future[TriedValue]:
    endpoint = find_endpoint(page)
    key = find_endpoint_key(endpoint)
    client = page.runtime.make_client(endpoint, key)
    limit = read_token_limit("elicit").at(endpoint)

    async def ask() -> TriedValue:
        try:
            return await try_value(client, endpoint.model, trial, limit=limit)
        finally:
            await client.close()

    return page.runtime.submit(ask())


def _close() -> None:
    st.session_state.pop(_TRIED_PROPOSAL, None)


def _turn() -> None:
    st.session_state["try_turn"] = int(st.session_state.get("try_turn", 0)) + 1
