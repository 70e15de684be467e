"""Dimensions that a model proposes: each with its reason, edited, accepted or struck out."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from attrprompt.elicitation.proposals import DimensionProposal, ProposalKind, accept_proposals
from attrprompt.elicitation.requests import ElicitationRequest
from attrprompt.store.proposals import StoredProposal
from components.attributes.dimensions import DEPENDENCE, DEPENDENCE_HELP, KIND_NAMES
from components.attributes.requests import (
    describe_endpoint,
    draw_way,
    find_endpoint,
    is_asking,
    read_way,
    start_request,
)
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape
from components.kit.token_limit import draw_token_limit, read_token_limit


def draw_propose_dimensions(page: ProjectPage) -> None:
    """The form that asks for dimensions, and those that wait for a decision."""
    waiting = page.runtime.store.proposals.list_some(
        page.project.id, kind=ProposalKind.DIMENSION, statuses=("open", "unsure")
    )
    endpoint = find_endpoint(page)
    first = not page.project.document.dimensions
    with st.expander(
        "Let a model propose dimensions", icon=":material/auto_awesome:", key="elicit_dimensions", expanded=first
    ):
        guidance, number, most = st.columns([4, 1, 1.3])
        guidance.text_input(
            "Guidance", key="elicit_dimensions_guidance", placeholder="what the texts should differ in", max_chars=500
        )
        number.number_input("At most", 1, 20, 6, key="elicit_dimensions_n")
        draw_token_limit(most, key="elicit_dimensions")
        draw_way(endpoint, key="elicit_dimensions_way")
        st.button(
            f"Propose up to {int(st.session_state['elicit_dimensions_n'])} dimensions",
            key="elicit_dimensions_start",
            type="primary" if first else "secondary",
            disabled=is_asking(page),
            on_click=in_callback,
            args=(
                lambda: start_request(
                    page,
                    ElicitationRequest(
                        ProposalKind.DIMENSION,
                        n=int(st.session_state["elicit_dimensions_n"]),
                        guidance=st.session_state["elicit_dimensions_guidance"],
                        way=read_way(endpoint, key="elicit_dimensions_way"),
                        limit=read_token_limit("elicit_dimensions"),
                    ),
                    "Dimensions",
                ),
            ),
        )
        st.caption(
            f"One question, about 1,000 tokens. Asked: {escape(describe_endpoint(endpoint))}. "
            "The model sees the task, its labels and its example texts."
        )
    for proposal in waiting:
        _draw_proposal(page, proposal)


def _draw_proposal(page: ProjectPage, proposal: StoredProposal) -> None:
    wanted, key = DimensionProposal.read(proposal), f"elicit_dimension_{proposal.id}"
    with st.container(border=True, key=key):
        st.markdown(
            f"**Proposed: {escape(wanted.name)}** :small[:gray[by {escape(proposal.maker.removeprefix('model:'))}]]"
        )
        if wanted.reason:
            st.markdown(escape(wanted.reason))
        name, kind, dependence = st.columns([2, 1, 2])
        name.text_input("Name", wanted.name, key=f"{key}_name", max_chars=200)
        kinds = list(KIND_NAMES)
        kind.selectbox(
            "Kind",
            kinds,
            index=kinds.index(wanted.kind),
            format_func=KIND_NAMES.__getitem__,
            key=f"{key}_kind",
        )
        dependence.selectbox(
            "Values",
            list(DEPENDENCE),
            index=int(wanted.class_dependent),
            format_func=DEPENDENCE.__getitem__,
            key=f"{key}_dependent",
            help=DEPENDENCE_HELP,
        )
        st.text_input("Prompt clause", wanted.clause, key=f"{key}_clause")
        row = st.container(horizontal=True, gap="small")
        row.button(
            "Accept",
            key=f"{key}_accept",
            icon=":material/check:",
            on_click=in_callback,
            args=(lambda: _accept(page, proposal, key),),
        )
        row.button(
            "Strike out",
            key=f"{key}_strike",
            icon=":material/close:",
            on_click=in_callback,
            args=(lambda: _strike(page, proposal),),
            help="It is not proposed again.",
        )


def _accept(page: ProjectPage, proposal: StoredProposal, key: str) -> str:
    state = st.session_state
    changed = {
        "name": state[f"{key}_name"],
        "kind": state[f"{key}_kind"],
        "class_dependent": state[f"{key}_dependent"],
        "clause": state[f"{key}_clause"],
    }
    page.runtime.store.proposals.decide(
        page.project.id,
        [proposal.id],
        "accepted",
        actor=page.actor,
        accept=lambda document, wanted: accept_proposals(
            document, [replace(stored, payload={**stored.payload, **changed}) for stored in wanted]
        ),
    )
    return f"{state[f'{key}_name']} is a dimension now; it needs values."


def _strike(page: ProjectPage, proposal: StoredProposal) -> str:
    page.runtime.store.proposals.decide(page.project.id, [proposal.id], "rejected", actor=page.actor)
    return f"{DimensionProposal.read(proposal).name} is struck out."
