"""What the tests of pages do again and again: open a view, ask a model and wait, press a button, read what is said."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from attrprompt.elicitation.background import Elicitations
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import StoredProject
from tests.faulty_server import MODEL, FaultyServer

APP = Path(__file__).parents[2] / "app.py"
PATIENCE = 180


def open_attributes(project: StoredProject, view: str) -> AppTest:
    """The Attributes page at one of its views."""
    app = AppTest.from_file(APP, default_timeout=PATIENCE)
    app.query_params["project"] = project.id
    app.run()
    app.session_state["attributes_view"] = view
    app.switch_page("pages/attributes.py").run()
    assert not app.exception
    return app


def use_server(runtime: Runtime, project: StoredProject, server: FaultyServer) -> None:
    """Let the project's model be that of this server."""
    runtime.store.projects.save_settings(project.id, {"endpoint": {"base_url": server.base_url, "model": MODEL}})


def wait_until(condition: Callable[[], bool]) -> None:
    """Until it is so, or the test fails."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def wait_until_asked(runtime: Runtime, project: StoredProject) -> None:
    """Until the project's request to its model has ended, however it ended."""
    asking = runtime.background(Elicitations)
    wait_until(lambda: (job := asking.find(project.id)) is not None and not job.is_open)


def press(app: AppTest, key: str) -> AppTest:
    """Click on a button and have the page drawn."""
    app.button(key=key).click().run()
    assert not app.exception
    return app


def find_button(app: AppTest, start: str) -> Any:
    """The first button whose words begin so."""
    return next(each for each in app.button if each.label.startswith(start))


def read_words(app: AppTest) -> str:
    """Everything that the page says outside its tables and figures, without the joiners that have no width."""
    said = (app.title, app.subheader, app.markdown, app.caption)
    told = (app.info, app.success, app.warning, app.error)
    return "\n".join(str(each.value) for group in (*said, *told) for each in group).replace("\u2060", "")
