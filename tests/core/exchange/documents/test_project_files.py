import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from attrprompt.errors import InputError
from attrprompt.exchange.documents.project_files import read_project_file, write_project_json, write_project_yaml
from attrprompt.exchange.documents.strict_yaml import parse_yaml
from attrprompt.presets import list_presets, load_preset
from attrprompt.project import Method, Project
from tests.core.exchange.strategies import projects, small_project


def refuse(content: str | bytes, *parts: str, name: str = "p.yaml") -> None:
    with pytest.raises(InputError) as caught:
        read_project_file(content, name)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message and len(message) < 400
    for part in parts:
        assert part in message


@given(projects())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_written_project_reads_back_to_the_same_hash(project: Project):
    for text, name in ((write_project_yaml(project), "p.yaml"), (write_project_json(project), "p.json")):
        read = read_project_file(text.encode(), name)
        assert read.project.content_hash == project.content_hash
        assert all(warning.startswith("The template of") for warning in read.warnings)


@given(projects())
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_writing_what_was_read_gives_the_same_bytes(project: Project):
    text = write_project_yaml(project)
    assert write_project_yaml(read_project_file(text, "p.yaml").project) == text


@pytest.mark.parametrize("preset", [preset.name for preset in list_presets()])
def test_presets_go_through_both_formats(preset: str):
    project = load_preset(preset)
    for text in (write_project_yaml(project), write_project_json(project)):
        assert read_project_file(text, "p").project.content_hash == project.content_hash


def test_places_and_the_name_are_carried_though_the_hash_leaves_them_out():
    dimensions = {"d": {"name": "location", "kind": "place", "values": {"v": {"text": "Norway", "country": "NO"}}}}
    project = small_project(dimensions=dimensions)
    read = read_project_file(write_project_yaml(project, name="Mine: one"), "p.yaml")
    assert read.name == "Mine: one"
    assert [value.country for _, value in read.project.ordered_dimensions()[0][1].ordered()] == ["NO"]


def test_the_hash_at_the_top_tells_of_later_changes():
    text = write_project_yaml(small_project())
    assert small_project().content_hash in text
    read = read_project_file(text.replace("a rover", "a lander"), "p.yaml")
    assert len(read.warnings) == 1 and "changed after it was exported" in read.warnings[0]


def test_one_changed_value_changes_one_line_and_the_hash():
    before = write_project_yaml(small_project()).splitlines()
    other = write_project_yaml(read_project_file("\n".join(before).replace("a rover", "a lander"), "p").project)
    assert sum(a != b for a, b in zip(before, other.splitlines(), strict=True)) == 2


def test_unquoted_words_stay_text():
    project = read_project_file("labels: [no, yes, null, 1.10, 2024-05-01]", "p.yaml").project
    assert [label.name for _, label in project.ordered_labels()] == ["no", "yes", "null", "1.10", "2024-05-01"]


