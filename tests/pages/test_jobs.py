"""What a page says of work that ended without a result, and which work begins again by itself."""

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt.analysis_jobs.check import CheckRequest
from attrprompt.runtime.runtime import Runtime
from attrprompt.settings import Settings
from attrprompt.store.jobs import CLOSED_WORDS, JobState
from attrprompt.worker.jobs import hash_input

REQUEST = CheckRequest(datasets=(1,), contents="of nothing")


def draw(ask_first):
    from attrprompt.analysis_jobs.check import CheckRequest
    from attrprompt.runtime.runtime import open_runtime
    from components.kit.work import find_or_compute

    request = CheckRequest(datasets=(1,), contents="of nothing")
    find_or_compute(open_runtime(), request, doing="Checks", key="job", ask_first=ask_first)


def draw_after(runtime, state, message, ask_first=""):
    """The page after a job of this work ended so, in a process that is gone."""
    runtime.store.jobs.add("j1", "check", hash_input(REQUEST))
    runtime.store.jobs.change("j1", JobState(state), 0.3, message)
    app = AppTest.from_function(draw, args=(ask_first,)).run()
    assert not app.exception
    return app


def find_newest(runtime):
    return runtime.store.jobs.find_by_input(hash_input(REQUEST)).id


@pytest.mark.parametrize(
    ("state", "message", "said"),
    [
        ("cancelled", "Cancelled.", "Stopped; nothing was computed to the end."),
        ("failed", "No text is left.", "ended without a result. No text is left."),
    ],
)
def test_a_stop_and_a_failure_are_explained_beside_the_button(runtime, state, message, said):
    app = draw_after(runtime, state, message)
    assert any(said in each.value for each in [*app.info, *app.error])
    assert [each.label for each in app.button] == ["Try again"]
    assert find_newest(runtime) == "j1"


@pytest.mark.parametrize(
    ("state", "message"), [("closed", CLOSED_WORDS), ("cancelled", CLOSED_WORDS), ("running", "Half of it.")]
)
def test_what_was_under_way_when_the_app_was_closed_begins_again(runtime, state, message):
    draw_after(runtime, state, message)
    assert find_newest(runtime) != "j1"


@pytest.mark.parametrize(
    ("state", "message"), [("closed", CLOSED_WORDS), ("cancelled", CLOSED_WORDS), ("running", "Half of it.")]
)
def test_what_a_person_begins_waits_for_the_person(runtime, state, message):
    app = draw_after(runtime, state, message, ask_first="Measure")
    assert any(CLOSED_WORDS in each.value for each in app.info)
    assert [each.label for each in app.button] == ["Measure"]
    assert find_newest(runtime) == "j1"


def test_two_servers_on_one_home_do_not_take_each_others_jobs_for_abandoned_ones(runtime):
    other = Runtime(Settings(home=runtime.home))
    try:
        ours, theirs = (each.submit_job(REQUEST) for each in (runtime, other))
        assert ours != theirs
        assert find_newest(runtime) == theirs
        assert runtime.find_job(REQUEST).id == ours
        assert other.find_job(REQUEST).id == theirs
    finally:
        other.close()
