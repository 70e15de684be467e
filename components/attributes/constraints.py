"""Constraints: values that may not meet, by hand or proposed by a model, each checked for what it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from attrprompt import edits
from attrprompt.elicitation.proposals import ConstraintProposal, ProposalKind, accept_proposals
from attrprompt.elicitation.requests import ElicitationRequest
from attrprompt.errors import InputError
from attrprompt.project import AttributeDimension, Project
from attrprompt.sampling import find_empty_labels
from attrprompt.sampling.space import describe_constraint
from attrprompt.store.proposals import StoredProposal
from components.attributes.cell import save_document, say_count
from components.attributes.requests import describe_endpoint, find_endpoint, is_asking, start_request
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape
from components.kit.token_limit import draw_token_limit, read_token_limit


def draw_constraints(page: ProjectPage) -> None:
    """All constraints, what they leave empty, a form for a new one, and the model's proposals."""
    document = page.project.document
    st.write("A configuration that takes a listed value of every listed dimension is never asked for.")
    for sentence in find_empty_labels(document).values():
        st.error(escape(sentence), icon=":material/block:")
    for constraint_id, constraint in sorted(document.constraints.items(), key=lambda pair: (pair[1].order, pair[0])):
        words, delete = st.columns([6, 1], vertical_alignment="center")
        only = ", ".join(document.labels[label].title for label in constraint.labels)
        text = describe_constraint(document, constraint) + (f" (only {only})" if only else "")
        words.markdown(f"**{escape(text)}**  \n{escape(constraint.reason)}")
        delete.button(
            "Delete",
            key=f"constraint_delete_{constraint_id}",
            width="stretch",
            on_click=in_callback,
            args=(lambda constraint_id=constraint_id, text=text: _delete(page, constraint_id, text),),
        )
    if not document.constraints:
        st.caption("None yet.")
    _draw_form(page)
    _draw_proposals(page)


def _draw_form(page: ProjectPage) -> None:
    document = page.project.document
    dimensions = {key: dimension.name for key, dimension in document.ordered_dimensions() if dimension.values}
    with st.expander("Add a constraint", icon=":material/add:", key="constraint_add"):
        chosen = st.multiselect(
            "Dimensions", list(dimensions), key="constraint_dimensions", format_func=dimensions.__getitem__
        )
        values: dict[str, list[str]] = {}
        for dimension_id in chosen:
            dimension = document.dimensions[dimension_id]
            values[dimension_id] = st.multiselect(
                f"Values of {escape(dimension.name)}",
                [key for key, _ in dimension.ordered()],
                key=f"constraint_values_{dimension_id}",
                format_func=partial(_name_value, dimension),
            )
        labels = st.multiselect(
            "Only for texts of",
            [key for key, _ in document.ordered_labels()],
            key="constraint_labels",
            format_func=lambda key: document.labels[key].title if key in document.labels else "",
            placeholder="all labels",
        )
        st.text_input("Reason", key="constraint_reason", placeholder="There is no ski resort there.")
        ready = bool(values) and all(values.values()) and (len(values) > 1 or bool(labels))
        emptied = _find_emptied(document, values, labels) if ready else []
        for sentence in emptied:
            st.warning(escape(sentence), icon=":material/warning:")
        st.button(
            "Add constraint",
            key="constraint_save",
            disabled=not ready or bool(emptied),
            on_click=in_callback,
            args=(lambda: _add(page),),
        )
        if not ready:
            st.caption("Choose values of two dimensions, or of one dimension and the labels that may not have them.")


def _draw_proposals(page: ProjectPage) -> None:
    waiting = page.runtime.store.proposals.list_some(
        page.project.id, kind=ProposalKind.CONSTRAINT, statuses=("open", "unsure")
    )
    for proposal in waiting:
        with st.container(border=True, key=f"constraint_proposal_{proposal.id}"):
            words, accept, strike = st.columns([4, 1, 1], vertical_alignment="center")
            words.markdown(
                f"**Proposed: {escape(ConstraintProposal.read(proposal).text)}**  \n"
                f"{escape(ConstraintProposal.read(proposal).reason)}"
            )
            for column, name, status in ((accept, "Accept", "accepted"), (strike, "Reject", "rejected")):
                column.button(
                    escape(name),
                    key=f"constraint_{status}_{proposal.id}",
                    width="stretch",
                    on_click=in_callback,
                    args=(lambda proposal=proposal, status=status: _decide(page, proposal, status),),
                )
    with st.expander(
        "Let a model look for values that cannot meet", icon=":material/auto_awesome:", key="constraint_ask"
    ):
        number, guidance, most = st.columns([1, 4, 1.3])
        n = number.number_input("Configurations", 10, 200, 30, 10, key="constraint_n")
        guidance.text_input("Guidance", key="constraint_guidance", max_chars=500)
        draw_token_limit(most, key="constraint")
        st.button(
            f"Show it {n} sampled configurations",
            key="constraint_start",
            disabled=is_asking(page),
            on_click=in_callback,
            args=(lambda: _ask(page),),
        )
        st.caption(
            f"About {int(n) * 60:,} tokens. Asked: {escape(describe_endpoint(find_endpoint(page)))}. "
            "What would leave a label without any configuration is not proposed."
        )


def _ask(page: ProjectPage) -> None:
    n, guidance = int(st.session_state["constraint_n"]), st.session_state["constraint_guidance"]
    limit = read_token_limit("constraint")
    request = ElicitationRequest(ProposalKind.CONSTRAINT, n=n, guidance=guidance, limit=limit)
    start_request(page, request, "Constraints")


def _find_emptied(document: Project, values: dict[str, list[str]], labels: Sequence[str]) -> list[str]:
    """Sentences on labels that the constraint would leave without any configuration."""
    try:
        changed = edits.set_constraint(document, values=values, labels=labels)
    except InputError as error:
        return [str(error)]
    before = find_empty_labels(document)
    return [sentence for key, sentence in find_empty_labels(changed).items() if key not in before]


def _add(page: ProjectPage) -> str:
    state = st.session_state
    values = {key: state[f"constraint_values_{key}"] for key in state["constraint_dimensions"]}
    document = edits.set_constraint(
        page.project.document, values=values, labels=state["constraint_labels"], reason=state["constraint_reason"]
    )
    save_document(page, document, f"Constraint added over {say_count(len(values), 'dimension')}")
    for key in ("constraint_dimensions", "constraint_labels", "constraint_reason"):
        state.pop(key, None)
    return "The constraint holds from now on."


def _delete(page: ProjectPage, constraint_id: str, text: str) -> str:
    document = edits.delete_constraint(page.project.document, constraint_id)
    save_document(page, document, f"Constraint deleted: {text}"[:200])
    return "The constraint is deleted. Undo brings it back."


def _decide(page: ProjectPage, proposal: StoredProposal, status: str) -> str:
    page.runtime.store.proposals.decide(
        page.project.id, [proposal.id], status, actor=page.actor, accept=accept_proposals
    )
    return f"{status.capitalize()}: {ConstraintProposal.read(proposal).text}"


def _name_value(dimension: AttributeDimension, key: str) -> str:
    return dimension.values[key].text if key in dimension.values else ""
