"""Runs in the store: what is pending, each answer once, how one ended."""

import pytest

from attrprompt.errors import ErrorKind, InputError
from attrprompt.records import RunCounters, RunState
from attrprompt.store import Failed, NewRun, PlannedItem
from tests.core.store.runs import add_run, answer


def test_plan_minus_done_is_what_is_pending(store, project):
    run = add_run(store, project)
    store.runs.begin(run.id, owner=1)
    store.runs.commit(
        run.id, [answer(1)], [Failed(3, ErrorKind.TIMEOUT, "late", 3)], RunCounters(planned=5), in_flight=0
    )
    assert [item.item for item in store.runs.next_pending(run.id, after=-1)] == [0, 2, 4]


def test_beginning_again_asks_for_failed_items_and_counts_what_was_in_flight(store, project):
    run = add_run(store, project)
    store.runs.begin(run.id, owner=1)
    store.runs.commit(
        run.id,
        [answer(1)],
        [Failed(3, ErrorKind.TIMEOUT, "late", 3)],
        RunCounters(planned=5, completed=1, failed={"timeout": 1}),
        in_flight=2,
    )
    counters = store.runs.begin(run.id, owner=2)
    assert (counters.completed, counters.failed, counters.maybe_billed_twice) == (1, {}, 2)
    assert [item.item for item in store.runs.next_pending(run.id, after=-1)] == [0, 2, 3, 4]


def test_an_answer_is_stored_once(store, project):
    run = add_run(store, project)
    store.runs.begin(run.id, owner=1)
    store.runs.commit(run.id, [answer(1)], [], RunCounters(planned=5, completed=1), in_flight=0)
    with pytest.raises(Exception, match="UNIQUE"):
        store.runs.commit(run.id, [answer(2), answer(1)], [], RunCounters(planned=5, completed=3), in_flight=0)
    assert store.datasets.count(run.id) == 1
    assert store.runs.load(run.id).counters.completed == 1


def test_all_pending_items_can_end_for_one_reason(store, project):
    run = add_run(store, project)
    store.runs.begin(run.id, owner=1)
    store.runs.commit(run.id, [answer(0)], [], RunCounters(planned=5, completed=1), in_flight=0)
    assert store.runs.fail_pending(run.id, ErrorKind.BUDGET, "spent") == 4
    assert store.runs.count_failures(run.id) == {"budget": 4}


def test_a_used_name_names_resume(store, project):
    add_run(store, project)
    with pytest.raises(InputError, match="resume"):
        add_run(store, project, name="R1")


def test_a_model_that_was_asked_at_one_address_only_has_an_endpoint(store, project):
    for name, model, endpoint in (
        ("r1", "tiny", "embedded"),
        ("r2", "tiny", "embedded"),
        ("r3", "big", "https://a.example.org/v1"),
        ("r4", "big", "https://b.example.org/v1"),
    ):
        new = NewRun(name, "attrprompt", model, endpoint, "", {}, {}, {}, project.document)
        store.runs.create(project.id, new, [PlannedItem(0, ("World",), {}, "prompt", None, 0)])
    assert store.runs.find_endpoints(project.id) == {"tiny": "embedded"}


def test_how_a_run_ended_is_kept(store, project):
    run = add_run(store, project)
    store.runs.begin(run.id, owner=1)
    store.runs.finish(run.id, RunState.FAILED, "The key was refused.", RunCounters(planned=5))
    ended = store.runs.find(project.id, "R1")
    assert (ended.state, ended.reason, ended.owner) == (RunState.FAILED, "The key was refused.", None)


def test_words_of_an_endpoint_that_no_database_stores_are_kept_as_far_as_they_go(store, project):
    run = add_run(store, project)
    store.runs.begin(run.id, owner=1)
    failed = Failed(3, ErrorKind.BAD_REQUEST, "no \ud800 model\0", 1)
    store.runs.commit(run.id, [], [failed], RunCounters(planned=5, failed={"bad_request": 1}), in_flight=0)
    store.runs.fail_pending(run.id, ErrorKind.BAD_REQUEST, "\ud800")
    store.runs.finish(run.id, RunState.FAILED, "because of \ud800", RunCounters(planned=5))
    assert {each.message for each in store.runs.read_failures(run.id)} == {"no \ufffd model\ufffd", "\ufffd"}
    assert store.runs.load(run.id).reason == "because of \ufffd"
