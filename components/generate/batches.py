"""The Batch API on the Generate page: a run's prompts as files, submitted and followed, or carried by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from attrprompt.generation.batches.files import export_batch
from attrprompt.generation.batches.remote import FOLDER, BatchWork
from attrprompt.generation.batches.results import BatchImport, import_batch
from attrprompt.llm.chat import EMBEDDED
from attrprompt.records import Batch, BatchState, Run, RunState
from attrprompt.store.jobs import Job, JobState
from components.kit.defects import fragment, made_on_press
from components.kit.frame import ProjectPage
from components.kit.keys import find_run_key, lacks_key, say_missing_key
from components.kit.notices import errors_shown, in_callback
from components.kit.runs import send_rest
from components.kit.text import escape

POLL_SECONDS = 1.0
STATE_WORDS = {
    BatchState.EXPORTED: "carried by hand",
    BatchState.PREPARED: "not sent yet",
    BatchState.UPLOADED: "sent, not begun",
    BatchState.SUBMITTED: "at the endpoint",
    BatchState.ENDED: "taken in",
    BatchState.GIVEN_UP: "given up",
}


def draw_batches(page: ProjectPage, run: Run) -> None:
    """A run's batch files and what can be done with them; nothing for the embedded model."""
    if run.endpoint == EMBEDDED or run.state is RunState.RUNNING:
        return
    batches = page.runtime.store.batches.list_all(run.id)
    if not batches and not run.sendable:
        return
    with st.expander("As a batch", expanded=run.waiting > 0, icon=":material/inventory_2:"):
        _follow(page, run)
        if batches:
            _draw_table(batches)
        job = page.runtime.background(BatchWork).of_run(run)
        working = job is not None and job.is_open
        _draw_job(page, run, job)
        if not working and any(batch.state is BatchState.SUBMITTED for batch in batches):
            _draw_look(page, run)
        if run.sendable and not working:
            _draw_offer(page, run)
        if run.waiting:
            _draw_results(page, run, batches)
            _draw_giving_up(page, run)


def _follow(page: ProjectPage, run: Run) -> None:
    """Go on looking for results, where nobody does: batches outlive the app."""
    if not page.runtime.background(BatchWork).should_follow(run):
        return
    if lacks_key(run):
        st.caption(f"Looking for results takes the run's key. {escape(say_missing_key(run))}")
        return
    with errors_shown():
        page.runtime.background(BatchWork).start(run, find_run_key(run))


def _draw_table(batches: list[Batch]) -> None:
    st.dataframe(
        {
            "File": [Path(batch.name).name for batch in batches],
            "Prompts": [batch.requests for batch in batches],
            "State": [STATE_WORDS[batch.state] for batch in batches],
            "The endpoint says": [_describe_remote(batch) for batch in batches],
            "Batch": [batch.remote_id for batch in batches],
        },
        hide_index=True,
        width="stretch",
        alt="Batch files of this run",
    )
    for batch in batches:
        if batch.message:
            st.caption(escape(batch.message))


def _describe_remote(batch: Batch) -> str:
    words = batch.remote_state.replace("_", " ")
    return f"{words}, {batch.done:,} ended" if words and batch.done else words


def _draw_job(page: ProjectPage, run: Run, job: Job | None) -> None:
    if job is None or job.state in (JobState.DONE, JobState.CANCELLED):
        return
    if not job.is_open:
        st.error(escape(job.message), icon=":material/error:")
        return

    @fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        now = page.runtime.background(BatchWork).of_run(run)
        if now is None or not now.is_open:
            st.rerun()
        st.progress(min(now.progress, 1.0), text=escape(now.message or "Looking for results"))
        stop, _ = st.columns([1, 3])
        stop.button(
            "Stop looking",
            key=f"batch_stop_{run.id}",
            icon=":material/stop:",
            width="stretch",
            on_click=in_callback,
            args=(page.runtime.background(BatchWork).stop_following, run),
            help="The batches go on at the endpoint; their results can be looked for later.",
        )

    poll()


def _draw_look(page: ProjectPage, run: Run) -> None:
    look, cancel, _ = st.columns([1, 1, 2])
    look.button(
        "Look for results",
        key=f"batch_look_{run.id}",
        icon=":material/refresh:",
        width="stretch",
        on_click=in_callback,
        args=(lambda: _start(page, run),),
    )
    cancel.button(
        "Cancel at the endpoint",
        key=f"batch_cancel_{run.id}",
        icon=":material/cancel:",
        width="stretch",
        on_click=in_callback,
        args=(lambda: _start(page, run, cancel=True),),
        help="What was answered until then is taken in.",
    )


