"""The Attributes page: empty, full, its main actions and what goes wrong on it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt import edits
from attrprompt.elicitation.background import Elicitations
from attrprompt.elicitation.proposals import ProposalKind, ValueProposal, propose_value
from attrprompt.exchange.documents.project_files import write_project_yaml
from attrprompt.presets import load_preset
from attrprompt.project import DimensionKind, Project
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import StoredProject
from attrprompt.store.proposals import NewProposal
from tests.pages.helpers import press

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
    project = edits.add_labels(Project(), ["music", "movies"])
    project = edits.add_dimension(project, "subtopic", class_dependent=True)
    project = edits.add_dimension(project, "length", kind=DimensionKind.LENGTH)
    music, subtopic = project.find_label("music"), project.find_dimension("subtopic")
    project = edits.add_values(project, subtopic, ["opera", "jazz"], labels=[music]).project
    return edits.add_values(project, project.find_dimension("length"), ["30-80"]).project


@pytest.fixture
def made(runtime, document) -> StoredProject:
    return runtime.store.projects.create("Arts", document, owner="ana", source="test")


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


def wait_until(condition) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def wait_until_asked(runtime: Runtime, project: StoredProject) -> None:
    def ended() -> bool:
        job = runtime.background(Elicitations).find(project.id)
        return job is not None and job.state != "running"

    wait_until(ended)


def use_server(runtime: Runtime, project: StoredProject, base_url: str) -> None:
    runtime.store.projects.save_settings(project.id, {"endpoint": {"base_url": base_url, "model": "faulty-1"}})


def test_a_project_without_labels_asks_for_labels_first(runtime):
    made = runtime.store.projects.create("Blank", Project(), owner="ana", source="test")
    at = open_page(made)
    at.text_area(key="labels_paste_0").input("1. World\n2. Sports\tgames and matches")
    press(at, "labels_add")
    labels = runtime.store.projects.load(made.id).document.ordered_labels()
    assert [(label.name, label.description) for _, label in labels] == [
        ("World", ""),
        ("Sports", "games and matches"),
    ]


def test_every_part_of_a_full_project_draws(runtime):
    made = runtime.store.projects.create("News", load_preset("agnews"), owner="ana", source="test")
    at = open_page(made)
    for part in VIEWS:
        at.session_state["attributes_view"] = part
        at.run()
        assert not at.exception


def test_pasted_lines_become_values_of_the_open_cell_only(runtime, made):
    at = open_page(made)
    key = next(each.key for each in at.text_area if each.key.startswith("attributes_paste_"))
    at.text_area(key=key).input("- blues\n- Opera\n- folk")
    press(at, "attributes_paste_add")
    assert texts_of(runtime, made, "subtopic", "music") == ["opera", "jazz", "blues", "folk"]
    assert texts_of(runtime, made, "subtopic", "movies") == []


def test_edits_in_the_table_are_saved_as_one_step_and_undone_as_one(runtime, made):
    at = open_page(made)
    key = at.data_editor[0].key if hasattr(at, "data_editor") else None
    at.session_state[key] = {
        "edited_rows": {0: {"text": "grand opera"}},
        "added_rows": [{"text": "blues", "weight": 2.0}],
        "deleted_rows": [1],
    }
    at.run()
    press(at, "attributes_save")
    assert texts_of(runtime, made, "subtopic", "music") == ["grand opera", "blues"]
    assert runtime.store.projects.head(made.id) == made.revision + 1
    press(at, "attributes_undo")
    assert texts_of(runtime, made, "subtopic", "music") == ["opera", "jazz"]


def test_the_same_field_changed_by_two_people_is_shown_to_the_second(runtime, made):
    at = open_page(made)
    key = at.data_editor[0].key
    at.session_state[key] = {"edited_rows": {0: {"text": "mine"}}, "added_rows": [], "deleted_rows": []}
    at.run()
    document = made.document
    subtopic = document.find_dimension("subtopic")
    [first, *_] = document.dimensions[subtopic].ordered()
    theirs = edits.edit_value(document, subtopic, first[0], text="theirs")
    runtime.store.projects.save(made.id, made, theirs, actor="bo", summary="opera renamed")
    press(at, "attributes_save")
    assert any("bo changed the same thing" in error.value for error in at.error)
    assert [each.value for each in at.code][:2] == ["mine", "theirs"]
    press(at, "attributes_keep_mine")
    assert texts_of(runtime, made, "subtopic", "music")[0] == "mine"


def test_a_change_of_another_value_made_meanwhile_is_kept(runtime, made):
    at = open_page(made)
    key = at.data_editor[0].key
    at.session_state[key] = {"edited_rows": {0: {"text": "mine"}}, "added_rows": [], "deleted_rows": []}
    at.run()
    document = made.document
    subtopic = document.find_dimension("subtopic")
    [_, second] = document.dimensions[subtopic].ordered()
    theirs = edits.edit_value(document, subtopic, second[0], text="theirs")
    runtime.store.projects.save(made.id, made, theirs, actor="bo", summary="jazz renamed")
    press(at.run(), "attributes_save")
    assert texts_of(runtime, made, "subtopic", "music") == ["mine", "theirs"]


def test_values_for_all_labels_come_from_a_server_without_json_schema(runtime, made, faulty_server):
    server = faulty_server(script=["numbered"] * 40)
    use_server(runtime, made, server.base_url)
    at = open_page(made)
    at.number_input(key="elicit_n").set_value(3).run()
    press(at, "elicit_all")

    def list_waiting():
        return runtime.store.proposals.list_some(made.id, kind=ProposalKind.VALUE, statuses=("open",))

    wait_until(lambda: len(list_waiting()) == 6)
    waiting = list_waiting()
    assert {each.label_id for each in waiting} == set(made.document.labels)
    press(at.run(), "attributes_accepted_all")
    assert len(texts_of(runtime, made, "subtopic", "music")) == 5


def test_replies_that_cannot_be_read_are_shown_raw_with_the_reason(runtime, made, faulty_server):
    server = faulty_server(script=["nonsense"] * 40)
    use_server(runtime, made, server.base_url)
    at = open_page(made)
    press(at, "elicit_cell")
    wait_until_asked(runtime, made)
    at.run()
    assert not at.exception
    assert any("Purple seven gladly" in each.value for each in at.code)


def test_a_refused_key_is_said_and_changes_nothing(runtime, made, faulty_server):
    server = faulty_server(script=["auth"] * 40)
    use_server(runtime, made, server.base_url)
    at = open_page(made)
    press(at, "elicit_cell")
    wait_until_asked(runtime, made)
    at.run()
    assert any("key" in each.value for each in at.error)
    assert runtime.store.projects.head(made.id) == made.revision


def test_a_cell_is_marked_done(runtime, made):
    at = open_page(made)
    press(at, "attributes_mark")
    document = made.document
    assert runtime.store.cell_marks.list_all(made.id) == {
        (document.find_label("music"), document.find_dimension("subtopic"))
    }


def test_undo_of_an_accepted_proposal_opens_it_again(runtime, made):
    propose(runtime, made, "blues", "folk")
    at = open_page(made)
    press(at, "attributes_accepted_all")
    assert texts_of(runtime, made, "subtopic", "music") == ["opera", "jazz", "blues", "folk"]
    press(at, "attributes_undo")
    waiting = runtime.store.proposals.list_some(made.id, kind=ProposalKind.VALUE, statuses=("open",))
    assert len(waiting) == 2


def test_a_dimension_is_deleted_after_it_was_said_what_goes(runtime, made):
    at = open_page(made)
    at.session_state["attributes_view"] = "Dimensions"
    at.run()
    length = made.document.find_dimension("length")
    assert any("deletes 'length' with 1 value" in each.value for each in at.markdown)
    press(at, f"dimension_delete_now_{length}")
    assert length not in runtime.store.projects.load(made.id).document.dimensions


def show(at: AppTest, view: str) -> AppTest:
    at.session_state["attributes_view"] = view
    at.run()
    assert not at.exception
    return at


def test_the_filter_drops_what_is_ticked_and_only_that(runtime, made):
    document = made.document
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
    runtime.store.proposals.add(made.id, rows, maker="model:m")
    at = show(open_page(made), "Filter")
    assert texts_of(runtime, made, "subtopic", "music") == ["opera", "jazz"]
    press(at, "filter_apply")
    assert texts_of(runtime, made, "subtopic", "music") == ["jazz"]
    assert not runtime.store.proposals.list_some(made.id, kind=ProposalKind.FILTER, statuses=("open",))


def test_a_constraint_that_empties_a_label_cannot_be_added(runtime, made):
    at = show(open_page(made), "Constraints")
    document = made.document
    length, music = document.find_dimension("length"), document.find_label("music")
    [value_id] = document.dimensions[length].values
    at.multiselect(key="constraint_dimensions").set_value([length]).run()
    at.multiselect(key=f"constraint_values_{length}").set_value([value_id])
    at.multiselect(key="constraint_labels").set_value([music]).run()
    assert at.button(key="constraint_save").disabled
    assert any("music" in each.value for each in at.warning)


def test_votes_of_others_show_only_after_finishing_and_can_be_settled(runtime, made):
    first, second = propose(runtime, made, "blues", "folk")
    votes = runtime.store.votes
    for proposal_id, verdict in ((first, "accepted"), (second, "rejected")):
        votes.cast(made.id, proposal_id, actor="bo", verdict=verdict)
    votes.finish(made.id, actor="bo")
    at = show(open_page(made), "Agreement")
    me = f"Guest {at.session_state['identity_token'][:4]}"
    votes.cast(made.id, first, actor=me, verdict="accepted")
    votes.cast(made.id, second, actor=me, verdict="accepted")
    assert not at.run().metric
    press(at, "agreement_finish")
    assert [each.value for each in at.metric] == ["50%, n = 2", "not informative"]
    press(at, "agreement_accepted")
    assert texts_of(runtime, made, "subtopic", "music") == ["opera", "jazz", "blues"]
    press(at, f"agreement_rejected_{second}")
    assert not runtime.store.proposals.list_some(made.id, kind=ProposalKind.VALUE, statuses=("open",))


def test_an_uploaded_project_says_what_it_changes_before_it_does(runtime, made, document):
    more = edits.add_labels(document, ["theatre"])
    at = show(open_page(made), "Share")
    at.get("file_uploader")[0].upload("arts.yaml", write_project_yaml(more).encode()).run()
    assert not at.exception
    assert any("1 label" in each.value for each in at.markdown)
    assert runtime.store.projects.head(made.id) == made.revision
    press(at, "share_apply_0")
    assert len(runtime.store.projects.load(made.id).document.labels) == 3


def test_a_file_that_is_no_project_leaves_it_as_it_was(runtime, made):
    at = show(open_page(made), "Share")
    at.get("file_uploader")[0].upload("arts.yaml", b"\x00\x01 nothing").run()
    assert not at.exception
    assert at.error
    assert runtime.store.projects.head(made.id) == made.revision


def test_edits_left_behind_unsaved_can_still_be_saved(runtime, made):
    at = open_page(made)
    key = at.data_editor[0].key
    at.session_state[key] = {"edited_rows": {1: {"text": "free jazz"}}, "added_rows": [], "deleted_rows": []}
    at.run()
    show(at, "Labels and task")
    assert any("1 value changed" in each.value for each in at.warning)
    [save] = [each for each in at.button if each.label == "Save them"]
    save.click().run()
    assert texts_of(runtime, made, "subtopic", "music") == ["opera", "free jazz"]
    assert not at.warning
