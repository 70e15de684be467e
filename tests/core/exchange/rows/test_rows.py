import csv
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.exchange.rows.label_maps import read_label_map
from attrprompt.exchange.rows.read_rows import NO_LABELS, ImportedRow, read_rows
from attrprompt.exchange.rows.write_rows import COLUMNS, CsvOptions, write_rows
from attrprompt.records import Sample, SampleStatus
from tests.core.exchange.strategies import small_project

FORMATS = ("jsonl", "csv", "parquet")
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1).filter(str.strip)
AWKWARD = [
    "=SUM(A1)", "+1", "-1", "@x", "'=x", "\tx", "\rx\r\ny\n", " spaces ", 'a "quoted" one', "a,b;c", "日本語", "שלום",
    "<b>&amp;</b>", "\u2028x", "🙂", "é and é", "null", "[1]", "{}", "true", "1.10",
]  # fmt: skip


def make_row(item: int, text: str, **changes: Any) -> dict[str, Any]:
    sample = Sample(
        id=item + 1,
        dataset="r1",
        item=item,
        text=text,
        raw=f"Sure! {text}",
        labels=("Sports",),
        asked_labels=("Sports",),
        attributes={"location": "Kenya", "style": "a, b"} if item % 2 else {},
        method="attrprompt",
        prompt=f"Write about\n{item}",
        messages=({"role": "user", "content": "Write"},),
        model="m",
        endpoint="http://127.0.0.1/v1",
        parameters={"temperature": 1.0, "max_tokens": 512},
        prompt_tokens=3,
        completion_tokens=5,
        request_id="",
        created=1_700_000_000.0,
        status=SampleStatus.NEW,
        flags=("length",) if item % 3 == 0 else (),
        edited=False,
        note="",
        reviewed_by="",
        reviewed_at=None,
        revision=0,
    )
    return sample.to_row(multi_label=False) | changes


def write_lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path, **options: Any) -> list[ImportedRow]:
    return list(read_rows(path, **options))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("provenance", [True, False])
def test_rows_go_out_and_in_byte_for_byte(tmp_path: Path, form: str, provenance: bool):
    rows = [make_row(item, text) for item, text in enumerate(AWKWARD)]
    path = tmp_path / f"r.{form}"
    assert write_rows(iter(rows), path, form, provenance=provenance).rows == len(rows)
    found = read(path)
    assert [row.text for row in found] == AWKWARD
    assert {row.labels for row in found} == {("Sports",)}
    if provenance:
        assert [row.attributes for row in found] == [row["attributes"] for row in rows]
        for name in ("prompt", "raw", "messages", "parameters", "tokens", "flags", "edited", "asked_label", "id"):
            assert [row.extra.get(name) for row in found] == [row[name] for row in rows], name
    else:
        assert all(not row.extra and not row.attributes for row in found)


@given(texts=st.lists(TEXTS, min_size=1, max_size=8))
@settings(deadline=None, max_examples=40)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("provenance", [True, False])
def test_any_text_survives_every_format(tmp_path_factory, form: str, provenance: bool, texts: list[str]):
    path = tmp_path_factory.mktemp("rows") / f"r.{form}"
    write_rows([make_row(item, text, note=text) for item, text in enumerate(texts)], path, form, provenance=provenance)
    found = read(path)
    assert [row.text for row in found] == texts
    if provenance:
        assert [row.extra["note"] for row in found] == texts


@pytest.mark.parametrize("form", FORMATS)
def test_multi_label_rows_keep_their_lists(tmp_path: Path, form: str):
    rows = [{"text": "a", "labels": ["x", "y"]}, {"text": "b", "labels": []}, {"text": "c", "labels": ["z"]}]
    write_rows(rows, tmp_path / f"r.{form}", form, provenance=False)
    reader = read_rows(tmp_path / f"r.{form}")
    assert [row.labels for row in reader] == [("x", "y"), (), ("z",)]
    assert reader.warnings == ["1 row without a label in 'labels'."]


