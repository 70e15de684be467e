"""The dimensions of a project: added, edited, switched between per label and for all, merged, moved and deleted."""

from __future__ import annotations

import streamlit as st

from attrprompt import edits
from attrprompt.project import AttributeDimension, DimensionKind, Project
from components.attributes.cell import DIMENSION_KEY, VIEW_KEY, save_document, say_count
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

KIND_NAMES = {
    DimensionKind.TEXT: "Text",
    DimensionKind.PLACE: "Place",
    DimensionKind.LENGTH: "Length in words",
}
DEPENDENCE = {False: "Same values for all labels", True: "Values of its own for each label"}
DEPENDENCE_HELP = (
    "Class-independent dimensions (style, location, length) share their values over all labels; class-dependent ones "
    "(subtopic, brand) have values for each label, which the class-aware filter can check."
)


def draw_dimensions(page: ProjectPage) -> None:
    """All dimensions, each opened to be edited."""
    document = page.project.document
    for position, (dimension_id, dimension) in enumerate(document.ordered_dimensions()):
        values = say_count(len(dimension.values), "value")
        own = "per label" if dimension.class_dependent else "for all labels"
        about = escape(f"{values} {own} · {KIND_NAMES[dimension.kind].lower()}")
        with st.expander(
            f"**{escape(dimension.name)}** · {about}",
            key=f"dimension_{dimension_id}",
        ):
            _draw_fields(page, dimension_id, dimension)
            _draw_actions(page, dimension_id, dimension, position)
    with st.expander("Add a dimension", icon=":material/add:", key="dimension_add"):
        draw_add_dimension(page)


def draw_add_dimension(page: ProjectPage) -> None:
    """The form for a dimension by hand."""
    with st.form("dimensions_add", border=False, clear_on_submit=True):
        name, kind, dependence = st.columns([2, 1, 2])
        name.text_input("Name", key="dimension_new_name", placeholder="subtopic, location, style …", max_chars=200)
        kind.selectbox("Kind", list(KIND_NAMES), format_func=KIND_NAMES.__getitem__, key="dimension_new_kind")
        dependence.selectbox(
            "Values",
            list(DEPENDENCE),
            format_func=DEPENDENCE.__getitem__,
            key="dimension_new_dependent",
            help=DEPENDENCE_HELP,
        )
        st.text_input(
            "Prompt clause",
            key="dimension_new_clause",
            placeholder="The location of the news should be {value}.",
            help="How a value enters the prompt; {value} is replaced. Empty: made from the name.",
        )
        st.form_submit_button("Add dimension", icon=":material/add:", on_click=in_callback, args=(lambda: _add(page),))


def _draw_fields(page: ProjectPage, dimension_id: str, dimension: AttributeDimension) -> None:
    key = f"dimension_{dimension_id}_{page.project.revision}"
    with st.form(f"{key}_form", border=False):
        name, kind = st.columns([2, 1])
        name.text_input("Name", dimension.name, key=f"{key}_name", max_chars=200)
        kind.selectbox(
            "Kind",
            list(KIND_NAMES),
            index=list(KIND_NAMES).index(dimension.kind),
            format_func=KIND_NAMES.__getitem__,
            key=f"{key}_kind",
            help="Places are found on the map of regions; lengths have a minimum and a maximum of words.",
        )
        st.text_input(
            "Prompt clause",
            dimension.clause,
            key=f"{key}_clause",
            placeholder=dimension.prompt_clause,
            help="How a value enters the prompt; {value} is replaced.",
        )
        st.text_input("Description", dimension.description, key=f"{key}_description", max_chars=2_000)
        st.form_submit_button(
            "Save",
            icon=":material/save:",
            key=f"{key}_save",
            on_click=in_callback,
            args=(lambda: _save(page, dimension_id, key),),
        )


