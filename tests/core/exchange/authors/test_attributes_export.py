import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from attrprompt.errors import InputError
from attrprompt.exchange.authors.attributes_export import export_attributes
from attrprompt.exchange.authors.attributes_folder import read_attributes_folder
from attrprompt.exchange.documents.differences import list_losses
from attrprompt.project import Project
from tests.core.exchange.strategies import LINES, projects, small_project

DATA = Path(__file__).parents[5] / "shared" / "data" / "attrprompt"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the authors' folders are not on this machine")


@needs_data
@pytest.mark.parametrize(
    ("name", "use"), [("nyt", {}), ("nyt", {"location": "location_fine"}), ("amazon", {}), ("agnews", {})]
)
def test_the_authors_folders_go_out_and_in_to_the_same_hash(tmp_path: Path, name: str, use: dict[str, str]):
    project = read_attributes_folder(DATA / name, use=use).project
    written = export_attributes(project, tmp_path / "copy")
    assert written.warnings == ()
    read = read_attributes_folder(tmp_path / "copy")
    assert read.project.content_hash == project.content_hash == written.content_hash
    assert read.skipped == ()


@given(projects(alphabet=LINES))
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_a_hash_that_changes_is_explained_and_one_that_does_not_needs_no_words(project: Project):
    with tempfile.TemporaryDirectory() as root:
        written = export_attributes(project, Path(root) / "f")
        read = read_attributes_folder(Path(root) / "f").project
    assert written.content_hash == read.content_hash
    assert (read.content_hash == project.content_hash) == (list_losses(project, read) == [])
    assert set(list_losses(project, read)) <= set(written.warnings)
    assert all(warning.endswith(".") for warning in written.warnings)


@given(projects(alphabet=LINES))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_what_came_from_a_folder_goes_back_without_loss(project: Project):
    with tempfile.TemporaryDirectory() as root:
        export_attributes(project, Path(root) / "one")
        read = read_attributes_folder(Path(root) / "one").project
        again = export_attributes(read, Path(root) / "two")
    assert again.warnings == ()
    assert again.content_hash == read.content_hash


def test_each_thing_that_the_layout_lacks_is_named(tmp_path: Path):
    project = small_project(
        task={"domain": "news", "description": "Sort them."},
        templates={"simprompt": {"text": "Write."}},
        constraints={"c": {"labels": ["a"], "values": {"style": ["s2"]}}},
    )
    dimensions = dict(project.dimensions)
    lengths = dimensions["length"].model_dump() | {"clause": "About {value}.", "description": "How long"}
    lengths["values"]["w2"] = {"text": "10 to 20 words", "minimum": 10, "maximum": 20, "order": 1}
    dimensions["length"] = type(dimensions["length"]).model_validate(lengths)
    project = project.model_copy(update={"dimensions": dimensions})
    warnings = "\n".join(export_attributes(project, tmp_path / "f").warnings)
    for part in (
        "domain",
        "The task's description",
        "display name not carried: Sci_Tech",
        "clause of the dimension 'length'",
        "description of the dimension 'length'",
        "1 value of 'length' not carried: '10 to 20 words'",
        "1 value's weight in 'style' not carried: 'Column'",
        "1 constraint not carried",
        "prompt templates are not carried: simprompt",
    ):
        assert part in warnings


def test_values_that_look_like_marks_are_written_so_that_they_read_back(tmp_path: Path):
    texts = ["1. FC Köln", "- dash", '"quoted"', "1984", "3D", "ünï", "שלום"]
    values = {f"v{n}": {"text": text, "order": n} for n, text in enumerate(texts)}
    project = small_project(dimensions={"d": {"name": "club", "values": values}})
    export_attributes(project, tmp_path / "f")
    read = read_attributes_folder(tmp_path / "f").project
    assert [value.text for _, value in read.ordered_dimensions()[0][1].ordered()] == texts


def test_a_multi_label_task_keeps_which_labels_a_value_joins(tmp_path: Path):
    project = small_project(task={"multi_label": True})
    export_attributes(project, tmp_path / "f")
    assert (tmp_path / "f/attrprompt/attrprompt-studio/subtopics/subtopics.json").is_file()
    read = read_attributes_folder(tmp_path / "f").project
    assert read.task.multi_label
    values = read.dimensions[read.find_dimension("subtopics")].values.values()
    assert sorted(len(value.labels) for value in values) == [1, 1, 2]


def test_odd_names_make_no_odd_paths(tmp_path: Path):
    labels = {"a": {"name": "../../etc", "order": 0}, "b": {"name": "AC/DC", "order": 1}, "c": {"name": "字" * 200}}
    values = {"v": {"text": "x", "labels": ["a", "b", "c"]}}
    dimension = {"class_dependent": True, "values": values}
    dimensions = {"d": {"name": "../up", **dimension}, "e": {"name": "topic", **dimension}}
    project = small_project(labels=labels, dimensions=dimensions)
    written = export_attributes(project, tmp_path / "f")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f"]
    names = sorted(path.name for path in (tmp_path / "f").rglob("*.jsonl"))
    assert names == ["%2E.%2F..%2Fetc.jsonl", "%2E.%2F..%2Fetc.jsonl", "ac%2Fdc.jsonl", "ac%2Fdc.jsonl"]
    read = read_attributes_folder(tmp_path / "f").project
    assert len(read.dimensions[read.find_dimension("topic")].values) == 2
    assert any("字" in warning for warning in written.warnings)
    assert any("../up" in warning for warning in written.warnings)


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path):
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        export_attributes(small_project(), tmp_path / "f")
    with pytest.raises(InputError, match="no labels yet"):
        export_attributes(Project(), tmp_path / "g")
    with pytest.raises(InputError, match="does not exist"):
        export_attributes(small_project(), tmp_path / "h" / "i")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f"]