def test_jsonl_holds_each_row_as_it_is(tmp_path: Path):
    rows = [make_row(0, "é"), make_row(1, "x")]
    write_rows(rows, tmp_path / "r.jsonl", "jsonl")
    content = (tmp_path / "r.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in content.splitlines()] == [
        {**row, "format": "attrprompt-sample"} for row in rows
    ]
    assert "é" in content


def test_csv_is_safe_in_a_spreadsheet_and_nested_fields_are_json(tmp_path: Path):
    write_rows([make_row(1, "=1+1", note="@x")], tmp_path / "r.csv", "csv")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["text"], row["note"], row["label"]) == ("'=1+1", "'@x", "Sports")
    assert json.loads(row["attributes"]) == {"location": "Kenya", "style": "a, b"}
    assert json.loads(row["tokens"]) == {"prompt": 3, "completion": 5}
    assert list(row) == [name for name in COLUMNS if name in {**make_row(0, "x"), "format": ""}]


def test_parquet_columns_are_nested_whatever_order_fields_come_in(tmp_path: Path):
    rows = [
        make_row(0, "a", attributes={}),
        make_row(1, "b", attributes={"style": "s"}, parameters={"temperature": 1, "stop": ["x"]}),
        make_row(2, "c", attributes={"location": "Kenya"}, parameters={"temperature": 0.5, "extra": {"k": 2}}),
    ]
    write_rows(rows, tmp_path / "r.parquet", "parquet")
    table = pq.read_table(tmp_path / "r.parquet")
    assert pa.types.is_struct(table.schema.field("attributes").type)
    assert pa.types.is_list(table.schema.field("messages").type)
    assert table.schema.field("tokens").type == pa.struct([("prompt", pa.int64()), ("completion", pa.int64())])
    assert table.schema.field("reviewed_at").type == pa.string()
    assert table.schema.field("flags").type == pa.list_(pa.string())
    assert table.column("parameters").to_pylist()[1] == {
        "temperature": 1.0, "max_tokens": None, "stop": ["x"], "extra": None
    }  # fmt: skip
    assert [row.attributes for row in read(tmp_path / "r.parquet")] == [row["attributes"] for row in rows]


@pytest.mark.parametrize("form", FORMATS)
def test_rows_without_attributes_and_no_rows_at_all_are_written(tmp_path: Path, form: str):
    assert write_rows([make_row(0, "a")], tmp_path / f"a.{form}", form).rows == 1
    assert read(tmp_path / f"a.{form}")[0].attributes == {}
    assert write_rows([], tmp_path / f"b.{form}", form).rows == 0
    assert (tmp_path / f"b.{form}").exists()


def test_values_of_different_kinds_in_one_field_become_json(tmp_path: Path):
    rows = [{"text": "a", "label": "x", "odd": 1}, {"text": "b", "label": "x", "odd": "y"}]
    rows += [{"text": "c", "label": "x", "odd": {"z": [2**70]}}]
    write_rows(rows, tmp_path / "r.parquet", "parquet")
    assert pq.read_table(tmp_path / "r.parquet").column("odd").to_pylist() == [
        "1", '"y"', '{"z": [1180591620717411303424]}'
    ]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_a_failure_half_way_leaves_the_old_file_and_no_traces(tmp_path: Path, form: str):
    path = tmp_path / f"r.{form}"
    path.write_text("old", encoding="utf-8")

    def fail() -> Iterator[dict[str, Any]]:
        yield make_row(0, "x")
        raise InputError("The store went away.")

    with pytest.raises(InputError, match="went away"):
        write_rows(fail(), path, form)
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_bad_targets_are_named(tmp_path: Path):
    with pytest.raises(InputError, match="choose jsonl, csv, parquet"):
        write_rows([], tmp_path / "r.xml", "xml")
    with pytest.raises(InputError, match="is a folder"):
        write_rows([], tmp_path, "csv")
    with pytest.raises(InputError, match="does not exist"):
        write_rows([], tmp_path / "none" / "r.csv", "csv")


