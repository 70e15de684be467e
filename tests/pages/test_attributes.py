"""The Attributes page: empty, full, its main actions and what goes wrong on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt import edits
from attrprompt.elicitation.proposals import ProposalKind, ValueProposal, propose_value
from attrprompt.exchange.documents.project_files import write_project_yaml
from attrprompt.presets import load_preset
from attrprompt.project import DimensionKind, Project
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import StoredProject
from attrprompt.store.proposals import NewProposal
from tests.documents import make_document
from tests.pages.helpers import press, use_server, wait_until, wait_until_asked

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pages/attributes.py"
SECONDS = 60
VIEWS = (
    "Search",
    "Dimensions",
    "Labels and task",
    "Filter",
    "Constraints",
    "Agreement",
    "Share",
    "History",
)


@pytest.fixture
def document() -> Project:
    document = make_document({"music": ["opera", "jazz"], "movies": []})
    document = edits.add_dimension(document, "length", kind=DimensionKind.LENGTH)
    return edits.add_values(document, document.find_dimension("length"), ["30-80"]).project


def open_page(project: StoredProject) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=SECONDS)
    at.query_params["project"] = project.id
    at.run()
    at.switch_page(PAGE).run()
    assert not at.exception
    return at


def texts_of(runtime: Runtime, project: StoredProject, dimension: str, label: str) -> list[str]:
    document = runtime.store.projects.load(project.id).document
    found = document.dimensions[document.find_dimension(dimension)]
    return [value.text for _, value in found.values_for(document.find_label(label))]


def propose(runtime: Runtime, project: StoredProject, *texts: str) -> list[int]:
    document = project.document
    rows = [
        propose_value(ValueProposal(text), document.find_dimension("subtopic"), document.find_label("music"), "model:m")
        for text in texts
    ]
    new = [NewProposal(each.kind, each.text, each.payload, each.dimension_id, each.label_id) for each in rows]
    return runtime.store.proposals.add(project.id, new, maker="model:m")


@pytest.mark.parametrize("document", [Project()], ids=["blank"])
def test_a_project_without_labels_asks_for_labels_first(runtime, project):
    at = open_page(project)
    at.text_area(key="labels_paste_0").input("1. World\n2. Sports\tgames and matches")
    press(at, "labels_add")
    labels = runtime.store.projects.load(project.id).document.ordered_labels()
    assert [(label.name, label.description) for _, label in labels] == [
        ("World", ""),
        ("Sports", "games and matches"),
    ]


@pytest.mark.parametrize("document", [load_preset("agnews")], ids=["agnews"])
def test_every_part_of_a_full_project_draws(project):
    at = open_page(project)
    for part in VIEWS:
        at.session_state["attributes_view"] = part
        at.run()
        assert not at.exception


def test_pasted_lines_become_values_of_the_open_cell_only(runtime, project):
    at = open_page(project)
    key = next(each.key for each in at.text_area if each.key.startswith("attributes_paste_"))
    at.text_area(key=key).input("- blues\n- Opera\n- folk")
    press(at, "attributes_paste_add")
    assert texts_of(runtime, project, "subtopic", "music") == ["opera", "jazz", "blues", "folk"]
    assert texts_of(runtime, project, "subtopic", "movies") == []


def test_edits_in_the_table_are_saved_as_one_step_and_undone_as_one(runtime, project):
    at = open_page(project)
    key = at.data_editor[0].key if hasattr(at, "data_editor") else None
    at.session_state[key] = {
        "edited_rows": {0: {"text": "grand opera"}},
        "added_rows": [{"text": "blues", "weight": 2.0}],
        "deleted_rows": [1],
    }
    at.run()
    press(at, "attributes_save")
    assert texts_of(runtime, project, "subtopic", "music") == ["grand opera", "blues"]
    assert runtime.store.projects.head(project.id) == project.revision + 1
    press(at, "attributes_undo")
    assert texts_of(runtime, project, "subtopic", "music") == ["opera", "jazz"]


def rename_first_value(runtime: Runtime, project: StoredProject, *, theirs: int) -> AppTest:
    """The page with the first value renamed and not saved yet; meanwhile bo renames the one at this index."""
    at = open_page(project)
    at.session_state[at.data_editor[0].key] = {
        "edited_rows": {0: {"text": "mine"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    subtopic = project.document.find_dimension("subtopic")
    value_id, _ = project.document.dimensions[subtopic].ordered()[theirs]
    changed = edits.edit_value(project.document, subtopic, value_id, text="theirs")
    runtime.store.projects.save(project.id, project, changed, actor="bo", summary="a value renamed")
    return at


def test_the_same_field_changed_by_two_people_is_shown_to_the_second(runtime, project):
    at = rename_first_value(runtime, project, theirs=0)
    press(at, "attributes_save")
    assert any("bo changed the same thing" in error.value for error in at.error)
    assert [each.value for each in at.code][:2] == ["mine", "theirs"]
    press(at, "attributes_keep_mine")
    assert texts_of(runtime, project, "subtopic", "music")[0] == "mine"


def test_a_change_of_another_value_made_meanwhile_is_kept(runtime, project):
    at = rename_first_value(runtime, project, theirs=1)
    press(at.run(), "attributes_save")
    assert texts_of(runtime, project, "subtopic", "music") == ["mine", "theirs"]


def test_values_for_all_labels_come_from_a_server_without_json_schema(runtime, project, faulty_server):
    server = faulty_server(script=["numbered"] * 40)
    use_server(runtime, project, server)
    at = open_page(project)
    at.number_input(key="elicit_n").set_value(3).run()
    press(at, "elicit_all")

    def list_waiting():
        return runtime.store.proposals.list_some(project.id, kind=ProposalKind.VALUE, statuses=("open",))

    wait_until(lambda: len(list_waiting()) == 6)
    waiting = list_waiting()
    assert {each.label_id for each in waiting} == set(project.document.labels)
    press(at.run(), "attributes_accepted_all")
    assert len(texts_of(runtime, project, "subtopic", "music")) == 5


def test_replies_that_cannot_be_read_are_shown_raw_with_the_reason(runtime, project, faulty_server):
    server = faulty_server(script=["nonsense"] * 40)
    use_server(runtime, project, server)
    at = open_page(project)
    press(at, "elicit_cell")
    wait_until_asked(runtime, project)
    at.run()
    assert not at.exception
    assert any("Purple seven gladly" in each.value for each in at.code)


def test_a_refused_key_is_said_and_changes_nothing(runtime, project, faulty_server):
    server = faulty_server(script=["auth"] * 40)
    use_server(runtime, project, server)
    at = open_page(project)
    press(at, "elicit_cell")
    wait_until_asked(runtime, project)
    at.run()
    assert any("key" in each.value for each in at.error)
    assert runtime.store.projects.head(project.id) == project.revision


def test_a_cell_is_marked_done(runtime, project):
    at = open_page(project)
    press(at, "attributes_mark")
    document = project.document
    assert runtime.store.cell_marks.list_all(project.id) == {
        (document.find_label("music"), document.find_dimension("subtopic"))
    }


def test_undo_of_an_accepted_proposal_opens_it_again(runtime, project):
    propose(runtime, project, "blues", "folk")
    at = open_page(project)
    press(at, "attributes_accepted_all")
    assert texts_of(runtime, project, "subtopic", "music") == ["opera", "jazz", "blues", "folk"]
    press(at, "attributes_undo")
    waiting = runtime.store.proposals.list_some(project.id, kind=ProposalKind.VALUE, statuses=("open",))
    assert len(waiting) == 2


def test_a_dimension_is_deleted_after_it_was_said_what_goes(runtime, project):
    at = open_page(project)
    at.session_state["attributes_view"] = "Dimensions"
    at.run()
    length = project.document.find_dimension("length")
    assert any("deletes 'length' with 1 value" in each.value for each in at.markdown)
    press(at, f"dimension_delete_now_{length}")
    assert length not in runtime.store.projects.load(project.id).document.dimensions


def show(at: AppTest, view: str) -> AppTest:
    at.session_state["attributes_view"] = view
    at.run()
    assert not at.exception
    return at


def test_the_filter_drops_what_is_ticked_and_only_that(runtime, project):
    document = project.document
    subtopic, music = document.find_dimension("subtopic"), document.find_label("music")
    opera, jazz = (key for key, _ in document.dimensions[subtopic].values_for(music))
    rows = [
        NewProposal(
            ProposalKind.FILTER,
            text,
            {"value_id": key, "text": text, "similar": "movies", "reason": "why", "suggestion": suggestion},
            subtopic,
            music,
        )
        for key, text, suggestion in ((opera, "opera", "drop"), (jazz, "jazz", "keep"))
    ]
    runtime.store.proposals.add(project.id, rows, maker="model:m")
    at = show(open_page(project), "Filter")
    assert texts_of(runtime, project, "subtopic", "music") == ["opera", "jazz"]
    press(at, "filter_apply")
    assert texts_of(runtime, project, "subtopic", "music") == ["jazz"]
    assert not runtime.store.proposals.list_some(project.id, kind=ProposalKind.FILTER, statuses=("open",))


def test_a_constraint_that_empties_a_label_cannot_be_added(runtime, project):
    at = show(open_page(project), "Constraints")
    document = project.document
    length, music = document.find_dimension("length"), document.find_label("music")
    [value_id] = document.dimensions[length].values
    at.multiselect(key="constraint_dimensions").set_value([length]).run()
    at.multiselect(key=f"constraint_values_{length}").set_value([value_id])
    at.multiselect(key="constraint_labels").set_value([music]).run()
    assert at.button(key="constraint_save").disabled
    assert any("music" in each.value for each in at.warning)


def test_votes_of_others_show_only_after_finishing_and_can_be_settled(runtime, project):
    first, second = propose(runtime, project, "blues", "folk")
    votes = runtime.store.votes
    for proposal_id, verdict in ((first, "accepted"), (second, "rejected")):
        votes.cast(project.id, proposal_id, actor="bo", verdict=verdict)
    votes.finish(project.id, actor="bo")
    at = show(open_page(project), "Agreement")
    me = f"Guest {at.session_state['identity_token'][:4]}"
    votes.cast(project.id, first, actor=me, verdict="accepted")
    votes.cast(project.id, second, actor=me, verdict="accepted")
    assert not at.run().metric
    press(at, "agreement_finish")
    assert [each.value for each in at.metric] == ["50%, n = 2", "not informative"]
    press(at, "agreement_accepted")
    assert texts_of(runtime, project, "subtopic", "music") == ["opera", "jazz", "blues"]
    press(at, f"agreement_rejected_{second}")
    assert not runtime.store.proposals.list_some(project.id, kind=ProposalKind.VALUE, statuses=("open",))


def test_an_uploaded_project_says_what_it_changes_before_it_does(runtime, project, document):
    more = edits.add_labels(document, ["theatre"])
    at = show(open_page(project), "Share")
    at.get("file_uploader")[0].upload("arts.yaml", write_project_yaml(more).encode()).run()
    assert not at.exception
    assert any("1 label" in each.value for each in at.markdown)
    assert runtime.store.projects.head(project.id) == project.revision
    press(at, "share_apply_0")
    assert len(runtime.store.projects.load(project.id).document.labels) == 3


def test_a_file_that_is_no_project_leaves_it_as_it_was(runtime, project):
    at = show(open_page(project), "Share")
    at.get("file_uploader")[0].upload("arts.yaml", b"\x00\x01 nothing").run()
    assert not at.exception
    assert at.error
    assert runtime.store.projects.head(project.id) == project.revision


def test_edits_left_behind_unsaved_can_still_be_saved(runtime, project):
    at = open_page(project)
    key = at.data_editor[0].key
    at.session_state[key] = {"edited_rows": {1: {"text": "free jazz"}}, "added_rows": [], "deleted_rows": []}
    at.run()
    show(at, "Labels and task")
    assert any("1 value changed" in each.value for each in at.warning)
    [save] = [each for each in at.button if each.label == "Save them"]
    save.click().run()
    assert texts_of(runtime, project, "subtopic", "music") == ["opera", "free jazz"]
    assert not at.warning
