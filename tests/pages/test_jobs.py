"""What a page says of work that ended without a result, before it offers to begin again."""

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt.worker.client import CLOSED
from attrprompt.worker.jobs import hash_input


def draw():
    from attrprompt.runtime import open_runtime
    from components.jobs import find_or_compute

    find_or_compute(open_runtime(), "check", {"of": "nothing"}, doing="Checks", key="job")


@pytest.mark.parametrize(
    ("state", "message", "said"),
    [
        ("cancelled", CLOSED, "The app was closed before this was finished. Start it again."),
        ("cancelled", "Cancelled.", "Stopped; nothing was computed to the end."),
        ("failed", "No text is left.", "ended without a result. No text is left."),
        ("running", "", "The app was closed before this was finished."),
    ],
)
def test_an_end_without_a_result_is_explained_beside_the_button(runtime, state, message, said):
    runtime.store.jobs.add("j1", "check", hash_input("check", {"of": "nothing"}))
    runtime.store.jobs.change("j1", state, 0.3, message)
    app = AppTest.from_function(draw).run()
    assert not app.exception
    assert any(said in each.value for each in [*app.info, *app.error])
    assert [each.label for each in app.button] == ["Try again"]
