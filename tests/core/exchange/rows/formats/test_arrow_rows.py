import json
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.rows.record_source import RecordSource
from attrprompt.exchange.rows.row_sources import open_records

TABLE = pa.table({"text": ["a", "b", "c"], "label": [1, 0, 1]})


def write_stream(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


def list_values(source: RecordSource) -> list[dict]:
    return [dict(record.values) for record in source]


def test_a_saved_data_set_is_read_with_its_class_names(tmp_path: Path):
    write_stream(tmp_path / "data-00000-of-00002.arrow", TABLE)
    write_stream(tmp_path / "data-00001-of-00002.arrow", TABLE.slice(0, 1))
    features = {"text": {"dtype": "string"}, "label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}
    (tmp_path / "dataset_info.json").write_text(json.dumps({"features": features}), encoding="utf-8")
    (tmp_path / "state.json").write_text(json.dumps({"_data_files": []}), encoding="utf-8")
    source = open_records(tmp_path)
    assert source.class_names == {"label": ("neg", "pos")}
    assert [(record.row, record.values["text"]) for record in source] == [(1, "a"), (2, "b"), (3, "c"), (4, "a")]


def test_arrow_files_of_both_forms_are_read(tmp_path: Path):
    write_stream(tmp_path / "s.arrow", TABLE)
    feather.write_feather(TABLE, tmp_path / "f.feather", compression="uncompressed")
    for name in ("s.arrow", "f.feather"):
        assert list_values(open_records(tmp_path / name)) == TABLE.to_pylist()


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_what_python_cannot_hold_is_replaced_and_counted(tmp_path: Path, form: str):
    path = tmp_path / f"r.{form}"
    broken = pa.array([b"caf\xe9", b"fine"]).cast(pa.binary())
    text = pa.Array.from_buffers(pa.string(), 2, broken.buffers())
    table = pa.table(
        {
            "text": text,
            "when": pa.array([10**15, 0], pa.int64()).cast(pa.timestamp("s")),
            "names": pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), text),
        }
    )
    if form == "arrow":
        table = table.drop_columns(["names"])
    if form == "parquet":
        pq.write_table(table, path)
    else:
        write_stream(path, table)
    source = open_records(path)
    rows = list_values(source)
    assert [row["text"] for row in rows] == ["caf\ufffd", "fine"]
    assert rows[1] == {
        "text": "fine",
        "when": "1970-01-01T00:00:00",
        **({"names": ["fine"]} if "names" in rows[1] else {}),
    }
    assert (rows[0]["when"], rows[0].get("names")) == (None, None)
    assert source.notes[0] == (
        "1 row held bytes in 'text' that are no UTF-8; they were replaced by U+FFFD (the first: row 1)."
    )
    assert [note.split("'")[1] for note in source.notes] == list(table.column_names)


def test_an_unknown_time_zone_leaves_one_value_out(tmp_path: Path):
    when = pa.array([0], pa.timestamp("s", tz="Nowhere/City"))
    pq.write_table(pa.table({"text": ["a"], "when": when}), tmp_path / "r.parquet")
    source = open_records(tmp_path / "r.parquet")
    assert list_values(source) == [{"text": "a", "when": None}]
    assert "held a value in 'when' that cannot be read" in source.notes[0]


def test_an_arrow_file_with_offsets_beyond_its_buffers_is_told(tmp_path: Path):
    text = pa.Array.from_buffers(
        pa.string(), 3, [None, pa.array([0, 900, 2, 3], pa.int32()).buffers()[1], pa.py_buffer(b"abc")]
    )
    write_stream(tmp_path / "r.arrow", pa.table({"text": text}))
    with pytest.raises(InputError, match="cannot be read after row 0"):
        list(open_records(tmp_path / "r.arrow"))


@pytest.mark.parametrize("name", ["r.parquet", "r.arrow"])
def test_damaged_files_are_told(tmp_path: Path, name: str):
    write_stream(tmp_path / "whole.arrow", TABLE)
    pq.write_table(TABLE, tmp_path / "whole.parquet")
    whole = (tmp_path / f"whole{Path(name).suffix}").read_bytes()
    for content in (b"x", whole[:100], whole[: len(whole) // 2], b"PAR1" + whole[4:-30] + b"PAR1"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=r"no usable|cannot be read after row"):
            list(open_records(tmp_path / name))