def test_rows_without_text_are_skipped_and_named(tmp_path: Path):
    rows = [
        {"text": "a", "label": "x"},
        {"label": "x"},
        {"text": None, "label": "x"},
        {"text": "", "label": "x"},
        {"text": " \n", "label": "x"},
        {"text": 5, "label": "x"},
        ["no object"],
        {"text": "b", "label": "x"},
    ]
    path = write_lines(tmp_path / "r.jsonl", rows)
    with path.open("a", encoding="utf-8") as file:
        file.write('\n{"text": "cut off\n')
    reader = read_rows(path)
    assert [(row.row, row.text) for row in reader] == [(1, "a"), (8, "b")]
    assert [(each.row, each.reason) for each in reader.skipped] == [
        (2, "has no 'text'"),
        (3, "has no 'text'"),
        (4, "has an empty 'text'"),
        (5, "has an empty 'text'"),
        (6, "has no text in 'text' but a number"),
        (7, "is no JSON object with named fields"),
        (10, "is no valid JSON"),
    ]


def test_labels_are_matched_by_folding_and_unknown_ones_kept_with_counts(tmp_path: Path):
    labels = ["sports", "SPORTS", "sci-tech", "sci tech", "Science", "Music", "music", "Other"]
    path = write_lines(tmp_path / "r.jsonl", [{"text": "t", "label": label} for label in labels])
    reader = read_rows(path, project=small_project())
    assert [row.labels for row in reader] == [
        (name,) for name in ["Sports", "Sports", "Sci_Tech", "Sci_Tech", "Sci_Tech", "Music", "music", "Other"]
    ]
    (warning,) = reader.warnings
    assert warning.startswith("3 rows carry a label that the project does not have, kept as given")
    assert "'Music' (1)" in warning and "'Other' (1)" in warning


def test_near_labels_are_proposed_never_taken(tmp_path: Path):
    labels = {"a": {"name": "C++"}, "b": {"name": "Java"}, "c": {"name": ">50K"}}
    project = small_project(labels=labels, dimensions={})
    given = ["C", "C#", "c++", "<=50K", "Java\u200f", "pascal"]
    path = write_lines(tmp_path / "r.jsonl", [{"text": "t", "label": label} for label in given])
    reader = read_rows(path, project=project)
    assert [row.labels for row in reader] == [("C",), ("C#",), ("C++",), ("<=50K",), ("Java\u200f",), ("pascal",)]
    (warning,) = reader.warnings
    assert warning.startswith(
        "5 rows carry a label that the project does not have, kept as given: 'C' (1), nearest 'C++'"
    )
    assert "'<=50K' (1), nearest '>50K'" in warning and "'Java\\u200f' (1), nearest 'Java'" in warning
    assert warning.endswith("such as --rename-label 'C=C++'.")
    renamed = read_rows(path, project=project, renames=["C=C++", "<=50K=>50K"])
    assert [row.labels for row in renamed][:4] == [("C++",), ("C#",), ("C++",), (">50K",)]
    for rename, said in [("C", "takes GIVEN=LABEL"), ("=Java", "takes GIVEN=LABEL"), ("C=D", "ends in no label")]:
        with pytest.raises(InputError, match=said):
            read_rows(path, project=project, renames=[rename])


def test_labels_are_not_counted_as_rows(tmp_path: Path):
    rows = [{"text": "t", "labels": [f"l{number}" for number in range(3_000)]}, {"text": "u", "labels": ["Sports"]}]
    reader = read_rows(write_lines(tmp_path / "r.jsonl", rows), project=small_project(task={"multi_label": True}))
    assert [len(row.labels) for row in reader] == [3_000, 1]
    assert reader.warnings[0].startswith("1 row carries a label that the project does not have")


def test_several_labels_where_one_is_allowed_are_told_and_not_taken(tmp_path: Path):
    rows = [{"text": "a", "label": ["Sports", "Sci_Tech"]}, {"text": "b", "label": ["Sports"]},
            {"text": "c", "label": ["Sports", "sports"]}]  # fmt: skip
    reader = read_rows(write_lines(tmp_path / "r.jsonl", rows), project=small_project())
    found = list(reader)
    assert [row.labels for row in found] == [(), ("Sports",), ("Sports",)]
    assert found[0].extra == {"label": ["Sports", "Sci_Tech"]}
    assert reader.warnings[0].startswith("1 row names several labels, but a text of this project carries one; it was")
    assert "(row 1)" in reader.warnings[0]


