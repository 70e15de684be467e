from hypothesis import HealthCheck, given, settings

from attrprompt.exchange.documents.merging import add_content, replace_content
from attrprompt.exchange.documents.project_files import read_project_file, write_project_yaml
from attrprompt.project import Project
from tests.core.exchange.strategies import projects, small_project


@given(projects(), projects())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_replaced_document_has_the_incoming_hash(project: Project, incoming: Project):
    assert replace_content(project, incoming).content_hash == incoming.content_hash


@given(projects())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_bringing_a_document_home_keeps_its_ids_and_adds_nothing(project: Project):
    returned = read_project_file(write_project_yaml(project), "p.yaml").project
    home = replace_content(project, returned)
    assert home.labels.keys() == project.labels.keys()
    assert {key: set(each.values) for key, each in home.dimensions.items()} == {
        key: set(each.values) for key, each in project.dimensions.items()
    }
    addition = add_content(project, returned)
    assert (addition.labels, addition.dimensions, addition.values, addition.warnings) == (0, 0, 0, ())
    assert addition.project.content_hash == project.content_hash


def test_adding_keeps_what_is_there_and_brings_what_is_missing():
    incoming = small_project(
        labels={"x": {"name": "sports", "display": "Ball games"}, "y": {"name": "Music", "order": 1, "similar": ["x"]}},
        dimensions={
            "p": {
                "name": "Subtopics",
                "class_dependent": True,
                "values": {
                    "1": {"text": "A FINAL", "description": "new", "labels": ["x"]},
                    "2": {"text": "an opera", "labels": ["y"], "order": 1},
                },
            },
            "q": {"name": "style", "class_dependent": True, "values": {}, "order": 1},
            "r": {"name": "mood", "values": {"m": {"text": "glad"}}, "order": 2},
        },
    )
    addition = add_content(small_project(), incoming)
    project = addition.project
    assert (addition.labels, addition.dimensions, addition.values) == (1, 1, 2)
    assert len(addition.warnings) == 1 and "'style' was left out" in addition.warnings[0]
    assert [label.name for _, label in project.ordered_labels()] == ["Sports", "Sci_Tech", "Music"]
    assert project.labels["a"].display == ""
    music = project.labels[project.find_label("Music")]
    assert music.similar == ("a",)
    topics = project.dimensions["topic"]
    assert [value.text for _, value in topics.ordered()] == ["a final", "a rover", "doping", "an opera"]
    assert topics.values["t1"].description == ""


def test_a_name_that_moved_to_another_dimension_gets_no_id_twice():
    renamed = small_project()
    read = read_project_file(write_project_yaml(renamed), "p.yaml").project
    key = read.find_dimension("style")
    base = read.model_copy(
        update={"dimensions": {**read.dimensions, key: read.dimensions[key].model_copy(update={"name": "voice"})}}
    )
    incoming = small_project(
        dimensions={"v": {"name": "voice", "values": {}}, "s": {"name": "style", "values": {}, "order": 1}}
    )
    incoming = read_project_file(write_project_yaml(incoming), "p.yaml").project
    replaced = replace_content(base, incoming)
    assert replaced.content_hash == incoming.content_hash
    assert len(replaced.dimensions) == 2
