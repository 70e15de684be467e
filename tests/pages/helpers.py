"""What the tests of pages do again and again: open the Attributes page at a view, press a button, read its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from attrprompt.store import StoredProject

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


def press(app: AppTest, key: str) -> AppTest:
    """Click on a button and have the page drawn."""
    app.button(key=key).click().run()
    assert not app.exception
    return app


def find_button(app: AppTest, start: str) -> Any:
    """The first button whose words begin so."""
    return next(each for each in app.button if each.label.startswith(start))


def read_words(app: AppTest) -> str:
    """Everything that the page says outside its tables and figures."""
    said = (app.title, app.subheader, app.markdown, app.caption)
    told = (app.info, app.success, app.warning, app.error)
    return "\n".join(str(each.value) for group in (*said, *told) for each in group)