def test_what_is_no_name_of_a_label_is_told(tmp_path: Path):
    given = [["Sports", ["x"]], {"a": 1}, "x" * 201, "Sports\n", " ", 10**30, "a\nb"]
    path = write_lines(tmp_path / "r.jsonl", [{"text": "t", "label": label} for label in given])
    reader = read_rows(path, project=small_project())
    found = list(reader)
    assert [row.labels for row in found] == [("Sports",), (), (), ("Sports",), (), (str(10**30),), ("a\nb",)]
    assert [row.extra.get("label") for row in found[:3]] == [None, {"a": 1}, "x" * 201]
    told = " ".join(reader.warnings)
    assert "2 labels left out: a nested value is no name of a label." in told
    assert "1 label left out: over 200 characters, too long for a label." in told
    assert "'a\\nb' (1)" in told


def test_a_column_nested_without_end_is_left_out_and_told(tmp_path: Path):
    path = tmp_path / "r.jsonl"
    path.write_text('{"text": "a", "deep": ' + "[" * 400 + "]" * 400 + ', "n": [NaN, 1e999]}\n', encoding="utf-8")
    reader = read_rows(path, label_column=NO_LABELS)
    (row,) = reader
    assert row.extra["n"] == [None, None] and len(json.dumps(row.extra["deep"])) < 100
    assert any("nested over 30 levels deep was left out in 'deep' (1 row)" in warning for warning in reader.warnings)


def test_a_file_without_labels_is_refused_with_how_it_is_read(tmp_path: Path):
    (tmp_path / "r.csv").write_text("text\nwon the cup\n", encoding="utf-8")
    with pytest.raises(InputError, match='A file without labels is read with --label-column ""'):
        read_rows(tmp_path / "r.csv")


@pytest.mark.parametrize("labels", [[0, 1, 7], ["0", "1", "7"], [0.0, 1.0, 7.0]])
def test_numbers_are_read_through_a_label_map_or_the_project(tmp_path: Path, labels: list[Any]):
    path = write_lines(tmp_path / "r.jsonl", [{"text": "t", "label": label} for label in labels])
    mapped = read_rows(path, project=small_project(), label_map=("sci tech", "sports"))
    assert [row.labels for row in mapped] == [("Sci_Tech",), ("Sports",), ("7",)]
    assert mapped.warnings == ["1 row carries a label that the project does not have, kept as given: '7' (1)."]
    plain = read_rows(path, project=small_project())
    assert [row.labels for row in plain] == [("Sports",), ("Sci_Tech",), ("7",)]
    assert "0 = Sports, 1 = Sci_Tech" in plain.warnings[0]


def test_class_names_in_a_parquet_file_are_used(tmp_path: Path):
    features = {"text": {"dtype": "string"}, "label": {"names": ["sci_tech", "sports"], "_type": "ClassLabel"}}
    table = pa.table({"text": ["a", "b"], "label": [0, 1]})
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    pq.write_table(table.replace_schema_metadata(metadata), tmp_path / "r.parquet")
    reader = read_rows(tmp_path / "r.parquet", project=small_project())
    assert [row.labels for row in reader] == [("Sci_Tech",), ("Sports",)]
    assert reader.warnings == []


def test_a_label_map_is_one_label_a_line(tmp_path: Path):
    (tmp_path / "label.txt").write_text("World\nSports", encoding="utf-8")
    assert read_label_map(tmp_path / "label.txt") == ("World", "Sports")
    with pytest.raises(InputError, match="There is no file"):
        read_label_map(tmp_path / "none.txt")


