"""Data sets out of the store and back into it: what was decided about their texts comes along."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.rows.write_rows import CsvOptions, write_rows
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


@pytest.mark.parametrize("format", [ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.PARQUET])
def test_an_export_from_before_the_marker_is_known_by_its_columns(store, project, tmp_path, format):
    dataset = put(store, project)
    rows = [sample.to_row(multi_label=False) for sample in store.datasets.iterate(dataset.id)]
    path = tmp_path / f"old.{format.value}"
    write_rows(rows, path, format.value)
    if format is ExportFormat.PARQUET:
        pq.write_table(pq.read_table(path).drop_columns(["format"]), path)
    else:
        path.write_text(path.read_text(encoding="utf-8").replace(', "format": "attrprompt-sample"', "")
                        .replace(",format", "").replace(",attrprompt-sample", ""), encoding="utf-8")  # fmt: skip
    back = import_dataset(store, project, path, name="again")
    assert [sample.status for sample in store.datasets.iterate(back.dataset.id)][:2] == ["accepted", "rejected"]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_columns_of_another_origin_decide_nothing_and_come_back(store, project, tmp_path, ending):
    row = {"id": "row-17", "text": "A text", "label": "World", "status": "rejected", "note": "mine", "model": "Toyota",
           "prompt": "loan", "flags": "spam"}  # fmt: skip
    path = tmp_path / f"foreign.{ending}"
    lines = {"csv": f"{','.join(row)}\n{','.join(row.values())}\n", "jsonl": json.dumps(row) + "\n"}
    path.write_text(lines[ending], encoding="utf-8")
    back = import_dataset(store, project, path, name="foreign")
    (sample,) = store.datasets.iterate(back.dataset.id)
    assert (sample.status, sample.note, sample.model, sample.prompt) == (SampleStatus.NEW, "", "", "")
    kept = {name: value for name, value in row.items() if name not in ("text", "label")}
    assert sample.extra == kept
    assert "6 other columns kept beside the texts, to come back in exports: 'id' (1 row)" in back.warnings[0]
    assert "nothing is decided by its 'status', 'note', 'model', 'prompt', 'flags':" in back.warnings[1]
    for format in (ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.PARQUET):
        out = tmp_path / f"out.{format.value}"
        export_dataset(store, project, back.dataset, out, format)
        again = import_dataset(store, project, out, name=f"again {format}")
        assert [each.extra for each in store.datasets.iterate(again.dataset.id)] == [kept]


@pytest.mark.parametrize(
    "column",
    [{"status": {"code": 1}}, {"status": ["a"]}, {"flags": [{"kind": "spam"}]}, {"tokens": {"prompt": "twelve"}},
     {"tokens": {"completion": [1]}}, {"tokens": {"prompt": 1e30}}, {"tokens": 10**30}, {"tokens": {"prompt": -1}},
     {"tokens": {"prompt": 3_000_000_000}}, {"reviewed_at": "0001-01-01T00:00:00"}, {"created": "9999-12-31T23:59"},
     {"note": {"a": 1}}, {"asked_labels": [1]}, {"parameters": [1]}, {"messages": {"role": 1}}, {"edited": "maybe"},
     {"model": "m" * 201}, {"request_id": 5}, {"prompt": None}, {"raw": 1}, {"extra": "x"}, {"reviewed_by": "n" * 300},
     {"attributes": {"d" * 300: "x" * 9_000}}],
    ids=lambda column: str(column)[:40],
)  # fmt: skip
@pytest.mark.parametrize("is_own", [True, False])
def test_strange_values_in_our_columns_are_left_out_and_told(store, project, tmp_path, column, is_own):
    row = {"text": "A text", "label": "World", **column} | ({"format": "attrprompt-sample"} if is_own else {})
    path = tmp_path / "strange.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    back = import_dataset(store, project, path, name="strange")
    (sample,) = store.datasets.iterate(back.dataset.id)
    assert (sample.text, sample.labels, sample.status) == ("A text", ("World",), SampleStatus.NEW)
    name, value = next(iter(column.items()))
    assert all(len(dimension) <= 200 for dimension in sample.attributes)
    if name != "attributes" and value is not None:
        assert any(f"'{name}' (1 row)" in warning for warning in back.warnings)
    export_dataset(store, project, back.dataset, tmp_path / "out.parquet", ExportFormat.PARQUET)


def test_guarded_cells_are_said_and_stand_in_the_card(store, project, tmp_path):
    dataset = put(store, project)
    store.review.decide(dataset.id, [0], {"text": "=1+1"}, actor="ana")
    card = tmp_path / "card.md"
    written = export_dataset(store, project, dataset, tmp_path / "out.csv", ExportFormat.CSV, card=card)
    assert written.warnings[0].startswith("1 cell that a spreadsheet would run as a formula got an apostrophe")
    assert written.warnings[0] in card.read_text(encoding="utf-8")
    plain = export_dataset(
        store, project, dataset, tmp_path / "out.csv", ExportFormat.CSV, csv_options=CsvOptions(guard=False)
    )
    assert plain.warnings == ()


@pytest.mark.parametrize(
    ("format", "options", "said"),
    [
        (ExportFormat.JSONL, {"csv_options": CsvOptions(byte_order_mark=True)}, "are of CSV files"),
        (ExportFormat.PARQUET, {"csv_options": CsvOptions(guard=False)}, "are of CSV files"),
        (ExportFormat.HUB, {"card": Path("card.md")}, "holds its own data card"),
        (ExportFormat.AUTHORS, {"provenance": False}, "leave --plain"),
    ],
)
def test_an_option_without_meaning_is_refused(store, project, tmp_path, format, options, said):
    with pytest.raises(InputError, match=said):
        export_dataset(store, project, put(store, project), tmp_path / "out", format, **options)


def test_an_export_holds_what_passes_the_filter(store, project, tmp_path):
    dataset = put(store, project)
    wanted = SampleFilter(statuses=(SampleStatus.NEW,), without_flags=("length",))
    written = export_dataset(store, project, dataset, tmp_path / "out.jsonl", ExportFormat.JSONL, wanted=wanted)
    assert written.rows == 1


def test_labels_of_ours_that_a_project_cannot_take_are_kept_beside_the_text(store, project, tmp_path):
    row = {"text": "A text", "labels": ["World", "Sports"], "status": "accepted", "format": "attrprompt-sample"}
    path = tmp_path / "several.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    back = import_dataset(store, project, path, name="several")
    (sample,) = store.datasets.iterate(back.dataset.id)
    assert (sample.labels, sample.status) == ((), SampleStatus.ACCEPTED)
    assert sample.extra == {"labels": ["World", "Sports"]}
