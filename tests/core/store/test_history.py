"""Projects: saving, rebasing, conflicts, undo and redo per person, reading old revisions."""

import threading

import pytest

from attrprompt import edits
from attrprompt.errors import ConflictError, InputError
from attrprompt.project import Project, parse_project
from attrprompt.store import Store


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def made(store):
    document = edits.add_labels(Project(), ["World", "Sports", "Business"])
    return store.projects.create("News", document, owner="ana", source="test")


def label_id(project, name):
    return project.document.find_label(name)


def rename(store, project, name, display, actor):
    document = edits.edit_label(project.document, label_id(project, name), display=display)
    return store.projects.save(project.id, project, document, actor=actor, summary=f"{name} is shown as {display}")


def shown(project):
    return [label.title for _, label in project.document.ordered_labels()]


def test_different_fields_of_two_people_merge(store, made):
    rename(store, made, "World", "Welt", "ana")
    merged = rename(store, made, "Sports", "Sport", "ben")
    assert shown(merged) == ["Welt", "Sport", "Business"]
    assert merged.revision == 2


def test_the_same_field_conflicts_and_both_values_are_told(store, made):
    rename(store, made, "World", "Welt", "ana")
    with pytest.raises(ConflictError) as caught:
        rename(store, made, "World", "Monde", "ben")
    assert (caught.value.mine, caught.value.theirs, caught.value.who) == ("Monde", "Welt", "ana")
    assert shown(store.projects.load(made.id)) == ["Welt", "Sports", "Business"]


def test_the_same_value_from_two_people_is_no_conflict(store, made):
    rename(store, made, "World", "Welt", "ana")
    assert rename(store, made, "World", "Welt", "ben").revision == 1


def test_editing_a_field_of_something_deleted_meanwhile_conflicts(store, made):
    store.projects.save(
        made.id,
        made,
        edits.delete_label(made.document, label_id(made, "World")),
        actor="ana",
        summary="World deleted",
    )
    with pytest.raises(ConflictError) as caught:
        rename(store, made, "World", "Welt", "ben")
    assert caught.value.theirs is None


def test_undo_takes_back_only_ones_own_change(store, made):
    first = rename(store, made, "World", "Welt", "ana")
    rename(store, first, "Sports", "Sport", "ben")
    undone = store.projects.undo(made.id, actor="ana")
    assert shown(undone) == ["World", "Sport", "Business"]
    assert store.projects.undo(made.id, actor="ana") is None


def test_undo_and_redo_walk_through_all_changes(store, made):
    project = made
    for number in range(5):
        project = rename(store, project, "World", f"World {number}", "ana")
    while store.projects.undo(made.id, actor="ana") is not None:
        pass
    assert shown(store.projects.load(made.id))[0] == "World"
    while store.projects.redo(made.id, actor="ana") is not None:
        pass
    assert shown(store.projects.load(made.id))[0] == "World 4"


def test_a_new_change_ends_what_could_be_redone(store, made):
    rename(store, made, "World", "Welt", "ana")
    undone = store.projects.undo(made.id, actor="ana")
    rename(store, undone, "Sports", "Sport", "ana")
    assert store.projects.redo(made.id, actor="ana") is None


def test_undo_refuses_where_somebody_changed_the_same_field_since(store, made):
    first = rename(store, made, "World", "Welt", "ana")
    rename(store, first, "World", "Monde", "ben")
    with pytest.raises(ConflictError, match="ben changed the same thing since"):
        store.projects.undo(made.id, actor="ana")
    assert shown(store.projects.load(made.id))[0] == "Monde"


def test_every_revision_can_be_read_again(store, made):
    project = made
    for number in range(60):  # over one snapshot
        project = rename(store, project, "World", f"World {number}", "ana")
    assert store.projects.load_revision(made.id, 0).labels[label_id(made, "World")].title == "World"
    for n in (1, 49, 50, 51, 60):
        assert store.projects.load_revision(made.id, n).labels[label_id(made, "World")].display == f"World {n - 1}"


def test_history_names_who_when_and_from_where(store, made):
    rename(store, made, "World", "Welt", "ana")
    store.projects.undo(made.id, actor="ana")
    newest, edit, first = store.projects.history(made.id)
    assert (newest.kind, newest.target, newest.summary) == ("undo", 1, "World is shown as Welt")
    assert (edit.kind, edit.actor, edit.source) == ("edit", "ana", "by hand")
    assert first.n == 0
    assert edit.at <= newest.at


def test_a_merge_that_breaks_a_rule_is_refused_whole(store, made):
    store.projects.save(made.id, made, edits.add_labels(made.document, ["Arts"]), actor="ana", summary="Arts")
    with pytest.raises(InputError, match="same name"):
        store.projects.save(made.id, made, edits.add_labels(made.document, ["arts"]), actor="ben", summary="arts")
    assert len(store.projects.load(made.id).document.labels) == 4


def test_many_writers_at_once_lose_nothing(store, made):
    ids = list(made.document.labels)

    def write(number):
        for turn in range(10):
            project = store.projects.load(made.id)
            document = edits.edit_label(project.document, ids[number], description=f"turn {turn}")
            store.projects.save(made.id, project, document, actor=f"person {number}", summary="described")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    final = store.projects.load(made.id)
    assert final.revision == 30
    assert {label.description for label in final.document.labels.values()} == {"turn 9"}


def test_names_of_projects_are_unique_in_any_case(store, made):
    with pytest.raises(InputError, match="already a project"):
        store.projects.create("  news ", Project(), owner="ben", source="test")
    assert len(store.projects.list_all()) == 1


def test_an_unknown_project_names_those_that_exist(store, made):
    with pytest.raises(InputError, match="Projects here: News"):
        store.projects.find("nope")


def test_deleting_a_project_deletes_its_history(store, made):
    store.projects.delete(made.id)
    assert store.projects.list_all() == []
    with pytest.raises(InputError, match="does not exist any more"):
        store.projects.load(made.id)


def test_a_document_survives_the_store_unchanged(store, made):
    assert store.projects.load(made.id).document.content_hash == made.document.content_hash
    assert parse_project(made.document.to_data()) == made.document