def _draw_actions(page: ProjectPage, dimension_id: str, dimension: AttributeDimension, position: int) -> None:
    document = page.project.document
    switch, merge, delete, earlier, show = st.columns(5)
    target = not dimension.class_dependent
    with switch.popover(
        "Switch", icon=":material/swap_horiz:", width="stretch", key=f"dimension_switch_{dimension_id}"
    ):
        st.markdown(f"**To: {escape(DEPENDENCE[target].lower())}**", help=DEPENDENCE_HELP)
        st.write(escape(edits.describe_switch(document, dimension_id)))
        st.button(
            "Switch now",
            key=f"dimension_switch_now_{dimension_id}",
            on_click=in_callback,
            args=(lambda: _switch(page, dimension_id, target),),
        )
    others = {key: other.name for key, other in document.ordered_dimensions() if key != dimension_id}
    with merge.popover(
        "Merge", icon=":material/merge:", width="stretch", disabled=not others, key=f"dimension_merge_{dimension_id}"
    ):
        st.selectbox(
            "Take in the values of", list(others), format_func=others.__getitem__, key=f"dimension_from_{dimension_id}"
        )
        name = escape(dimension.name)
        st.write(f"'{name}' keeps its name, kind and clause; the other dimension goes. You can undo it.")
        st.button(
            "Merge now",
            key=f"dimension_merge_now_{dimension_id}",
            on_click=in_callback,
            args=(lambda: _merge(page, dimension_id, st.session_state[f"dimension_from_{dimension_id}"]),),
        )
    with delete.popover("Delete", icon=":material/delete:", width="stretch", key=f"dimension_delete_{dimension_id}"):
        st.write(escape(_describe_deletion(document, dimension_id)))
        st.button(
            f"Delete {escape(dimension.name)}",
            key=f"dimension_delete_now_{dimension_id}",
            on_click=in_callback,
            args=(lambda: _delete(page, dimension_id),),
        )
    earlier.button(
        "Earlier",
        key=f"dimension_earlier_{dimension_id}",
        icon=":material/arrow_upward:",
        width="stretch",
        disabled=position == 0,
        on_click=in_callback,
        args=(lambda: _move_up(page, dimension_id),),
        help="Its clause stands earlier in the prompt.",
    )
    show.button(
        "Values",
        key=f"dimension_values_{dimension_id}",
        icon=":material/table_rows:",
        width="stretch",
        on_click=in_callback,
        args=(_show_values, dimension_id),
    )


def _describe_deletion(document: Project, dimension_id: str) -> str:
    dimension = document.dimensions[dimension_id]
    gone = sum(dimension_id in constraint.values for constraint in document.constraints.values())
    named = f" and {say_count(gone, 'constraint')} that name it" if gone else ""
    return f"This deletes '{dimension.name}' with {say_count(len(dimension.values), 'value')}{named}. You can undo it."


def _show_values(dimension_id: str) -> None:
    st.session_state[DIMENSION_KEY] = dimension_id
    st.session_state[VIEW_KEY] = "Values"


def _add(page: ProjectPage) -> str:
    state = st.session_state
    name = state["dimension_new_name"]
    document = edits.add_dimension(
        page.project.document,
        name,
        kind=state["dimension_new_kind"],
        class_dependent=state["dimension_new_dependent"],
        clause=state["dimension_new_clause"],
        origin="by hand",
    )
    save_document(page, document, f"Dimension {name.strip()} added")
    return f"{name.strip()} is added; it needs values now."


def _save(page: ProjectPage, dimension_id: str, key: str) -> str | None:
    state, dimension = st.session_state, page.project.document.dimensions[dimension_id]
    fields = edits.dimensions.DimensionFields(
        name=state[f"{key}_name"],
        kind=state[f"{key}_kind"],
        clause=state[f"{key}_clause"],
        description=state[f"{key}_description"],
    )
    document = edits.edit_dimension(page.project.document, dimension_id, **fields)
    if document == page.project.document:
        return None
    save_document(page, document, f"Dimension {dimension.name} changed")
    return f"{dimension.name} is saved."


def _switch(page: ProjectPage, dimension_id: str, target: bool) -> str:
    name = page.project.document.dimensions[dimension_id].name
    document = edits.set_class_dependent(page.project.document, dimension_id, target)
    save_document(page, document, f"{name}: {DEPENDENCE[target].lower()}")
    return f"{name}: {DEPENDENCE[target].lower()}."


def _merge(page: ProjectPage, into_id: str, from_id: str) -> str:
    names = page.project.document.dimensions
    summary = f"{names[from_id].name} merged into {names[into_id].name}"
    save_document(page, edits.merge_dimensions(page.project.document, into_id, from_id), summary)
    return f"{summary}."


def _delete(page: ProjectPage, dimension_id: str) -> str:
    name = page.project.document.dimensions[dimension_id].name
    save_document(page, edits.delete_dimension(page.project.document, dimension_id), f"Dimension {name} deleted")
    return f"{name} is deleted. Undo brings it back."


def _move_up(page: ProjectPage, dimension_id: str) -> None:
    order = [key for key, _ in page.project.document.ordered_dimensions()]
    index = order.index(dimension_id)
    order[index - 1 : index + 1] = [dimension_id, order[index - 1]]
    name = page.project.document.dimensions[dimension_id].name
    save_document(page, edits.reorder_dimensions(page.project.document, order), f"{name} moved up")
