"""Pages under AppTest: the real core with a home of its own; texts are put into the store by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt.generation.launch import create_run
from attrprompt.generation.plans.plan import PlanOptions
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from attrprompt.project import Method
from attrprompt.records import DatasetKind, RunCounters, RunState
from attrprompt.runtime.runtime import close_runtime, open_runtime
from attrprompt.store import NewSample

ROOT = Path(__file__).parents[2]
PATIENCE = 120


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTRPROMPT_HOME", str(tmp_path / "home"))
    yield open_runtime()
    close_runtime()


@pytest.fixture
def project(runtime):
    return runtime.store.projects.create("News", load_preset("agnews"), owner="ana", source="test")


def make_answer(item):
    place = item.attributes.get("location", "Paris")
    return NewSample(
        item.item,
        text=f"In {place} report {item.item} <script>alert(1)</script> was read aloud.",
        raw="raw",
        labels=item.labels,
        attributes=item.attributes,
        prompt=item.prompt,
        flags=("truncated",) if item.item == 3 else (),
    )


@pytest.fixture
def texts(runtime, project):
    """A finished run of each method, 20 texts each."""
    runs = {}
    for method in (Method.SIMPROMPT, Method.ATTRPROMPT):
        run = create_run(
            runtime.store,
            project,
            PlanOptions(method=method, per_class=5),
            Endpoint.embedded(),
            name=method.value,
            parameters=GenerationParameters(),
            limits=RunLimits(),
        )
        answers = [make_answer(item) for item in runtime.store.runs.iterate_plan(run.id)]
        counters = RunCounters(planned=20, completed=20, prompt_tokens=100, completion_tokens=200, seconds=2.0)
        runtime.store.runs.commit(run.id, answers, [], counters, in_flight=0)
        runtime.store.runs.finish(run.id, RunState.DONE, "", counters)
        runs[method.value] = runtime.store.runs.load(run.id)
    return runs


@pytest.fixture
def gold(runtime, project, texts):
    """24 real texts beside the two runs, with markup in them."""
    names = [label.name for _, label in project.document.ordered_labels()]
    rows = [
        NewSample(
            number, f"Report {number} of {names[number % 4]} <script>alert(1)</script>", "", (names[number % 4],), {}
        )
        for number in range(24)
    ]
    return runtime.store.datasets.import_rows(project.id, "real", DatasetKind.GOLD, rows, info={})


@pytest.fixture
def open_page(runtime):
    """Opens a page as a deep link would: `open_page("review", project)`."""

    def open_it(name, project=None):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        app.run()
        if project is not None:
            app.query_params["project"] = project.id
        if name != "app":
            app.switch_page(str(ROOT / "pages" / f"{name}.py"))
        app.run()
        assert not app.exception, [each.value for each in app.exception]
        return app

    return open_it
