"""Whatever bytes come in, a reader gives data or one sentence, never another error."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.exchange.archive import pack_archive, unpack_archive
from attrprompt.exchange.authors.attributes_folder import read_attributes_folder
from attrprompt.exchange.authors.authors_dataset import read_dataset
from attrprompt.exchange.documents.project_files import read_project_file, write_project_json, write_project_yaml
from attrprompt.exchange.documents.values_csv import merge_values_csv, write_values_csv
from tests.core.exchange.strategies import small_project


def make_parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a", "b"], "label": ["x", "y"]}), out)
    return out.getvalue()


def make_zip() -> bytes:
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "a.txt").write_text("hello " * 50, encoding="utf-8")
        out = io.BytesIO()
        pack_archive(Path(root), out)
        return out.getvalue()


SEEDS = {
    "p.yaml": write_project_yaml(small_project()).encode(),
    "p.json": write_project_json(small_project()).encode(),
    "v.csv": write_values_csv(small_project()).encode(),
    "r.jsonl": b'{"_id": 0, "text": "a", "style": 1, "labels": ["x"]}\n{"_id": 1, "text": "b"}\n' * 3,
    "r.csv": b'text,label,attributes\n"a ""b""",x,"{""a"": 1}"\nc,y,\n',
    "r.parquet": make_parquet(),
    "a.zip": make_zip(),
    "label.txt": b"World\nSports\n",
    "style.txt": b"Report: facts\nColumn: a view\n30\n",
    "topic.json": b'{"a": {"lbl": ["World"], "lbl_idx": [0], "n_lbl": 1}}',
}


def read(name: str, content: bytes, root: Path) -> None:
    if name.startswith("p."):
        read_project_file(content, name)
    elif name == "v.csv":
        merge_values_csv(small_project(), content)
    elif name.startswith("r."):
        (root / name).write_bytes(content)
        list(read_dataset(root / name, project=small_project(), raw_lines={"style": {"": ["a", "b"]}}))
    elif name == "a.zip":
        unpack_archive(io.BytesIO(content), root / "out")
    else:
        folder = root / "attrprompt" / "m" / Path(name).stem
        folder.mkdir(parents=True)
        (folder / "style.txt").write_text("a\n", encoding="utf-8")
        (root / "label.txt").write_text("World\nSports\n", encoding="utf-8")
        place = root if name == "label.txt" else folder
        (place / name).write_bytes(content)
        read_attributes_folder(root)


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_and_random_files_end_in_data_or_one_sentence(name: str, data: st.DataObject):
    seed = SEEDS[name]
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, min(len(seed), start + 8)))
    junk = data.draw(st.one_of(st.binary(max_size=8), st.sampled_from([b"\0", b"'", b'"', b"{", b"[", b"&a ", b"!x "])))
    content = data.draw(st.sampled_from([seed[:start] + junk + seed[end:], seed[:start], junk]))
    refused = capture(lambda root: read(name, content, root))
    assert refused is None or (refused.endswith(".") and "\n" not in refused.strip())


def capture(action: Callable[[Path], None]) -> str | None:
    with tempfile.TemporaryDirectory() as root:
        try:
            action(Path(root))
        except InputError as error:
            return str(error)
    return None
