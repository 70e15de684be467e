"""The sidebar: the steps of the work in their order, each with its state, and what is running now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from attrprompt.elicitation.background import Elicitations
from attrprompt.generation.metaprompt.stored_prompts import MetaWritings
from attrprompt.generation.progress import format_seconds, measure_progress
from attrprompt.generation.sending import end_run, list_runs
from attrprompt.importing import Imports
from attrprompt.questionnaires.questionnaire import Questionnaires
from attrprompt.records import Run, RunState
from attrprompt.runtime.background import BackgroundWork
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import StoredProject
from attrprompt.store.jobs import Job
from components.kit.defects import fragment
from components.kit.identity import draw_identity
from components.kit.notices import in_callback
from components.kit.text import escape

POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Step:
    file: str
    label: str
    icon: str


STEPS = (
    _Step("pages/overview.py", "Overview", ":material/compare:"),
    _Step("pages/attributes.py", "Attributes", ":material/tune:"),
    _Step("pages/prompts.py", "Prompts", ":material/chat:"),
    _Step("pages/generate.py", "Generate", ":material/play_circle:"),
    _Step("pages/review.py", "Review", ":material/fact_check:"),
    _Step("pages/diversity.py", "Diversity", ":material/menu_book:"),
    _Step("pages/embeddings.py", "Embeddings", ":material/bubble_chart:"),
    _Step("pages/regions.py", "Regions", ":material/public:"),
    _Step("pages/evaluate.py", "Evaluate", ":material/school:"),
    _Step("pages/report.py", "Report", ":material/description:"),
)


def draw_sidebar(runtime: Runtime, project: StoredProject | None) -> None:
    """Project, steps, running work, settings and person."""
    with st.sidebar:
        st.markdown("**AttrPrompt Studio**")
        st.page_link("app.py", label="Projects", icon=":material/folder_open:")
        if project is not None:
            st.markdown(f"##### {escape(project.name)}")
            states = describe_steps(runtime, project)
            for step in STEPS:
                state = states.get(step.label, "")
                st.page_link(
                    step.file,
                    label=f"{escape(step.label)} :small[:gray[{escape(state)}]]" if state else escape(step.label),
                    icon=step.icon,
                    query_params={"project": project.id},
                )
            _draw_running(runtime, project)
        st.divider()
        st.page_link(
            "pages/settings.py",
            label="Settings",
            icon=":material/settings:",
            query_params={"project": project.id} if project else None,
        )
        draw_identity(runtime)


def describe_steps(runtime: Runtime, project: StoredProject) -> dict[str, str]:
    """The quiet state beside each step, by its label."""
    dimensions = len(project.document.dimensions)
    datasets = runtime.store.datasets.list_all(project.id)
    runs = list_runs(runtime, project.id)
    running = [run for run in runs if run.state is RunState.RUNNING]
    texts = sum(dataset.rows for dataset in datasets)
    if running:
        generate = f"{measure_progress(running[0], None).share:.0%}"
    else:
        generate = f"{len(runs)} run{'' if len(runs) == 1 else 's'}" if runs else "not yet"
    return {
        "Overview": f"{len(datasets)} data set{'' if len(datasets) == 1 else 's'}" if datasets else "",
        "Attributes": f"{dimensions} dimension{'' if dimensions == 1 else 's'}" if dimensions else "none yet",
        "Generate": generate,
        "Review": f"{texts:,} texts" if texts else "not yet",
    }


@dataclass(frozen=True, slots=True)
class _Running:
    """What goes on in a project now: runs, and requests to a model by what they are for."""

    runs: tuple[Run, ...]
    jobs: tuple[tuple[str, Job], ...]

    @property
    def names(self) -> list[str]:
        return [f"run {run.id}" for run in self.runs] + [job.id for _, job in self.jobs]


def _find_running(runtime: Runtime, project: StoredProject) -> _Running:
    found = [(name, work.find(project.id)) for name, work in _list_background(runtime).items()]
    return _Running(
        tuple(run for run in list_runs(runtime, project.id) if run.state is RunState.RUNNING),
        tuple((name, job) for name, job in found if job is not None and job.is_open),
    )


def _list_background(runtime: Runtime) -> dict[str, BackgroundWork[Any]]:
    return {
        "Attributes": runtime.background(Elicitations),
        "Import": runtime.background(Imports),
        "MetaPrompt": runtime.background(MetaWritings),
        "Questions": runtime.background(Questionnaires),  # the judge's too
    }


def _draw_running(runtime: Runtime, project: StoredProject) -> None:
    begun = _find_running(runtime, project)
    fresh = [begun]  # for the first drawing; the timer's later ones look again

    @fragment(run_every=POLL_SECONDS if begun.names else None)
    def poll() -> None:
        running = fresh.pop() if fresh else _find_running(runtime, project)
        if running.names != begun.names:
            st.rerun()
        for run in running.runs:
            _draw_run(runtime, run)
        for name, job in running.jobs:
            _draw_job(runtime, project, name, job)

    poll()


def _draw_job(runtime: Runtime, project: StoredProject, name: str, job: Job) -> None:
    st.progress(min(job.progress, 1.0), text=escape(f"{name}: {job.message or 'starting'}"))
    st.button(
        "Stop",
        key=f"sidebar_stop_{name}",
        icon=":material/stop:",
        on_click=in_callback,
        args=(_list_background(runtime)[name].stop, project.id),
        disabled=job.stopping,
        width="stretch",
        help="Nothing of the file is kept." if name == "Import" else "Nothing more is asked; what came stays.",
    )


def _draw_run(runtime: Runtime, run: Run) -> None:
    progress = measure_progress(run, None)
    left = f", {format_seconds(progress.seconds_left)} left" if progress.seconds_left is not None else ""
    st.progress(min(progress.share, 1.0), text=escape(f"{run.name}: {progress.share:.0%}{left}"))
    st.button(
        "Stop",
        key=f"sidebar_stop_{run.id}",
        icon=":material/stop:",
        on_click=in_callback,
        args=(end_run, runtime, run.id, RunState.STOPPED),
        disabled=bool(run.wanted_state),
        width="stretch",
    )
