"""What nobody foresaw is one sentence on the page wherever it arises, and what else the page shows stands."""

import ast

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt.app_files import APP_FOLDER
from attrprompt.defects import LOG_FILE
from components.kit.defects import made_on_press
from components.overview import presenting
from tests.pages.helpers import PATIENCE


def draw(seconds=None):
    import streamlit as st

    from attrprompt.errors import InputError
    from components.kit.defects import fragment, say_defects
    from components.kit.notices import in_callback, show_pending

    errors = {"defect": KeyError("nobody foresaw this"), "error": InputError("Say it otherwise.")}

    def fail(place):
        if st.session_state.get("where") == place:
            raise errors[st.session_state["what"]]

    def press_inside():
        in_callback(fail, "callback")
        st.rerun("part")  # AppTest would draw the whole page after a click inside the part

    @fragment(key="part", run_every=seconds)
    def part():
        st.button("Inside", key="inside", on_click=press_inside)
        fail("part")
        st.caption("The part is drawn.")

    say_defects("Test")
    show_pending()
    st.button("Outside", key="outside", on_click=in_callback, args=(fail, "callback"))
    part()
    fail("page")
    st.caption("The page is drawn.")


def begin(where, what="defect", seconds=None):
    """A page that was well until now."""
    app = AppTest.from_function(draw, args=(seconds,)).run()
    assert [each.value for each in app.caption] == ["The part is drawn.", "The page is drawn."]
    app.session_state["where"], app.session_state["what"] = where, what
    return app


def assert_said(app, log, *captions):
    assert not app.exception, "Streamlit's own box"
    (said,) = [each.value for each in app.error]
    assert "a defect of the app (KeyError)" in said
    assert str(log).replace("_", r"\_") in said
    assert [each.value for each in app.caption] == [f"The {each} is drawn." for each in captions]
    assert log.read_text().count("Traceback") == 1


@pytest.fixture
def log(home):
    """The log, in which a test of this file may leave a defect."""
    path = home / LOG_FILE
    yield path
    path.unlink(missing_ok=True)


def test_a_part_that_fails_says_so_and_the_page_goes_on(log):
    app = begin("part").run()
    assert_said(app, log, "page")
    assert "part __main__.draw.<locals>.part" in log.read_text()


def test_a_part_that_fails_when_it_is_drawn_alone_says_so_and_fills_no_log(log):
    app = begin("part")
    for _ in range(3):
        app.button("inside").click().run()
        assert_said(app, log)


def test_a_part_that_is_well_again_says_nothing_more(log):
    app = begin("part")
    app.button("inside").click().run()
    assert_said(app, log)
    app.session_state["where"] = ""
    app.button("inside").click().run()
    assert [each.value for each in app.caption] == ["The part is drawn."]
    assert not app.error


@pytest.mark.parametrize(
    ("button", "seconds", "captions"),
    [("outside", None, ("part", "page")), ("inside", None, ("part",)), ("inside", 1, ("part", "page"))],
)
def test_a_callback_that_fails_leaves_the_page_as_it_was(log, button, seconds, captions):
    app = begin("callback", seconds=seconds)
    app.button(button).click().run()
    assert_said(app, log, *captions)


def test_the_page_itself_says_what_failed(log):
    assert_said(begin("page").run(), log, "part")


@pytest.mark.parametrize("where", ["part", "callback", "page"])
def test_an_error_for_people_keeps_its_own_words(log, where):
    app = begin(where, "error")
    app.button("outside").click().run()
    assert [each.value for each in app.error] == ["Say it otherwise."]
    assert not log.exists()


def test_a_button_of_a_real_page_that_fails_says_so(log, store, project, monkeypatch):
    def fail():
        raise ZeroDivisionError

    app = AppTest.from_file(str(APP_FOLDER / "app.py"), default_timeout=PATIENCE)
    app.query_params["project"] = project.id
    app.query_params[presenting.PRESENT] = "1"
    app.switch_page("pages/overview.py").run()
    monkeypatch.setattr(presenting, "_end", fail)
    app.run().button("present_end").click().run()
    assert not app.exception
    assert any("ZeroDivisionError" in each.value for each in app.error)


def test_a_download_that_fails_leaves_its_reason_in_the_log(log):
    with pytest.raises(KeyError):
        made_on_press({}.popitem, "plan.jsonl")()
    assert "download plan.jsonl" in log.read_text()
    assert log.read_text().count("Traceback") == 1


def test_every_callback_goes_through_the_door_that_says_what_fails():
    def is_safe(handler):
        if isinstance(handler, ast.Lambda):
            handler = handler.body.func if isinstance(handler.body, ast.Call) else None
        return isinstance(handler, ast.Constant) or (isinstance(handler, ast.Name) and handler.id == "in_callback")

    files = [APP_FOLDER / "app.py", *(APP_FOLDER / "pages").rglob("*.py"), *(APP_FOLDER / "components").rglob("*.py")]
    handlers = [
        (f"{path.relative_to(APP_FOLDER)}:{option.value.lineno}", option.value)
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for option in node.keywords
        if option.arg is not None and option.arg.startswith("on_")
    ]
    assert len(handlers) > 100
    assert [place for place, handler in handlers if not is_safe(handler)] == []
