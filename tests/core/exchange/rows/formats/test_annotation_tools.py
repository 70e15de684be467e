import json
from pathlib import Path
from typing import Any

import pytest

from attrprompt.exchange.rows.record_source import RecordSource
from attrprompt.exchange.rows.row_sources import open_records


def write(path: Path, rows: list[Any]) -> RecordSource:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return open_records(path)


def make_task(text: str, *answers: list[str], **more: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "data": {"review": text, "stars": 3},
        "annotations": [
            {"was_cancelled": not names, "result": [
                {"from_name": "topic", "to_name": "x", "type": "choices", "value": {"choices": names}},
                {"from_name": "span", "type": "labels", "value": {"start": 0, "labels": ["PER"]}},
            ]}
            for names in answers
        ],
        "predictions": [],
        **more,
    }  # fmt: skip


def test_label_studio_tasks_become_rows(tmp_path: Path):
    tasks = [
        make_task("won", ["Sports"]),
        make_task("fell", [], ["Business", "World"]),
        make_task("said", ["World"], ["Sports"]),
        make_task("new"),
        {"id": 9, "other": 1},
    ]
    tasks[2]["annotations"][1]["ground_truth"] = True
    source = write(tmp_path / "r.json", tasks)
    assert (source.text_column, source.label_column) == ("review", "topic")
    assert source.columns == ("review", "stars", "id", "topic")
    records = list(source)
    assert [(record.values.get("review"), record.values.get("topic")) for record in records] == [
        ("won", ["Sports"]),
        ("fell", ["Business", "World"]),
        ("said", ["Sports"]),
        ("new", None),
        (None, None),
    ]
    assert records[4].problem == "is no record of Label Studio like the others"
    assert source.notes == [
        "'r.json' was read as an export of Label Studio.",
        "1 row had different answers of several people; the first one was taken (the first: row 3).",
    ]


def answer(value: Any, status: str = "submitted") -> dict[str, Any]:
    return {"user_id": "u", "value": value, "status": status}


@pytest.mark.parametrize(
    "rows",
    [
        [
            {
                "id": "1",
                "fields": {"text": "won"},
                "metadata": {"n": 1},
                "responses": {"topic": [answer("World", "discarded"), answer("Sports")]},
                "suggestions": {"topic": {"value": "World", "score": 0.9}},
            },
            {
                "id": "2",
                "fields": {"text": "fell"},
                "metadata": {},
                "responses": {},
                "suggestions": {"topic": {"value": "Business"}},
            },
        ],
        [
            {
                "fields": {"text": "won"},
                "responses": [
                    {"values": {"topic": {"value": "World"}}, "status": "discarded"},
                    {"values": {"topic": {"value": "Sports"}}, "status": "submitted"},
                ],
                "suggestions": [],
            },
            {
                "fields": {"text": "fell"},
                "responses": [],
                "suggestions": [{"question_name": "topic", "value": "Business"}],
            },
        ],
        [
            {
                "text": "won",
                "topic.responses": ["World", "Sports"],
                "topic.responses.users": ["u", "v"],
                "topic.responses.status": ["discarded", "submitted"],
                "topic.suggestion": "World",
            },
            {"text": "fell", "topic.responses": None, "topic.suggestion": "Business"},
        ],
        [
            {
                "text": "won",
                "topic": [answer("World", "discarded"), answer("Sports")],
                "topic-suggestion": "World",
                "topic-suggestion-metadata": {},
            },
            {"text": "fell", "topic": [], "topic-suggestion": "Business", "topic-suggestion-metadata": {}},
        ],
    ],
    ids=["by question", "by person", "table", "table of version 1"],
)
def test_argilla_records_become_rows_in_each_of_their_forms(tmp_path: Path, rows: list[dict[str, Any]]):
    source = write(tmp_path / "r.json", rows)
    assert (source.text_column, source.label_column) == ("text", "topic")
    assert [(record.values["text"], record.values["topic"]) for record in source] == [
        ("won", "Sports"),
        ("fell", "Business"),
    ]
    assert source.notes[0] == "'r.json' was read as an export of Argilla."
    assert source.notes[1].startswith("1 row had no answer of a person; the suggestion of a model was taken")
    assert "(the first: row 2)" in source.notes[1]


def test_the_first_argilla_is_read_too(tmp_path: Path):
    rows = [
        {"text": "won", "inputs": {"text": "won"}, "prediction": None, "annotation": "Sports"},
        {
            "text": "fell",
            "inputs": {"text": "fell"},
            "prediction": [{"label": "World", "score": 0.1}, {"label": "Business", "score": 0.9}],
            "annotation": None,
        },
    ]
    source = write(tmp_path / "r.json", rows)
    assert [(record.values["text"], record.values["annotation"]) for record in source] == [
        ("won", "Sports"),
        ("fell", "Business"),
    ]


def test_a_label_that_prodigy_rejected_is_no_label(tmp_path: Path):
    rows = [
        {"text": "a", "_input_hash": 1, "label": "Sports", "answer": "accept"},
        {"text": "b", "_input_hash": 2, "label": "Sports", "answer": "reject"},
        {"text": "c", "_input_hash": 3, "accept": ["Sports"], "options": [], "answer": "accept"},
    ]
    source = write(tmp_path / "r.json", rows)
    assert [record.values["label"] for record in source] == ["Sports", None, ["Sports"]]
    assert "1 row came rejected or ignored by the annotator" in source.notes[1]


@pytest.mark.parametrize("column", ["text", "data"])
def test_doccano_lines_are_read(tmp_path: Path, column: str):
    source = write(tmp_path / "r.json", [{"id": 1, column: "won", "label": ["Sports"], "Comments": []}])
    (record,) = source
    assert (record.values[column], record.values["label"]) == ("won", ["Sports"])
    assert source.text_column == (None if column == "text" else "data")


def test_plain_rows_are_left_alone(tmp_path: Path):
    rows = [{"text": "a", "label": "x", "data": {"k": 1}}, {"text": "b", "label": "y", "fields": None}]
    source = write(tmp_path / "r.json", rows)
    assert [record.values for record in source] == rows
    assert source.notes == []
