"""The cell that is open on the Attributes page, the matrix that it lies in, and saving one change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from attrprompt.curation.matrix import ALL_LABELS, Matrix, build_matrix
from attrprompt.elicitation.proposals import ProposalKind
from attrprompt.project import AttributeDimension, Project
from components.kit.frame import ProjectPage
from components.kit.text import Markdown

DIMENSION_KEY = "attributes_dimension"
LABEL_KEY = "attributes_label"
VIEW_KEY = "attributes_view"


@dataclass(frozen=True, slots=True)
class OpenCell:
    """The label × dimension that is worked on; `label_id` is empty where the values are the same for all labels."""

    dimension_id: str
    dimension: AttributeDimension
    label_id: str
    title: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that a new value of this cell belongs to."""
        return (self.label_id,) if self.label_id else ()

    @property
    def key(self) -> str:
        """Distinguishes the widgets of this cell."""
        return f"{self.dimension_id}_{self.label_id or 'all'}"


def load_matrix(page: ProjectPage) -> Matrix:
    """The state of every cell."""
    store = page.runtime.store
    return build_matrix(
        page.project.document,
        store.proposals.count_by_cell(page.project.id, kind=ProposalKind.VALUE),
        store.cell_marks.list_all(page.project.id),
    )


def open_cell(dimension_id: str, label_id: str) -> None:
    """Go to a cell; for callbacks, before the selectors are drawn."""
    st.session_state[DIMENSION_KEY] = dimension_id
    if label_id != ALL_LABELS:
        st.session_state[LABEL_KEY] = label_id


def read_cell(project: Project, matrix: Matrix) -> OpenCell | None:
    """The open cell, the first one at the beginning; None where there is none yet."""
    dimension_id = st.session_state.get(DIMENSION_KEY)
    if dimension_id not in project.dimensions:
        if not matrix.dimension_ids:
            return None
        dimension_id = matrix.dimension_ids[0]
        st.session_state[DIMENSION_KEY] = dimension_id
    label_id = st.session_state.get(LABEL_KEY)
    if label_id not in project.labels:
        label_id = matrix.label_ids[0] if matrix.label_ids else None
        st.session_state[LABEL_KEY] = label_id
    dimension = project.dimensions[dimension_id]
    if not dimension.class_dependent:
        return OpenCell(dimension_id, dimension, ALL_LABELS, f"{dimension.name}, the same for all labels")
    if label_id is None:
        return None
    return OpenCell(dimension_id, dimension, label_id, f"{dimension.name} of {project.labels[label_id].title}")


def save_document(page: ProjectPage, document: Project, summary: str, *, source: str = "by hand") -> None:
    """Save one change of the document that this page was drawn from."""
    page.runtime.store.projects.save(
        page.project.id, page.project, document, actor=page.actor, source=source, summary=summary
    )


def read_edited_rows(key: str) -> dict[int, dict[str, Any]]:
    """The unsaved edits of a table at this moment, by row; a callback's page may be older than the last of them."""
    edited = (st.session_state.get(key) or {}).get("edited_rows") or {}
    return {int(row): dict(fields) for row, fields in edited.items()}


def say_count(number: int, noun: str) -> Markdown:
    """`1 value`, `1,200 values`."""
    return Markdown(f"{number:,} {noun}{'' if number == 1 else 's'}")
