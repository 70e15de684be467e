"""The class-aware filter from end to end: command line and page, a capable model over HTTP, the real encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attrprompt.cli import main
from attrprompt.elicitation.background import Elicitations
from attrprompt.elicitation.proposals import ProposalKind
from tests.capable_model import CapableModel
from tests.documents import make_document
from tests.homes import open_home
from tests.pages.helpers import open_attributes, press, use_server, wait_until_asked

pytestmark = pytest.mark.slow
APP = Path(__file__).parents[2] / "app.py"
NYT = APP.parent / ".." / "shared" / "data" / "attrprompt" / "nyt"
SPENDING, SUBMARINES = "Military spending and budget allocation", "Submarine trials"
VALUES = {
    "military": [SPENDING, SUBMARINES, "Care for wounded veterans", "Army recruitment goals"],
    "federal budget": [
        "Deficit reduction plan",
        "Tax revenue forecast",
        "Defence spending bill",
        "Government shutdown",
    ],
    "dance": ["Ballet premiere", "Street dance contest", "Tango festival", "A choreographer's retirement"],
}
KNOWING = CapableModel(VALUES, fits={"federal budget": {SPENDING}, "dance": {SUBMARINES}})


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home for all, so that the worker loads the encoder once."""
    with open_home(tmp_path_factory.mktemp("home")) as folder:
        yield folder


@pytest.fixture
def made(store, request):
    """A project for each test, as they share a home."""
    return store.projects.create(request.node.name[:100], make_document(VALUES), owner="ana", source="test")


