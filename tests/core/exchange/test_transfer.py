"""Data sets out of the store and back into it: what was decided about their texts comes along."""

import pytest

from attrprompt.exchange.transfer import ExportFormat, export_dataset, import_dataset
from attrprompt.records import DatasetKind, SampleStatus
from attrprompt.store import NewSample, SampleFilter


def put(store, project):
    rows = [
        NewSample(item, f"Text {item}, Zürich", f"Sure: Text {item}, Zürich", ("World",), {"place": "Peru"})
        for item in range(4)
    ]
    dataset = store.datasets.import_rows(project.id, "texts", DatasetKind.ATTRPROMPT, rows, info={})
    store.datasets.add_flags(dataset.id, {2: ["length"]})
    store.review.decide(dataset.id, [0], {"status": "accepted", "note": "good"}, actor="ana")
    store.review.decide(dataset.id, [1], {"status": "rejected", "labels": ["Sports"]}, actor="ben")
    store.review.decide(dataset.id, [3], {"text": "Mended."}, actor="ben")
    return dataset


@pytest.mark.parametrize("format", [ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.PARQUET])
def test_decisions_come_back_with_the_texts(store, project, tmp_path, format):
    dataset = put(store, project)
    path = tmp_path / f"out.{format.value}"
    export_dataset(store, project, dataset, path, format)
    back = import_dataset(store, project, path, name="again", kind=DatasetKind.ATTRPROMPT).dataset
    for old, new in zip(store.datasets.iterate(dataset.id), store.datasets.iterate(back.id), strict=True):
        for name in ("text", "raw", "labels", "asked_labels", "attributes", "status", "flags", "edited", "note"):
            assert getattr(new, name) == getattr(old, name), name
        assert new.reviewed_by == old.reviewed_by
        assert (new.reviewed_at is None) == (old.reviewed_at is None)
    assert store.datasets.count(back.id, SampleFilter(statuses=(SampleStatus.ACCEPTED,))) == 1


def test_a_column_called_status_of_another_origin_decides_nothing(store, project, tmp_path):
    path = tmp_path / "foreign.csv"
    path.write_text("text,label,status,note\nA text,World,published,mine\n", encoding="utf-8")
    back = import_dataset(store, project, path, name="foreign").dataset
    (sample,) = store.datasets.iterate(back.id)
    assert (sample.status, sample.note) == (SampleStatus.NEW, "")


def test_an_export_holds_what_passes_the_filter(store, project, tmp_path):
    dataset = put(store, project)
    wanted = SampleFilter(statuses=(SampleStatus.NEW,), without_flags=("length",))
    written = export_dataset(store, project, dataset, tmp_path / "out.jsonl", ExportFormat.JSONL, wanted=wanted)
    assert written.rows == 1