@pytest.mark.parametrize("columns", [("sentence", "class"), ("Content", "CATEGORY"), ("review", "cats")])
def test_columns_are_guessed_by_name(tmp_path: Path, columns: tuple[str, str]):
    (tmp_path / "r.csv").write_text(f"id,{columns[0]},{columns[1]}\n1,hello,Sports\n", encoding="utf-8")
    (row,) = read(tmp_path / "r.csv")
    assert (row.text, row.labels, row.extra) == ("hello", ("Sports",), {"id": "1"})


def test_categories_of_spacy_are_labels(tmp_path: Path):
    rows = [
        {"text": "won", "cats": {"Sports": 1.0, "Sci_Tech": 0.0}},
        {"text": "fell", "cats": {"Sports": 0.0, "Sci_Tech": 0.0}},
    ]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [row.labels for row in read_rows(tmp_path / "r.jsonl")] == [("Sports",), ()]


def test_a_label_is_kept_without_the_blanks_around_it(tmp_path: Path):
    (tmp_path / "r.csv").write_text("text, label\nhello, Negative\n", encoding="utf-8")
    (row,) = read_rows(tmp_path / "r.csv", project=small_project())
    assert row.labels == ("Negative",)


def test_missing_columns_list_those_that_are_there(tmp_path: Path):
    (tmp_path / "r.csv").write_text("id,headline,topic\n1,x,y\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"its columns are: id, headline, topic\. Name the right one with --text-column, or give --no"
    ):
        read_rows(tmp_path / "r.csv")
    with pytest.raises(InputError, match=r"no label column .* --label-column"):
        read_rows(tmp_path / "r.csv", text_column="headline")
    with pytest.raises(InputError, match="has no column 'nope'"):
        read_rows(tmp_path / "r.csv", text_column="headline", label_column="nope")
    with pytest.raises(InputError, match=r"has no column 'place'.*--attribute-columns"):
        read_rows(tmp_path / "r.csv", text_column="headline", label_column="topic", attribute_columns=("place",))
    (row,) = read(tmp_path / "r.csv", text_column="headline", label_column=NO_LABELS)
    assert row.labels == ()


def test_attribute_columns_become_attributes(tmp_path: Path):
    rows = [{"text": "t", "label": "x", "place": "Kenya", "n": 3, "empty": "", "list": ["a", "b"], "left": 1}]
    path = write_lines(tmp_path / "r.jsonl", rows)
    (row,) = read(path, attribute_columns=("place", "n", "empty", "list"))
    assert row.attributes == {"place": "Kenya", "n": "3", "list": "a; b"}
    assert row.extra == {"left": 1}


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_csv_of_any_country_is_read(tmp_path: Path, sign: str):
    content = f'text{sign}label\r\n"a {sign} ""b""\r\nc"{sign}x\r\n\r\nd{sign}y\r\n'
    (tmp_path / "r.csv").write_bytes(b"\xef\xbb\xbf" + content.encode())
    assert [(row.row, row.text, row.labels) for row in read(tmp_path / "r.csv")] == [
        (1, f'a {sign} "b"\r\nc', ("x",)),
        (2, "d", ("y",)),
    ]
    (tmp_path / "s.csv").write_text(f"sep={sign}\ntext{sign}label\na{sign}x\n", encoding="utf-8")
    assert [row.text for row in read(tmp_path / "s.csv")] == ["a"]


def test_apostrophes_of_foreign_tables_are_left_alone(tmp_path: Path):
    foreign = tmp_path / "foreign.csv"
    foreign.write_text("text,label\n'@x,a\n-y,a\n", encoding="utf-8")
    assert [row.text for row in read(foreign)] == ["'@x", "-y"]
    other = tmp_path / "other.csv"
    other.write_text("sentence,label\n'@x,a\n", encoding="utf-8")
    assert [row.text for row in read(other)] == ["'@x"]
    ours = tmp_path / "ours.csv"
    ours.write_text("text,label\n'@x,a\n", encoding="utf-8")
    reader = read_rows(ours)
    assert [row.text for row in reader] == ["@x"]
    assert "taken off 1 cell." in reader.warnings[0]