@pytest.fixture
def filter_by_command(runtime, made, capsys):
    def run(server, *options: str) -> dict:
        arguments = ["elicit", made.name, "filter", "subtopic", "--json", "--base-url", server.base_url]
        assert main([*arguments, "--model", "faulty-1", *options]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def open_filter(runtime, project, server) -> AppTest:
    use_server(runtime, project, server)
    return open_attributes(project, "Filter")


def draw_when_asked(runtime, project, at) -> AppTest:
    wait_until_asked(runtime, project)
    job = runtime.background(Elicitations).find(project.id)
    assert job.state == "done", job.message
    at.run()
    assert not at.exception
    return at


def values_of(runtime, project, label: str) -> list[str]:
    document = runtime.store.projects.load(project.id).document
    subtopic = document.dimensions[document.find_dimension("subtopic")]
    return [value.text for _, value in subtopic.values_for(document.find_label(label))]


def find_table(at: AppTest):
    return next(each for each in at.data_editor if "margin" in each.value.columns)


def test_the_command_line_gives_both_verdicts_and_removes_nothing_without_accept(
    runtime, made, faulty_server, filter_by_command
):
    server = faulty_server(answer=KNOWING)
    printed = filter_by_command(server)
    removed = {each["value"]: each for each in printed["removed"]}
    assert list(removed) == [SPENDING, SUBMARINES]
    assert (printed["kept"], printed["problems"], printed["unread"]) == (10, [], 0)
    assert {each["label"] for each in removed.values()} == {"military"}
    assert (removed[SPENDING]["similar"], removed[SUBMARINES]["similar"]) == ("federal budget", "dance")
    assert removed[SPENDING]["margin"] < 0 < removed[SUBMARINES]["margin"] < 0.1
    assert {each["model"] for each in removed.values()} == {"yes"}
    assert "nearer to 'federal budget'" in removed[SPENDING]["reason"]
    assert "The model says that it fits 'dance' as well, and embedding hardly tells" in removed[SUBMARINES]["reason"]
    assert values_of(runtime, made, "military") == VALUES["military"]
    filter_by_command(server, "--accept")
    assert values_of(runtime, made, "military") == VALUES["military"][2:]


@pytest.mark.skipif(not NYT.is_dir(), reason="the authors' files are not part of the repository")
def test_on_the_authors_nyt_folder_it_finds_values_that_fit_two_labels_and_says_why(runtime, capsys):
    assert main(["import-attributes", "nyt", str(NYT), "--json"]) == 0
    capsys.readouterr()
    assert main(["elicit", "nyt", "filter", "subtopics", "--no-model-check", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    removed = {(each["label"], each["value"], each["similar"]): each for each in printed["removed"]}
    assert ("military", "Military spending and budget allocation", "federal_budget") in removed
    assert ("abortion", "LGBTQ+ individuals and abortion access", "gay_rights") in removed
    assert ("immigration", "Border Security and Enforcement", "law_enforcement") in removed
    assert all("nearer to" in each["reason"] and each["margin"] < 0 for each in printed["removed"])
    assert len(printed["removed"]) < 30
    assert printed["kept"] + len(printed["removed"]) == 234


def test_the_cap_holds_and_the_rest_says_so(faulty_server, filter_by_command):
    printed = filter_by_command(faulty_server(answer=KNOWING), "--cap", "1")
    assert [each["value"] for each in printed["removed"]] == [SPENDING]
    assert printed["kept"] == 11


def test_a_model_that_fails_the_control_questions_is_named_and_not_asked_further(faulty_server, filter_by_command):
    server = faulty_server(answer=lambda body: "no")
    printed = filter_by_command(server)
    assert any("so it was not asked about the values" in each for each in printed["problems"])
    assert [(each["value"], each["model"]) for each in printed["removed"]] == [(SPENDING, None)]
    assert len(server.asked) == printed["replies"] == 6


def test_the_page_shows_both_checks_with_reasons_and_drops_what_stays_ticked(runtime, made, faulty_server):
    at = open_filter(runtime, made, faulty_server(answer=KNOWING))
    draw_when_asked(runtime, made, press(at, "filter_start"))
    assert any("2 of 12 checked values suggested to drop" in each.value for each in at.info)
    table = find_table(at)
    assert list(table.value["value"]) == [SPENDING, SUBMARINES]
    assert list(table.value["model"]) == ["fits", "fits"]
    assert table.value["margin"].iloc[0] < 0
    assert all("model says" in reason for reason in table.value["reason"])
    at.session_state[table.key] = {"edited_rows": {1: {"drop": False}}, "added_rows": [], "deleted_rows": []}
    press(at.run(), "filter_apply")
    assert values_of(runtime, made, "military") == VALUES["military"][1:]
    press(at, "attributes_undo")
    assert values_of(runtime, made, "military") == VALUES["military"]


def test_a_label_is_not_emptied_even_if_every_row_is_ticked(runtime, made, faulty_server):
    at = open_filter(runtime, made, faulty_server(answer=KNOWING))
    draw_when_asked(runtime, made, press(at, "filter_start"))
    at.session_state[find_table(at).key] = {"edited_rows": {1: {"drop": False}}, "added_rows": [], "deleted_rows": []}
    at.toggle(key="filter_only").set_value(False).run()
    table = find_table(at)
    assert list(table.value["drop"]) == [True] + [False] * 11
    ticks = {place: {"drop": True} for place, label in enumerate(table.value["label"]) if label == "military"}
    at.session_state[table.key] = {"edited_rows": ticks, "added_rows": [], "deleted_rows": []}
    press(at.run(), "filter_apply")
    assert any("without any value" in each.value for each in at.error)
    assert runtime.store.projects.head(made.id) == made.revision
    assert len(runtime.store.proposals.list_some(made.id, kind=ProposalKind.FILTER, statuses=("open",))) == 12


def test_similar_labels_are_found_changed_by_a_person_and_then_compared_with(runtime, made, faulty_server):
    at = open_filter(runtime, made, faulty_server(answer=KNOWING))
    draw_when_asked(runtime, made, press(at, "filter_similar_find"))
    found = runtime.store.projects.load(made.id)
    military, dance = made.document.find_label("military"), made.document.find_label("dance")
    budget = made.document.find_label("federal budget")
    assert found.document.labels[military].similar == (budget, dance)
    row = list(VALUES).index("military")
    edited = {"edited_rows": {row: {"similar": ["dance"]}}, "added_rows": [], "deleted_rows": []}
    at.session_state[f"filter_similar_{found.revision}"] = edited
    press(at.run(), "filter_similar_save")
    assert runtime.store.projects.load(made.id).document.labels[military].similar == (dance,)
    draw_when_asked(runtime, made, press(at, "filter_start"))
    assert list(find_table(at).value["value"]) == [SUBMARINES]
