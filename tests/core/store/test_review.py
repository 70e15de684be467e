"""Decisions about texts: in bulk, one step to take back, by the person who made them."""

import pytest

from attrprompt.errors import ConflictError
from attrprompt.records import DatasetKind, RunCounters
from attrprompt.store import NewSample, SampleFilter
from tests.core.store.runs import add_run, answer


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


def test_thousands_of_texts_are_decided_and_taken_back_in_one_step(store, project):
    rows = [NewSample(n, f"Text {n}", f"Text {n}", ("World",), {"place": f"P{n % 7}"}) for n in range(3_000)]
    dataset = store.datasets.import_rows(project.id, "many", DatasetKind.SIMPROMPT, rows, info={})
    store.review.decide(dataset.id, range(3_000), {"status": "accepted", "labels": ["Sports"]}, actor="ana")
    assert store.review.progress(dataset.id) == (3_000, 3_000)
    assert store.datasets.count_facets(dataset.id).labels == {"Sports": 3_000}
    assert len(store.review.undo(dataset.id, actor="ana")) == 3_000
    assert store.datasets.count_facets(dataset.id).labels == {"World": 3_000}
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