def test_a_constraint_on_one_of_two_values_with_the_same_text_stays_on_that_one():
    project = small_project(
        dimensions={
            "d": {
                "name": "topic",
                "class_dependent": True,
                "values": {"v1": {"text": "x", "labels": ["a"]}, "v2": {"text": "x", "labels": ["b"]}},
            }
        },
        constraints={"c": {"labels": ["a"], "values": {"d": ["v1"]}}},
    )
    read = read_project_file(write_project_yaml(project), "p.yaml").project
    assert read.content_hash == project.content_hash
    (constraint,) = read.constraints.values()
    ((dimension, values),) = constraint.values.items()
    assert [len(read.dimensions[dimension].values[value].labels) for value in values] == [1]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("labels: !!python/object:os.system [ls]", ["tag"]),
        ("labels: !!str x", ["tag"]),
        ("labels: &a [x]", ["anchor"]),
        ("a: &a [x]\nlabels: [*a, *a]", ["anchor"]),
        ("labels: *a", ["p.yaml"]),
        ("labels: [x]\nlabels: [y]", ["'labels' twice"]),
        ("labels:\n  - {name: x, name: y}", ["'name' twice"]),
        ("labels: [x]\n<<: {a: b}", ["merge key"]),
        ("labels: [x]\n---\nlabels: [y]", ["several documents"]),
        ("labels: " + "[" * 50 + "x" + "]" * 50, ["nesting"]),
        ("labels: " + "[" * 100_000, ["nesting"]),
        ("? [a, b]\n: c", ["key that is no text"]),
        ("labels: [x", ["no valid YAML"]),
        ("labels: 'x\x07'", ["YAML"]),
        ("just text", ["no project file", "labels"]),
        ("- a\n- b", ["no project file"]),
        ("", ["no project file"]),
        ("labels: text", ["labels", "must be a list"]),
        ("labels: [[x]]", ["label 1", "must be fields"]),
        ("labels: [x, '']", ["Label 2 has no name"]),
        ("labels: ['  ']", ["Label 1 has no name"]),
        ("labels: [x, x]", ["'x' is listed twice"]),
        ("labels: [Sci-Tech, sci_tech]", ["Two labels have the same name"]),
        ("labels: [{name: x, nmae: y}]", ["'nmae' is unknown", "name, display"]),
        ("labels: [x]\nlables: [y]", ["'lables' is unknown"]),
        ("labels: [{name: x, similar: [y]}]", ["'y'", "not listed"]),
        ("labels: [x]\ntask: {multi_label: maybe}", ["the task"]),
        ("labels: [x]\ndimensions: [{name: d, kind: colour}]", ["the dimension 'd'"]),
        ("labels: [x]\ndimensions: [{values: [a]}]", ["Dimension 1 has no name"]),
        ("labels: [x]\ndimensions: [{name: d}, {name: d}]", ["'d' is listed twice"]),
        ("labels: [x]\ndimensions: [{name: d, values: [a, a]}]", ["stands twice"]),
        ("labels: [x]\ndimensions: [{name: d, values: [a, A]}]", ["twice"]),
        ("labels: [x]\ndimensions: [{name: d, class_dependent: true, values: {y: [a]}}]", ["'y'", "not listed"]),
        ("labels: [x]\ndimensions: [{name: d, class_dependent: true, values: [a]}]", ["has no label"]),
        ("labels: [x]\ndimensions: [{name: d, values: [{text: a, weight: heavy}]}]", ["value 1 of the dimension 'd'"]),
        ("labels: [x]\ndimensions: [{name: d, values: [{text: a, weight: .nan}]}]", ["value 1"]),
        ("labels: [x]\ndimensions: [{name: d, values: [{weight: 2}]}]", ["no text"]),
        ("labels: [x]\ndimensions: [{name: length, kind: length, values: [short]}]", ["minimum"]),
        ("labels: [x]\nconstraints: [{values: {d: [a]}}]", ["no dimension 'd'"]),
        ("labels: [x]\ntemplates: {otherprompt: hi}", ["the file"]),
        ("format: else\nlabels: [x]", ["format 'else'"]),
        ("version: 99\nlabels: [x]", ["version 99"]),
        ("name: [x]\nlabels: [x]", ["'name' must be text"]),
        ("labels: ['" + "x" * 201 + "']", ["label"]),
        ('{"labels": ["x"], "labels": ["y"]}', ["'labels' twice"]),
        ('{"labels": [1]}', ["label 1"]),
        ('{"labels": ["x"]', ["no valid JSON", "line 1"]),
        ('{"labels": ["\\ud800"]}', ["half a character"]),
        ('{"labels": ["\\u0000"]}', ["NUL"]),
        ('{"labels": ["x"], "\\ud800": 1}', ["half a character"]),
        ('labels: ["\\ud800"]', ["p.yaml"]),
        ("[" * 100_000, ["nested"]),
        (b"labels: [\xe9]", ["UTF-8"]),
        ("labels: [x]".encode("utf-16"), ["UTF-16"]),
        (b"PK\x03\x04\xff\xfe", ["archive"]),
        (b"labels: \x00", ["binary"]),
        (b"x" * (10 * 1024 * 1024 + 1), ["10 MB"]),
    ],
    ids=lambda given: f"{str(given)[:20]!r}",
)  # fmt: skip
def test_bad_files_get_one_clear_sentence(content, parts):
    refuse(content, *parts)


def test_500_labels_are_taken_and_501_refused():
    assert len(read_project_file(json.dumps({"labels": [f"l{n}" for n in range(500)]}), "p.json").project.labels) == 500
    refuse(json.dumps({"labels": [f"l{n}" for n in range(501)]}), "501 labels", name="p.json")


@pytest.mark.parametrize(
    "name", ["x" * 200, "שלום עולם", "日本語の記事", "<script>alert(1)</script>", "**bold** & [x](y)"]
)
def test_names_of_any_script_stay_as_they_are(name: str):
    project = read_project_file(json.dumps({"labels": [name]}), "p.json").project
    text = write_project_yaml(project)
    assert name in text.replace("\n      ", " ") or len(name) > 100
    assert [label.name for _, label in read_project_file(text, "p.yaml").project.ordered_labels()] == [name]


def test_a_byte_order_mark_is_no_part_of_the_file():
    assert read_project_file(b"\xef\xbb\xbflabels: [x]", "p.yaml").project.labels


def test_strict_yaml_agrees_with_safe_load_on_text_data():
    data = {"a": ["x", {"b": "ü: \n y"}], "c": {"d": [], "e": {}}}
    assert parse_yaml(yaml.safe_dump(data), "x") == data


@pytest.mark.parametrize(
    "template", ["{{ '\\ud800' }}", "{{ '\\0' }}", "{{ " + "9" * 5_000 + " }}", "{{ label", "{% for %}"]
)
def test_a_template_that_cannot_be_read_is_told_and_comes_along(template):
    data = {"labels": ["x"], "templates": {"simprompt": template}}
    read = read_project_file(json.dumps(data), "p.json")
    assert read.project.templates[Method.SIMPROMPT].text == template
    assert any(warning.startswith("The template of SimPrompt has a problem.") for warning in read.warnings)