def test_rows_of_a_csv_file_with_too_many_cells_are_named(tmp_path: Path):
    (tmp_path / "r.csv").write_text("text,label\nhello, world,x\nfine,y\nshort\n", encoding="utf-8")
    reader = read_rows(tmp_path / "r.csv")
    assert [(row.text, row.labels) for row in reader] == [("fine", ("y",)), ("short", ())]
    assert [(each.row, each.reason) for each in reader.skipped] == [(1, "has 3 cells, but the header names 2 (line 2)")]
    assert reader.warnings[0].startswith("1 row held fewer cells than the header names")
    assert "(the first: row 3)" in reader.warnings[0]


def test_what_no_database_stores_is_replaced_and_counted(tmp_path: Path):
    (tmp_path / "r.jsonl").write_text('{"text": "a\\u0000b\\ud800c", "label": "x"}\n', encoding="utf-8")
    reader = read_rows(tmp_path / "r.jsonl")
    assert [row.text for row in reader] == ["a\ufffdb\ufffdc"]
    assert "U+FFFD in" in reader.warnings[0]


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("r.jsonl", b"", "is empty"),
        ("r.jsonl", b"\n\n", "holds no rows"),
        ("r.jsonl", b"hello\n", "no JSON Lines file: line 1 is no valid JSON"),
        ("r.jsonl", '{"text": "é", "label": "x"}\n'.encode() * 50_000 + b"\xff", "byte 1,450,001"),
        ("r.csv", b"PK\x03\x04\xff", "no usable workbook"),
        ("r.csv", b"text,text\na,b\n", "two columns named 'text'"),
        ("r.csv", b"\n\n", "is empty"),
        ("r.parquet", b"nothing", "no usable Parquet file"),
        ("r.parquet", b"PAR1xxxxPAR1", "no usable Parquet file"),
        ("r.xlsx", b"PK\x03\x04", "no usable workbook"),
        ("r.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx or CSV"),
        ("r.txt", b"hello", "of no format that is read"),
    ],
)
def test_unusable_files_get_one_sentence(tmp_path: Path, name: str, content: bytes, part: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=part):
        read_rows(tmp_path / name)


def test_missing_files_and_folders_are_told(tmp_path: Path):
    with pytest.raises(InputError, match="There is no file"):
        read_rows(tmp_path / "none.csv")
    with pytest.raises(InputError, match="holds no file of rows"):
        read_rows(tmp_path)


def test_a_broken_quotation_is_told_with_its_line(tmp_path: Path):
    (tmp_path / "r.csv").write_text('text,label\na,x\n"b,x\nc,x\n', encoding="utf-8")
    with pytest.raises(InputError, match="no valid CSV near line 4"):
        read(tmp_path / "r.csv")


def test_the_cells_of_a_long_text_are_no_problem(tmp_path: Path):
    text = "x" * 500_000
    write_rows([{"text": text, "label": "a"}], tmp_path / "r.csv", "csv")
    assert read(tmp_path / "r.csv")[0].text == text


@pytest.mark.parametrize("form", FORMATS)
def test_memory_stays_flat_however_many_rows(tmp_path: Path, form: str):
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.{form}"
        tracemalloc.start()
        rows = ({"text": f"text {item} " * 20, "label": "x", "attributes": {"a": "b"}} for item in range(count))
        write_rows(rows, path, form)
        assert sum(1 for _ in read_rows(path)) == count
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    few, many = peak(1_500), peak(4_500)
    assert many < few * 1.3 + 100_000


def test_a_csv_file_can_be_written_for_excel_and_without_the_guard(tmp_path: Path):
    rows = [make_row(0, "@anna"), make_row(1, "-5 degrees"), make_row(2, "'=x")]
    path = tmp_path / "r.csv"
    assert write_rows(rows, path, "csv").guarded == 3
    assert write_rows(rows, path, "csv", csv_options=CsvOptions(guard=False, byte_order_mark=True)).guarded == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == ["@anna", "-5 degrees", "'=x"]
    assert [row.text for row in read(path)] == ["@anna", "-5 degrees", "'=x"]
