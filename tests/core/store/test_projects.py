"""Projects: saving, rebasing, conflicts, undo and redo per person, reading old revisions."""

import threading

import pytest

from attrprompt import edits
from attrprompt.errors import ConflictError, InputError
from attrprompt.project import Project, parse_project


@pytest.fixture
def document():
    return edits.add_labels(Project(), ["World", "Sports", "Business"])


def label_id(project, name):
    return project.document.find_label(name)


def rename(store, project, name, display, actor):
    document = edits.edit_label(project.document, label_id(project, name), display=display)
    return store.projects.save(project.id, project, document, actor=actor, summary=f"{name} is shown as {display}")


def shown(project):
    return [label.title for _, label in project.document.ordered_labels()]


def test_different_fields_of_two_people_merge(store, project):
    rename(store, project, "World", "Welt", "ana")
    merged = rename(store, project, "Sports", "Sport", "ben")
    assert shown(merged) == ["Welt", "Sport", "Business"]
    assert merged.revision == 2


def test_the_same_field_conflicts_and_both_values_are_told(store, project):
    rename(store, project, "World", "Welt", "ana")
    with pytest.raises(ConflictError) as caught:
        rename(store, project, "World", "Monde", "ben")
    assert (caught.value.mine, caught.value.theirs, caught.value.who) == ("Monde", "Welt", "ana")
    assert shown(store.projects.load(project.id)) == ["Welt", "Sports", "Business"]


def test_the_same_value_from_two_people_is_no_conflict(store, project):
    rename(store, project, "World", "Welt", "ana")
    assert rename(store, project, "World", "Welt", "ben").revision == 1


def test_editing_a_field_of_something_deleted_meanwhile_conflicts(store, project):
    store.projects.save(
        project.id,
        project,
        edits.delete_label(project.document, label_id(project, "World")),
        actor="ana",
        summary="World deleted",
    )
    with pytest.raises(ConflictError) as caught:
        rename(store, project, "World", "Welt", "ben")
    assert caught.value.theirs is None


def test_undo_takes_back_only_ones_own_change(store, project):
    first = rename(store, project, "World", "Welt", "ana")
    rename(store, first, "Sports", "Sport", "ben")
    undone = store.projects.undo(project.id, actor="ana")
    assert shown(undone) == ["World", "Sport", "Business"]
    assert store.projects.undo(project.id, actor="ana") is None


def test_undo_and_redo_walk_through_all_changes(store, project):
    for number in range(5):
        project = rename(store, project, "World", f"World {number}", "ana")
    while store.projects.undo(project.id, actor="ana") is not None:
        pass
    assert shown(store.projects.load(project.id))[0] == "World"
    while store.projects.redo(project.id, actor="ana") is not None:
        pass
    assert shown(store.projects.load(project.id))[0] == "World 4"


def test_a_new_change_ends_what_could_be_redone(store, project):
    rename(store, project, "World", "Welt", "ana")
    undone = store.projects.undo(project.id, actor="ana")
    rename(store, undone, "Sports", "Sport", "ana")
    assert store.projects.redo(project.id, actor="ana") is None


def test_undo_refuses_where_somebody_changed_the_same_field_since(store, project):
    first = rename(store, project, "World", "Welt", "ana")
    rename(store, first, "World", "Monde", "ben")
    with pytest.raises(ConflictError, match="ben changed the same thing since"):
        store.projects.undo(project.id, actor="ana")
    assert shown(store.projects.load(project.id))[0] == "Monde"


def test_every_revision_can_be_read_again(store, project):
    for number in range(60):  # over one snapshot
        project = rename(store, project, "World", f"World {number}", "ana")
    assert store.projects.load_revision(project.id, 0).labels[label_id(project, "World")].title == "World"
    for n in (1, 49, 50, 51, 60):
        old = store.projects.load_revision(project.id, n)
        assert old.labels[label_id(project, "World")].display == f"World {n - 1}"


def test_history_names_who_when_and_from_where(store, project):
    rename(store, project, "World", "Welt", "ana")
    store.projects.undo(project.id, actor="ana")
    newest, edit, first = store.projects.history(project.id)
    assert (newest.kind, newest.target, newest.summary) == ("undo", 1, "World is shown as Welt")
    assert (edit.kind, edit.actor, edit.source) == ("edit", "ana", "by hand")
    assert first.n == 0
    assert edit.at <= newest.at


def test_a_merge_that_breaks_a_rule_is_refused_whole(store, project):
    capital, small = (edits.add_labels(project.document, [name]) for name in ("Arts", "arts"))
    store.projects.save(project.id, project, capital, actor="ana", summary="Arts")
    with pytest.raises(InputError, match="same name"):
        store.projects.save(project.id, project, small, actor="ben", summary="arts")
    assert len(store.projects.load(project.id).document.labels) == 4


def test_many_writers_at_once_lose_nothing(store, project):
    ids = list(project.document.labels)

    def write(number):
        for turn in range(10):
            newest = store.projects.load(project.id)
            document = edits.edit_label(newest.document, ids[number], description=f"turn {turn}")
            store.projects.save(project.id, newest, document, actor=f"person {number}", summary="described")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    final = store.projects.load(project.id)
    assert final.revision == 30
    assert {label.description for label in final.document.labels.values()} == {"turn 9"}


def test_names_of_projects_are_unique_in_any_case(store, project):
    with pytest.raises(InputError, match="already a project"):
        store.projects.create("  news ", Project(), owner="ben", source="test")
    assert len(store.projects.list_all()) == 1


def test_an_unknown_project_names_those_that_exist(store, project):
    with pytest.raises(InputError, match="Projects here: News"):
        store.projects.find("nope")


def test_deleting_a_project_deletes_its_history(store, project):
    store.projects.delete(project.id)
    assert store.projects.list_all() == []
    with pytest.raises(InputError, match="does not exist any more"):
        store.projects.load(project.id)


def test_a_document_survives_the_store_unchanged(store, project):
    assert store.projects.load(project.id).document.content_hash == project.document.content_hash
    assert parse_project(project.document.to_data()) == project.document


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Two \t words\n", "Two words"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\u2066b\u2069c\u200e", "abc"),
        ("bell\x07 and\x00 nul\x9f", "bell and nul"),
        ("\ud800half", "half"),
        ("שלום 日本 👩\u200d🔬", "שלום 日本 👩\u200d🔬"),
    ],
)
def test_a_name_is_kept_without_what_nobody_sees(store, document, typed, kept):
    assert store.projects.create(typed, document, owner="ana", source="test").name == kept


def test_a_name_of_nothing_visible_is_none(store, document):
    with pytest.raises(InputError, match="needs a name"):
        store.projects.create("\u202e\x07", document, owner="ana", source="test")
