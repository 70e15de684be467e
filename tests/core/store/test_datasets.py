"""Runs, samples, facets and review decisions in the store."""

import pytest

from attrprompt.errors import ConflictError, ErrorKind, InputError
from attrprompt.records import DatasetKind, RunCounters, RunState, SampleStatus
from attrprompt.store import Failed, NewRun, NewSample, PlannedItem, SampleFilter


def add_run(store, project, name="r1", items=5):
    new = NewRun(name, "attrprompt", "tiny", "embedded", "", {"temperature": 1.0}, {}, {}, project.document)
    plan = (PlannedItem(n, ("World",), {"place": f"P{n % 2}"}, f"prompt {n}", None, n) for n in range(items))
    return store.runs.create(project.id, new, plan)


def answer(item, text="Zürich wählt.", **fields):
    return NewSample(item, text, text, ("World",), {"place": f"P{item % 2}"}, prompt=f"prompt {item}", **fields)


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


def test_text_is_kept_byte_for_byte_except_what_no_database_takes(store, project):
    run = add_run(store, project)
    texts = ["東京で会議 – São Paulo\r\n\tend ", "nul \0 and \ud800 surrogate"]
    store.runs.commit(
        run.id, [answer(n, text) for n, text in enumerate(texts)], [], RunCounters(planned=5), in_flight=0
    )
    first, second = store.datasets.read_page(run.id)
    assert first.text == texts[0]
    assert (second.text, second.flags) == ("nul \ufffd and \ufffd surrogate", ("replaced_characters",))


def test_a_used_name_names_resume(store, project):
    add_run(store, project)
    with pytest.raises(InputError, match="resume"):
        add_run(store, project, name="R1")


def test_names_are_shared_by_runs_and_imports(store, project):
    add_run(store, project)
    with pytest.raises(InputError, match="--replace"):
        store.datasets.import_rows(project.id, "r1", DatasetKind.GOLD, [answer(0)], info={})
    replaced = store.datasets.import_rows(project.id, "r1", DatasetKind.GOLD, [answer(0)], info={}, replace=True)
    assert (replaced.rows, replaced.imported) == (1, True)


def test_filters_by_label_attribute_flag_status_and_text(store, project):
    run = add_run(store, project, items=6)
    rows = [answer(n, f"Text {n} ÄPFEL" if n < 3 else f"Text {n}") for n in range(5)] + [answer(5, flags=("refusal",))]
    store.runs.commit(run.id, rows, [], RunCounters(planned=6), in_flight=0)
    store.review.decide(run.id, [0, 1], {"status": "accepted"}, actor="ana")

    def items(**fields):
        return [sample.item for sample in store.datasets.iterate(run.id, SampleFilter(**fields))]

    assert items(attributes=(("place", "P1"),)) == [1, 3, 5]
    assert items(flags=("refusal",)) == [5]
    assert items(without_flags=("refusal",)) == [0, 1, 2, 3, 4]
    assert items(statuses=(SampleStatus.ACCEPTED,)) == [0, 1]
    assert items(text="äpfel") == [0, 1, 2]
    assert items(text="100%") == []
    assert items(labels=("Sports",)) == []
    assert store.datasets.count(run.id, SampleFilter(text="text")) == 5


def test_a_relabelled_text_is_found_under_its_new_label(store, project):
    run = add_run(store, project)
    store.runs.commit(run.id, [answer(0)], [], RunCounters(planned=5), in_flight=0)
    store.review.decide(run.id, [0], {"labels": ["Sports"], "status": "accepted"}, actor="ana")
    (sample,) = store.datasets.read_page(run.id, SampleFilter(labels=("Sports",)))
    assert (sample.labels, sample.asked_labels, sample.reviewed_by) == (("Sports",), ("World",), "ana")
    assert store.datasets.count(run.id, SampleFilter(labels=("World",))) == 0


def test_a_bulk_decision_is_undone_as_one_step_by_the_person_who_made_it(store, project):
    run = add_run(store, project)
    store.runs.commit(run.id, [answer(n) for n in range(4)], [], RunCounters(planned=5), in_flight=0)
    store.review.decide(run.id, [0, 1, 2], {"status": "rejected"}, actor="ana")
    store.review.decide(run.id, [3], {"status": "accepted"}, actor="ben")
    assert store.review.undo(run.id, actor="ana") == [0, 1, 2]
    assert [sample.status for sample in store.datasets.read_page(run.id)] == ["new", "new", "new", "accepted"]
    assert store.review.redo(run.id, actor="ana") == [0, 1, 2]
    assert store.review.progress(run.id) == (4, 4)


