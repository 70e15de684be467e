"""Samples in the store: kept as they are, found by what they are, with their provenance."""

import pytest

from attrprompt.errors import InputError
from attrprompt.records import DatasetKind, RunCounters, SampleStatus
from attrprompt.store import SampleFilter
from tests.core.store.runs import add_run, answer


def test_text_is_kept_byte_for_byte_except_what_no_database_takes(store, project):
    run = add_run(store, project)
    texts = ["東京で会議 – São Paulo\r\n\tend ", "nul \0 and \ud800 surrogate"]
    store.runs.commit(
        run.id, [answer(n, text) for n, text in enumerate(texts)], [], RunCounters(planned=5), in_flight=0
    )
    first, second = store.datasets.read_page(run.id)
    assert first.text == texts[0]
    assert (second.text, second.flags) == ("nul \ufffd and \ufffd surrogate", ("replaced_characters",))


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


def test_flags_can_be_added_and_taken_off_again(store, project):
    run = add_run(store, project)
    store.runs.commit(run.id, [answer(0, flags=("length",)), answer(1)], [], RunCounters(planned=5), in_flight=0)
    store.datasets.add_flags(run.id, {0: ["near_duplicate"], 1: ["near_duplicate"]})
    assert store.datasets.count_facets(run.id).flags == {"length": 1, "near_duplicate": 2}
    store.datasets.clear_flags(run.id, ["near_duplicate"])
    assert store.datasets.count_facets(run.id).flags == {"length": 1}


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
