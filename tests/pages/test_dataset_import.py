"""The import of texts on the Review page: preview, choices, confirmation, progress, and the way back."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from attrprompt.importing import Imports
from tests.pages.helpers import press, wait_until


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


ROWS = lines(
    {"text": "A cup <b>was</b> won", "label": "Sports", "place": "Kenya"},
    {"text": "Shares fell", "label": "Business", "place": "Peru"},
    {"label": "World"},
)


def open_import(open_page, project, *files: tuple[str, bytes]) -> AppTest:
    """The open form with these files in it."""
    app = open_page("review", project)
    app.session_state["import_box"] = True
    app.run()
    for name, content in files:
        app.file_uploader(key="import_files_0").upload(name, content)
    app.run()
    assert not app.exception
    return app


def finish(app: AppTest, runtime, project) -> AppTest:
    """Press the button and wait until the texts are there."""
    press(app, "import_start_0")
    imports = runtime.background(Imports)
    wait_until(lambda: (job := imports.find(project.id)) is not None and not job.is_open)
    app.run()
    assert not app.exception
    return app


def read_labels(store, project, name: str) -> list[tuple[str, ...]]:
    return [tuple(sample.labels) for sample in store.datasets.iterate(store.datasets.find(project.id, name).id)]


def test_an_empty_form_says_what_it_takes(open_page, project):
    app = open_import(open_page, project)
    assert any("Label Studio" in caption.value for caption in app.caption)
    assert not [button for button in app.button if (button.key or "").startswith("import_start")]


def test_a_file_is_previewed_imported_and_taken_back(open_page, project, runtime, store):
    app = open_import(open_page, project, ("gold.jsonl", ROWS))
    assert app.text_input(key="import_name_0").value == "gold"
    assert app.button(key="import_start_0").label == "Import 2 texts"
    preview = app.dataframe[-1].value
    assert list(preview["text"]) == ["A cup <b>was</b> won", "Shares fell"]
    assert list(preview["labels"]) == ["Sports", "Business"]
    assert any(caption.value == "2 texts; Sports 1, Business 1." for caption in app.caption)
    assert any("Row 3 has no 'text'" in text.value for text in app.markdown)
    app.multiselect(key="import_attributes_0").set_value(["place"]).run()
    assert list(app.dataframe[-1].value["attributes"]) == ["place: Kenya", "place: Peru"]
    app = finish(app, runtime, project)
    assert any(text.value == "gold: 2 texts imported" for text in app.success)
    samples = list(store.datasets.iterate(store.datasets.find(project.id, "gold").id))
    assert [(sample.text, dict(sample.attributes)) for sample in samples] == [
        ("A cup <b>was</b> won", {"place": "Kenya"}),
        ("Shares fell", {"place": "Peru"}),
    ]
    press(app, "import_undo")
    assert not [dataset for dataset in store.datasets.list_all(project.id) if dataset.name == "gold"]


def test_a_used_name_and_no_name_are_told_before_the_import(open_page, project, gold):
    app = open_import(open_page, project, ("real.jsonl", ROWS))
    assert any("a data set called real already" in text.value for text in app.warning)
    assert app.button(key="import_start_0").disabled
    app.text_input(key="import_name_0").set_value("other").run()
    assert not app.button(key="import_start_0").disabled
    app.text_input(key="import_name_0").set_value(" ").run()
    assert app.button(key="import_start_0").disabled


def test_columns_are_chosen_from_those_that_are_there(open_page, project, runtime, store):
    app = open_import(open_page, project, ("r.csv", b"id,headline,topic\n1,A cup was won,Sports\n"))
    assert any("'Column of the texts'" in text.value and "headline" in text.value for text in app.error)
    assert app.button(key="import_start_0").disabled
    app.selectbox(key="import_text_0").set_value("headline").run()
    assert any("read from 'topic'" in text.value for text in app.info)
    app.selectbox(key="import_label_0").set_value("\0").run()
    assert list(app.dataframe[-1].value.columns) == ["text"]
    app.selectbox(key="import_label_0").set_value("topic").run()
    finish(app, runtime, project)
    assert read_labels(store, project, "r") == [("Sports",)]


def test_a_guessed_encoding_is_confirmed_or_changed(open_page, project, runtime, store):
    content = "text,label\nThe café’s price is 5 €,Business\n".encode("cp1252")
    app = open_import(open_page, project, ("r.csv", content))
    assert list(app.dataframe[-1].value["text"]) == ["The café’s price is 5 €"]
    assert app.button(key="import_start_0").disabled
    app.selectbox(key="import_encoding_0").set_value("cp1251").run()
    assert list(app.dataframe[-1].value["text"]) == ["The cafй’s price is 5 Ђ"]
    assert not app.button(key="import_start_0").disabled
    app.selectbox(key="import_encoding_0").set_value("").run()
    app.checkbox(key="import_letters_0_cp1252").check().run()
    finish(app, runtime, project)
    assert read_labels(store, project, "r") == [("Business",)]


def test_a_file_without_a_header_is_read_when_told(open_page, project, runtime, store):
    app = open_import(open_page, project, ("r.csv", b"3,Shares fell in early trade.\n1,A treaty was signed.\n"))
    assert any("seems to have no header" in text.value for text in app.error)
    app.checkbox(key="import_header_0").uncheck().run()
    app.selectbox(key="import_text_0").set_value("2").run()
    app.selectbox(key="import_label_0").set_value("1").run()
    finish(app, runtime, project)
    assert read_labels(store, project, "r") == [("Sci_Tech",), ("Sports",)]


def test_numbers_from_one_are_asked_about(open_page, project, runtime, store):
    rows = [{"text": f"text {number}", "label": number} for number in (1, 2, 3, 4)]
    app = open_import(open_page, project, ("r.jsonl", lines(*rows)))
    assert any("numbers from 1 to 4" in text.value and "'The first number is' 1" in text.value for text in app.warning)
    assert app.button(key="import_start_0").disabled
    app.radio(key="import_first_0").set_value(1).run()
    finish(app, runtime, project)
    names = [label.name for _, label in project.document.ordered_labels()]
    assert read_labels(store, project, "r") == [(name,) for name in names]


def test_names_of_labels_come_from_a_file(open_page, project, runtime, store):
    app = open_import(open_page, project, ("r.jsonl", lines({"text": "a", "label": "7"})))
    app.file_uploader(key="import_map_0").upload("map.json", b'{"7": "Sports"}').run()
    assert list(app.dataframe[-1].value["labels"]) == ["Sports"]
    finish(app, runtime, project)
    assert read_labels(store, project, "r") == [("Sports",)]


def test_a_workbook_of_several_sheets_asks_for_one(open_page, project, runtime, store):
    book = openpyxl.Workbook()
    for name, text in (("train", "a"), ("test", "b")):
        sheet = book.create_sheet(name)
        sheet.append(["text", "label"])
        sheet.append([text, "Sports"])
    buffer = io.BytesIO()
    book.save(buffer)
    app = open_import(open_page, project, ("r.xlsx", buffer.getvalue()))
    assert any("several sheets" in text.value for text in app.warning)
    app.selectbox(key="import_part_0").set_value("test").run()
    assert list(app.dataframe[-1].value["text"]) == ["b"]
    finish(app, runtime, project)
    assert read_labels(store, project, "r") == [("Sports",)]


def test_shards_are_taken_together(open_page, project, runtime, store):
    files = [(f"train-0000{n}-of-00002.jsonl", lines({"text": f"t{n}", "label": "World"})) for n in range(2)]
    app = open_import(open_page, project, *files)
    assert list(app.dataframe[-1].value["text"]) == ["t0", "t1"]
    app.text_input(key="import_name_0").set_value("both").run()
    finish(app, runtime, project)
    assert len(read_labels(store, project, "both")) == 2


@pytest.mark.parametrize("name", ["r.jsonl", "r.parquet", "r.xlsx", "r.csv.gz"])
def test_an_unusable_file_is_told_on_the_page(open_page, project, name: str):
    app = open_import(open_page, project, (name, b"\x00\x01nothing"))
    assert len(app.error) == 1
    assert app.button(key="import_start_0").disabled


def test_a_near_label_is_proposed_and_taken_where_a_person_says_so(open_page, project, runtime, store):
    app = open_import(open_page, project, ("gold.jsonl", lines({"text": "A cup was won", "label": "Sport"})))
    told = " ".join(each.value for kind in (app.warning, app.markdown, app.info, app.caption) for each in kind)
    assert "nearest 'Sports'" in told and "under 'Labels by another name'" in told
    app.text_area(key="import_renames_0").set_value("Sport=Sports\n").run()
    assert list(app.dataframe[-1].value["labels"]) == ["Sports"]
    finish(app, runtime, project)
    assert read_labels(store, project, "gold") == [("Sports",)]
    again = open_import(open_page, project, ("more.jsonl", lines({"text": "A cup", "label": "Sport"})))
    again.text_area(key="import_renames_0").set_value("Sport=Nothing").run()
    assert any("ends in no label of the project" in error.value for error in again.error)
