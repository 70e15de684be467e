"""What people may give the Attributes page by mistake or malice: a clear sentence, and the project as it was."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from attrprompt.project import Project
from tests.documents import make_document
from tests.pages.helpers import open_attributes, press

APP = Path(__file__).parents[2] / "app.py"
SECONDS = 60
ODD_NAMES = ["x" * 200, "أخبار الاقتصاد", "東京の選挙", "<img src=x onerror=alert(1)>", "a **bold** $x$ :red[y] [l](u)"]


@pytest.fixture
def document():
    return make_document({"music": ["opera", "jazz"], "movies": []})


def pack(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.yaml", b"labels: !!python/object:os.system [ls]", "tag"),
        ("p.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\nlabels: [*b, *b]", "anchor"),
        ("p.yaml", b"\x89PNG\r\n\x1a\n\x00\x00", "p.yaml"),
        ("p.yaml", b"labels: [x, x]", "listed twice"),
        ("p.yaml", b"labels: [x, '']", "no name"),
        ("p.json", b'{"labels": ["x"', "no valid JSON"),
        ("p.json", b" " * (10 * 1024 * 1024 + 1), "10 MB"),
        ("values.csv", b"colour,size\nred,2\n", "has the columns colour, size"),
        ("values.csv", b"dimension,label,value\nsubtopic,opera house,x\n", "no label 'opera house'"),
        ("folder.zip", pack({"../label.txt": "x\n"}), "leads out of the folder"),
        ("folder.zip", pack({"nyt/readme.md": "hello"}), "label.txt"),
        ("folder.zip", b"no archive at all", "no usable zip archive"),
    ],
    ids=lambda given: given[:24] if isinstance(given, str) else "",
)
def test_a_bad_upload_is_explained_and_changes_nothing(runtime, project, name, content, says):
    at = open_attributes(project, "Share")
    at.get("file_uploader")[0].upload(name, content).run()
    assert not at.exception
    assert any(says in each.value for each in at.error)
    assert not any(str(each.key).startswith("share_apply") for each in at.button)
    assert runtime.store.projects.head(project.id) == project.revision


def test_of_several_lists_in_an_authors_folder_a_person_chooses_one(runtime, project):
    folder = "nyt/attrprompt/gpt-3.5-turbo/location /"
    lists = {f"{folder}location.txt": "Europe\n", f"{folder}location_fine.txt": "France\nPeru\n"}
    at = open_attributes(project, "Share")
    at.get("file_uploader")[0].upload("nyt.zip", pack({"nyt/label.txt": "music\ndance\n", **lists})).run()
    assert not at.exception
    assert not any("--use" in each.value for each in at.warning)
    assert at.selectbox(key="share_use_location").options == ["location", "location_fine"]
    at.selectbox(key="share_use_location").set_value("location_fine").run()
    press(at, "share_apply_1")
    stored = runtime.store.projects.load(project.id)
    [location] = stored.document.dimensions.values()
    assert [(value.text, value.country) for _, value in location.ordered()] == [("France", "FR"), ("Peru", "PE")]
    assert stored.settings["raw_lines"]["location"] == {"": ["France", "Peru"]}
    press(at, "attributes_undo")
    assert runtime.store.projects.load(project.id).document == project.document


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("word " * 2_000_000, "at most 1,000,000"),
        ("PK\x00\x03", "not plain text"),
        ("a\n" * 5_001, "at most 5,000"),
        ("opera\t\tmany", "no number"),
        ("x" * 2_001, "The text is too long: at most 2,000"),
    ],
    ids=["10 MB", "binary", "5,001 lines", "weight", "long"],
)
def test_a_bad_paste_is_explained_and_changes_nothing(runtime, project, pasted, says):
    at = open_attributes(project, "Values")
    key = next(each.key for each in at.text_area if each.key.startswith("attributes_paste_"))
    at.text_area(key=key).input(pasted)
    press(at, "attributes_paste_add")
    assert any(says in each.value for each in at.error)
    assert runtime.store.projects.head(project.id) == project.revision


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("Music", "same name"),
        ("theatre\nTheatre", "same name"),
        ("\n \n-\n", "No label was given"),
        ("x" * 201, "The name is too long: at most 200"),
        ("\n".join(f"label {number}" for number in range(499)), "500"),
    ],
    ids=["taken", "twice", "empty", "long", "too many"],
)
def test_bad_labels_are_explained_and_none_is_added(runtime, project, pasted, says):
    at = open_attributes(project, "Labels and task")
    at.text_area(key="labels_paste_0").input(pasted)
    press(at, "labels_add")
    assert any(says in each.value for each in at.error)
    assert runtime.store.projects.head(project.id) == project.revision


def test_names_of_any_script_and_markup_stay_as_they_are(runtime, project):
    at = open_attributes(project, "Labels and task")
    at.text_area(key="labels_paste_0").input("\n".join(ODD_NAMES))
    press(at, "labels_add")
    document = runtime.store.projects.load(project.id).document
    assert [label.name for _, label in document.ordered_labels()][2:] == ODD_NAMES
    at.session_state["attributes_label"] = document.find_label(ODD_NAMES[-1])
    at.session_state["attributes_view"] = "Values"
    at.run()
    key = next(each.key for each in at.text_area if each.key.startswith("attributes_paste_"))
    at.text_area(key=key).input("\n".join(ODD_NAMES))
    press(at, "attributes_paste_add")
    document = runtime.store.projects.load(project.id).document
    subtopic = document.dimensions[document.find_dimension("subtopic")]
    assert [value.text for _, value in subtopic.values_for(document.find_label(ODD_NAMES[-1]))] == ODD_NAMES
    for view in ("Search", "Filter", "Constraints", "Share", "History"):
        at.session_state["attributes_view"] = view
        at.run()
        assert not at.exception


@pytest.mark.parametrize("document", [Project()], ids=["blank"])
def test_500_labels_are_taken_at_once_and_every_view_draws(runtime, project):
    at = open_attributes(project, "Values")
    at.text_area(key="labels_paste_0").input("\n".join(f"label {number}" for number in range(500)))
    press(at, "labels_add")
    assert len(runtime.store.projects.load(project.id).document.labels) == 500
    for view in ("Values", "Search", "Dimensions", "Labels and task", "Filter", "Constraints", "Share"):
        at.session_state["attributes_view"] = view
        at.run()
        assert not at.exception
