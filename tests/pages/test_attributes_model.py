"""The Attributes page with a model that answers sensibly: trying values, dimensions, constraints, search."""

from __future__ import annotations

from pathlib import Path

import pytest

from attrprompt import edits
from attrprompt.elicitation.background import Elicitations
from attrprompt.elicitation.proposals import ProposalKind, ValueProposal, propose_value
from attrprompt.sampling import find_empty_labels
from attrprompt.store.proposals import NewProposal
from tests.capable_model import CapableModel
from tests.documents import make_document
from tests.pages.helpers import open_attributes, press, use_server, wait_until, wait_until_asked

APP = Path(__file__).parents[2] / "app.py"
SECONDS = 180
WRITTEN = "Oslo: The choir of the harbour sang until the ferries answered."


@pytest.fixture
def document():
    document = make_document({"health law": ["Affordable Care Act", "drug prices"], "music": ["opera", "jazz"]})
    document = edits.add_dimension(document, "location")
    return edits.add_values(document, document.find_dimension("location"), ["Oceania", "Ohio"]).project


@pytest.fixture
def ask(runtime, project, faulty_server):
    """Lets the project's model be this one."""

    def start(model: CapableModel, **settings):
        server = faulty_server(answer=model, **settings)
        use_server(runtime, project, server)
        return server

    return start


def propose(runtime, project, label: str, *texts: str) -> list[int]:
    document = project.document
    subtopic, label_id = document.find_dimension("subtopic"), document.find_label(label)
    rows = [propose_value(ValueProposal(text), subtopic, label_id, "model:m") for text in texts]
    new = [NewProposal(each.kind, each.text, each.payload, each.dimension_id, each.label_id) for each in rows]
    return runtime.store.proposals.add(project.id, new, maker="model:m")


def test_a_proposed_value_is_tried_before_it_is_accepted(runtime, project, ask):
    server = ask(CapableModel(text=WRITTEN))
    propose(runtime, project, "health law", "insulin rationing")
    at = open_attributes(project, "Values")
    cell = f"{project.document.find_dimension('subtopic')}_{project.document.find_label('health law')}"
    at.selectbox(key=f"try_value_{cell}").set_value("insulin rationing").run()
    assert any("insulin rationing" in each.value for each in at.code)
    press(at, "try_start")
    wait_until(lambda: len(server.asked) == 1)
    wait_until(lambda: any("choir of the harbour" in each.value for each in at.run().markdown))
    assert "insulin rationing" in server.asked[0].prompt
    assert runtime.store.projects.head(project.id) == project.revision
    assert len(runtime.store.proposals.list_some(project.id, kind=ProposalKind.VALUE, statuses=("open",))) == 1


@pytest.mark.slow
def test_the_embedded_model_is_asked_from_the_page(runtime, project):
    at = open_attributes(project, "Values")
    assert any("embedded model" in each.value for each in at.caption)
    at.number_input(key="elicit_n").set_value(1).run()
    press(at, "elicit_cell")
    wait_until_asked(runtime, project)
    assert not at.run().exception
    job = runtime.background(Elicitations).find(project.id)
    assert job.state == "done", job.message
    [proposal] = runtime.store.proposals.list_some(project.id, kind=ProposalKind.VALUE, statuses=("open",))
    assert proposal.maker.startswith("model:SmolLM2")


def test_a_trial_that_fails_says_why(project, ask):
    ask(CapableModel(), script=["auth"] * 9)
    at = open_attributes(project, "Values")
    cell = f"{project.document.find_dimension('subtopic')}_{project.document.find_label('health law')}"
    at.selectbox(key=f"try_value_{cell}").set_value("drug prices").run()
    press(at, "try_start")
    wait_until(lambda: any("key" in each.value for each in at.run().error))