def _draw_offer(page: ProjectPage, run: Run) -> None:
    st.caption(
        "An endpoint with OpenAI's Batch API takes all prompts as files and answers within 24 hours, usually for less. "
        "Until the results are there, these prompts are sent in no other way."
    )
    submit, files, _ = st.columns([1, 1, 1])
    submit.button(
        f"Submit {run.sendable:,} prompts",
        key=f"batch_submit_{run.id}",
        icon=":material/upload:",
        width="stretch",
        disabled=lacks_key(run),
        on_click=in_callback,
        args=(lambda: _start(page, run, submit=True),),
        help=f"To {escape(run.endpoint)}, with the run's own model and parameters.",
    )
    files.button(
        "Make files to carry by hand",
        key=f"batch_files_{run.id}",
        icon=":material/draft:",
        width="stretch",
        on_click=in_callback,
        args=(lambda: _make_files(page, run),),
    )


def _draw_results(page: ProjectPage, run: Run, batches: list[Batch]) -> None:
    home = page.runtime.home
    carried = [batch for batch in batches if batch.state is BatchState.EXPORTED and (home / batch.name).exists()]
    for batch in carried:
        path = home / batch.name
        st.download_button(
            f"Download {escape(path.name)} ({batch.requests:,} prompts)",
            data=made_on_press(path.read_bytes, path.name),
            file_name=path.name,
            mime="application/jsonl",
            key=f"batch_download_{batch.id}",
            icon=":material/download:",
            on_click="ignore",
        )
    if any(batch.state is BatchState.EXPORTED for batch in batches):
        with st.form(f"batch_results_{run.id}", border=False, clear_on_submit=True):
            files = st.file_uploader(
                "Result and error files, partial and in any order",
                type=["jsonl"],
                accept_multiple_files=True,
                key=f"batch_upload_{run.id}",
            )
            if st.form_submit_button("Take results in") and files:
                with errors_shown(), st.spinner("Taking results in"), tempfile.TemporaryDirectory() as folder:
                    paths = []
                    for number, file in enumerate(files):
                        paths.append(Path(folder) / f"{number}-{Path(file.name).name}")
                        paths[-1].write_bytes(file.getbuffer())
                    found = import_batch(page.runtime.store, run, paths)
                    st.session_state[f"batch_came_{run.id}"] = found
                    st.rerun()
    came: BatchImport | None = st.session_state.pop(f"batch_came_{run.id}", None)
    if came is not None:
        failed = sum(came.failed.values())
        st.success(f"{came.completed:,} texts stored, {failed:,} failed, {came.known:,} known already.")
        for problem in came.unreadable[:5]:
            st.warning(escape(f"{problem['line']}: {problem['reason']}"))


def _draw_giving_up(page: ProjectPage, run: Run) -> None:
    with st.popover(f"Send the {run.waiting:,} waiting prompts directly instead", key=f"batch_give_up_{run.id}"):
        st.write(
            f"{run.waiting:,} prompts wait for the results of a batch. If it is worked on, sending them now may pay "
            "for them twice: once in the batch, once directly."
        )
        st.button(
            f"Give the batch up and send {run.waiting:,} prompts",
            key=f"batch_anyway_{run.id}",
            on_click=in_callback,
            args=(lambda: _give_up(page, run),),
        )


def _start(page: ProjectPage, run: Run, *, submit: bool = False, cancel: bool = False) -> str:
    page.runtime.background(BatchWork).start(run, find_run_key(run), submit=submit, cancel=cancel)
    return f"{run.name} is submitted." if submit else ""


def _make_files(page: ProjectPage, run: Run) -> str:
    store = page.runtime.store
    folder = store.home / FOLDER / f"run-{run.id}-{len(store.batches.list_all(run.id)) + 1}"
    written = export_batch(store, run, folder)
    return f"{written.requests:,} prompts in {len(written.paths)} file{'' if len(written.paths) == 1 else 's'}."


def _give_up(page: ProjectPage, run: Run) -> str:
    page.runtime.store.batches.give_up(run.id)
    send_rest(page, run.id)
    return f"{run.name} goes on without its batch."
