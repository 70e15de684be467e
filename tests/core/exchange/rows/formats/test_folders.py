from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.rows.record_source import ReadOptions
from attrprompt.exchange.rows.row_sources import open_records


def write_part(path: Path, *texts: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"text": list(texts)}), path)
    else:
        path.write_text("text\n" + "".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def list_texts(path: Path, split: str = "") -> list[str]:
    return [record.values["text"] for record in open_records(path, ReadOptions(split=split))]


def test_the_shards_of_a_split_are_one_data_set(tmp_path: Path):
    write_part(tmp_path / "data/train-00001-of-00002.parquet", "c")
    write_part(tmp_path / "data/train-00000-of-00002.parquet", "a", "b")
    (tmp_path / "README.md").write_text("about", encoding="utf-8")
    (tmp_path / "dataset_infos.json").write_text("{}", encoding="utf-8")
    write_part(tmp_path / ".cache/train-00000-of-00001.parquet", "hidden")
    assert list_texts(tmp_path) == ["a", "b", "c"]
    assert [record.row for record in open_records(tmp_path)] == [1, 2, 3]
    (note,) = open_records(tmp_path / "data/train-00001-of-00002.parquet").notes
    assert "one of 2 shards" in note


@pytest.mark.parametrize(
    ("train", "test", "names"),
    [
        ("data/train-00000-of-00001.parquet", "data/test-00000-of-00001-0123456789abcdef.parquet", "test, train"),
        ("plain/train/0000.parquet", "plain/test/0000.parquet", "plain/test, plain/train"),
        ("train.csv", "test.csv", "test.csv, train.csv"),
    ],
)
def test_several_splits_are_asked_about(tmp_path: Path, train: str, test: str, names: str):
    write_part(tmp_path / train, "a")
    write_part(tmp_path / test, "b")
    with pytest.raises(InputError, match=rf"several splits or files of rows\. Name one with --split: {names}\."):
        open_records(tmp_path)
    wanted = names.split(", ")[0].rsplit("/", 1)[-1]
    assert list_texts(tmp_path, wanted) == ["b"]
    with pytest.raises(InputError, match="has no split 'dev'"):
        open_records(tmp_path, ReadOptions(split="dev"))


def test_a_missing_shard_is_told(tmp_path: Path):
    write_part(tmp_path / "train-00000-of-00003.parquet", "a")
    write_part(tmp_path / "train-00002-of-00003.parquet", "c")
    with pytest.raises(InputError, match="holds 2 of 3 shards of 'train'; number 1 is missing"):
        open_records(tmp_path)


def test_shards_of_two_downloads_are_told_apart(tmp_path: Path):
    write_part(tmp_path / "train-00000-of-00001.parquet", "a")
    write_part(tmp_path / "train-00000-of-00002.parquet", "a")
    write_part(tmp_path / "train-00001-of-00002.parquet", "b")
    with pytest.raises(InputError, match="Shards of different data sets lie together"):
        open_records(tmp_path)