def test_dimensions_are_proposed_edited_accepted_and_struck_out(runtime, project, ask):
    given = [
        {
            "name": "tone",
            "reason": "Moods differ.",
            "class_dependent": False,
            "kind": "text",
            "clause": "It is {value}.",
        },
        {"name": "reader group", "reason": "Readers differ."},
    ]
    ask(CapableModel(dimensions=given, dress="prose"), json_schema="rejected")
    at = open_attributes(project, "Dimensions")
    press(at, "elicit_dimensions_start")
    wait_until_asked(runtime, project)
    at.run()
    tone, readers = runtime.store.proposals.list_some(project.id, kind=ProposalKind.DIMENSION, statuses=("open",))
    assert any("Moods differ" in each.value for each in at.markdown)
    at.text_input(key=f"elicit_dimension_{tone.id}_name").set_value("mood")
    press(at, f"elicit_dimension_{tone.id}_accept")
    press(at, f"elicit_dimension_{readers.id}_strike")
    document = runtime.store.projects.load(project.id).document
    assert [each.name for _, each in document.ordered_dimensions()] == ["subtopic", "location", "mood"]
    assert document.dimensions[document.find_dimension("mood")].clause == "It is {value}."
    ask(CapableModel(dimensions=given))
    press(at.run(), "elicit_dimensions_start")
    wait_until_asked(runtime, project)
    again = runtime.store.proposals.list_some(project.id, kind=ProposalKind.DIMENSION, statuses=("open",))
    assert [each.payload["name"] for each in again] == ["tone"]


def test_constraints_are_proposed_from_sampled_configurations(runtime, project, ask):
    ask(CapableModel(clashes=[("Oceania", "Affordable Care Act")], dress="fenced"), json_schema="ignored")
    at = open_attributes(project, "Constraints")
    press(at, "constraint_start")
    wait_until_asked(runtime, project)
    at.run()
    [proposal] = runtime.store.proposals.list_some(project.id, kind=ProposalKind.CONSTRAINT, statuses=("open",))
    assert any("do not go together" in each.value for each in at.markdown)
    press(at, f"constraint_accepted_{proposal.id}")
    document = runtime.store.projects.load(project.id).document
    [constraint] = document.constraints.values()
    assert len(constraint.values) == 2
    assert not find_empty_labels(document)


def test_a_proposed_constraint_that_would_empty_a_label_is_said_and_not_offered(runtime, project, ask):
    clashes = [("Oceania", "Affordable Care Act"), ("Oceania", "drug prices"), ("Ohio", "Affordable Care Act")]
    ask(CapableModel(clashes=[*clashes, ("Ohio", "drug prices")]))
    at = open_attributes(project, "Constraints")
    press(at, "constraint_start")
    wait_until_asked(runtime, project)
    at.run()
    waiting = runtime.store.proposals.list_some(project.id, kind=ProposalKind.CONSTRAINT, statuses=("open",))
    assert len(waiting) == 3
    assert any("it would leave no configuration for" in each.value for each in at.info)


def test_what_waits_is_found_over_all_labels(runtime, project):
    propose(runtime, project, "health law", "vaccine mandates", "hospital mergers")
    propose(runtime, project, "music", "hospital radio")
    at = open_attributes(project, "Search")
    at.segmented_control(key="search_where").set_value("Proposals waiting").run()
    at.text_input(key="search_words").set_value("HOSPITAL").run()
    assert not at.exception
    assert list(at.dataframe[0].value["value"]) == ["hospital mergers", "hospital radio"]
    assert list(at.dataframe[0].value["label"]) == ["health law", "music"]


def test_a_running_request_is_seen_and_stopped_from_every_page(runtime, project, ask):
    ask(CapableModel({"music": ["ska"], "health law": ["deductibles"]}), latency=0.3)
    at = open_attributes(project, "Values")
    press(at, "elicit_all")
    at.switch_page("pages/prompts.py").run()
    assert not at.exception
    press(at, "sidebar_stop_Attributes")
    wait_until_asked(runtime, project)
    assert runtime.background(Elicitations).find(project.id).state == "cancelled"
    at.run()
    assert "sidebar_stop_Attributes" not in [each.key for each in at.button]


def test_the_most_tokens_of_an_answer_are_chosen_on_the_page(runtime, project, faulty_server):
    server = faulty_server(usual="only_thinking")
    use_server(runtime, project, server)
    at = open_attributes(project, "Values")
    at.number_input(key="elicit_most_tokens").set_value(77).run()
    press(at, "elicit_cell")
    wait_until_asked(runtime, project)
    assert [each.body["max_tokens"] for each in server.asked] == [77]
    assert any("all 77 tokens for thinking" in each.value for each in at.run().info)
