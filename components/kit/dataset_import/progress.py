"""How far an import is, and what came of it."""

from __future__ import annotations

import streamlit as st

from attrprompt.importing import Imports
from attrprompt.records import Dataset
from attrprompt.store.jobs import Job
from components.kit.dataset_import.preview import draw_remarks, word_for_page
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape
from components.kit.work import POLL_SECONDS, draw_stoppable

_CLOSED = "import_closed"


def draw_progress(page: ProjectPage) -> None:
    """The import that goes on, with a stop; or what came of the last one."""
    imports = page.runtime.background(Imports)
    job = imports.find(page.project.id)
    if job is None:
        return
    if not job.is_open:
        is_told = st.session_state.get(_CLOSED) == job.id
        if not is_told and (job.failed or imports.find_result(page.project.id) is not None):
            _draw_outcome(page, imports, job)
        return

    @fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        job = imports.find(page.project.id)
        if job is None or not job.is_open:
            st.rerun()
        draw_stoppable(
            job.progress,
            job.message or "starting",
            key="import_stop",
            stop=imports.stop,
            subject=page.project.id,
            stopping=job.stopping,
            stays="Nothing of the file is kept.",
        )

    poll()


def _draw_outcome(page: ProjectPage, imports: Imports, job: Job) -> None:
    """What came of the last import, with a way back."""
    result = imports.find_result(page.project.id)
    words, undo, close = st.columns([6, 1.4, 1], vertical_alignment="center")
    if result is None:
        words.error(word_for_page(job.message), icon=":material/error:")
    else:
        words.success(escape(job.message), icon=":material/check:")
        undo.button(
            "Undo import",
            key="import_undo",
            icon=":material/undo:",
            width="stretch",
            on_click=in_callback,
            args=(lambda: _undo(page, imports, result.dataset),),
        )
    close.button(
        "Close",
        key="import_close",
        width="stretch",
        on_click=in_callback,
        args=(_close, imports, page.project.id, job.id),
    )
    if result is not None:
        draw_remarks(result.warnings, result.skipped)


def _undo(page: ProjectPage, imports: Imports, dataset: Dataset) -> str:
    page.runtime.store.datasets.delete(dataset.id)
    imports.forget_result(page.project.id)
    return f"The data set {dataset.name} is gone again."


def _close(imports: Imports, project_id: str, job_id: str) -> None:
    imports.forget_result(project_id)
    st.session_state[_CLOSED] = job_id
