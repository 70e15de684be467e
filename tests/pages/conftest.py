"""Pages under AppTest: the real core with a home of its own; texts are put into the store by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt.defects import LOG_FILE
from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from attrprompt.project import Method
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample

ROOT = Path(__file__).parents[2]
PATIENCE = 120


@pytest.fixture(autouse=True)
def no_defect(home: Path) -> Iterator[None]:
    """A page says a defect in a sentence, where `app.exception` knows nothing of it; the log does."""
    yield
    log = home / LOG_FILE
    assert not log.exists(), log.read_text(encoding="utf-8")


@pytest.fixture
def document():
    """The pages are shown with the preset of the demo."""
    return load_preset("agnews")


def write_report(item):
    place = item.attributes.get("location", "Paris")
    return f"In {place} report {item.item} <script>alert(1)</script> was read aloud."


@pytest.fixture
def texts(project, make_run):
    """A finished run of each method, 20 texts each."""
    return {
        method.value: make_run(
            project,
            method=method,
            name=method.value,
            endpoint=Endpoint.embedded(),
            texts=write_report,
            flags={3: ("truncated",)},
        )
        for method in (Method.SIMPROMPT, Method.ATTRPROMPT)
    }


@pytest.fixture
def gold(store, project, texts):
    """24 real texts beside the two runs, with markup in them."""
    names = [label.name for _, label in project.document.ordered_labels()]
    rows = [
        NewSample(
            number, f"Report {number} of {names[number % 4]} <script>alert(1)</script>", "", (names[number % 4],), {}
        )
        for number in range(24)
    ]
    return store.datasets.import_rows(project.id, "real", DatasetKind.GOLD, rows, info={})


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