def test_undo_refuses_a_text_that_somebody_decided_since(store, project):
    run = add_run(store, project)
    store.runs.commit(run.id, [answer(0)], [], RunCounters(planned=5), in_flight=0)
    store.review.decide(run.id, [0], {"status": "rejected"}, actor="ana")
    store.review.decide(run.id, [0], {"status": "accepted"}, actor="ben")
    with pytest.raises(ConflictError, match="ben changed the status"):
        store.review.undo(run.id, actor="ana")


def test_an_edited_text_is_marked_and_its_raw_answer_kept(store, project):
    run = add_run(store, project)
    store.runs.commit(run.id, [answer(0, "old")], [], RunCounters(planned=5), in_flight=0)
    store.review.decide(run.id, [0], {"text": "new words"}, actor="ana")
    (sample,) = store.datasets.read_page(run.id, SampleFilter(text="NEW"))
    assert (sample.text, sample.raw, sample.edited) == ("new words", "old", True)


def test_flags_can_be_added_and_taken_off_again(store, project):
    run = add_run(store, project)
    store.runs.commit(run.id, [answer(0, flags=("length",)), answer(1)], [], RunCounters(planned=5), in_flight=0)
    store.datasets.add_flags(run.id, {0: ["near_duplicate"], 1: ["near_duplicate"]})
    assert store.datasets.count_facets(run.id)["flag"] == {"length": 1, "near_duplicate": 2}
    store.datasets.clear_flags(run.id, ["near_duplicate"])
    assert store.datasets.count_facets(run.id)["flag"] == {"length": 1}


def test_rows_carry_the_provenance_of_their_run(store, project):
    run = add_run(store, project)
    store.runs.commit(
        run.id,
        [answer(0, prompt_tokens=7, completion_tokens=9, request_id="req-1")],
        [],
        RunCounters(planned=5),
        in_flight=0,
    )
    (sample,) = store.datasets.read_page(run.id)
    row = sample.to_row(multi_label=False)
    assert row["id"] == "r1/0"
    assert (row["label"], row["attributes"], row["prompt"]) == ("World", {"place": "P0"}, "prompt 0")
    assert (row["model"], row["endpoint"], row["parameters"]) == ("tiny", "embedded", {"temperature": 1.0})
    assert (row["tokens"], row["request_id"]) == ({"prompt": 7, "completion": 9}, "req-1")
    assert row["messages"] == [{"role": "user", "content": "prompt 0"}]


def test_how_a_run_ended_is_kept(store, project):
    run = add_run(store, project)
    store.runs.begin(run.id, owner=1)
    store.runs.finish(run.id, RunState.FAILED, "The key was refused.", RunCounters(planned=5))
    ended = store.runs.find(project.id, "R1")
    assert (ended.state, ended.reason, ended.owner) == (RunState.FAILED, "The key was refused.", None)


def test_thousands_of_texts_are_decided_and_taken_back_in_one_step(store, project):
    rows = [NewSample(n, f"Text {n}", f"Text {n}", ("World",), {"place": f"P{n % 7}"}) for n in range(3_000)]
    dataset = store.datasets.import_rows(project.id, "many", DatasetKind.SIMPROMPT, rows, info={})
    store.review.decide(dataset.id, range(3_000), {"status": "accepted", "labels": ["Sports"]}, actor="ana")
    assert store.review.progress(dataset.id) == (3_000, 3_000)
    assert store.datasets.count_facets(dataset.id)["label"] == {"Sports": 3_000}
    assert len(store.review.undo(dataset.id, actor="ana")) == 3_000
    assert store.datasets.count_facets(dataset.id)["label"] == {"World": 3_000}
    assert store.review.progress(dataset.id) == (0, 3_000)
    assert len(store.review.history(dataset.id, item=2_999)) == 4


def test_raw_answers_are_put_back_for_all_cleaned_texts_and_taken_away_again(store, project):
    run = add_run(store, project)
    cleaned = NewSample(0, "A text.", "Sure, here it is: A text.", ("World",), {})
    store.runs.commit(run.id, [cleaned, answer(1)], [], RunCounters(planned=5), in_flight=0)
    wanted = SampleFilter(cleaned=True)
    raw = {each.item: {"text": each.raw} for each in store.datasets.iterate(run.id, wanted)}
    assert list(raw) == [0]
    store.review.decide_each(run.id, raw, actor="ana")
    (sample,) = store.datasets.read_page(run.id, SampleFilter(items=(0,)))
    assert (sample.text, sample.edited) == ("Sure, here it is: A text.", True)
    assert store.datasets.count(run.id, wanted) == 0
    store.review.undo(run.id, actor="ana")
    (sample,) = store.datasets.read_page(run.id, SampleFilter(items=(0,)))
    assert (sample.text, sample.edited) == ("A text.", False)
    assert store.datasets.count(run.id, wanted) == 1
