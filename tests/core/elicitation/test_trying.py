"""One text with a value that is not accepted yet."""

from __future__ import annotations

import pytest

from attrprompt import edits
from attrprompt.elicitation.trying import plan_trial, try_value
from attrprompt.errors import InputError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.presets import load_preset
from attrprompt.project import Method, Project
from tests.faulty_server import MODEL


@pytest.fixture
def document() -> Project:
    return load_preset("agnews")


def test_the_prompt_asks_for_the_value_and_leaves_the_project_as_it_is(document):
    before = document.content_hash
    trial = plan_trial(document, document.find_dimension("subtopic"), "a curling duel", document.find_label("Sports"))
    assert "a curling duel" in trial.prompt
    assert trial.attributes["subtopic"] == "a curling duel"
    assert set(trial.attributes) == {dimension.name for dimension in document.dimensions.values()}
    assert document.content_hash == before


def test_a_value_that_is_there_already_can_be_tried_too(document):
    subtopic, sports = document.find_dimension("subtopic"), document.find_label("Sports")
    there = document.dimensions[subtopic].values_for(sports)[0][1].text
    assert plan_trial(document, subtopic, there.upper(), sports).attributes["subtopic"] == there


def test_another_seed_draws_another_configuration_and_the_same_the_same(document):
    location = document.find_dimension("location")
    drawn = [plan_trial(document, location, "Atlantis", seed=seed) for seed in (1, 1, 2, 3, 4)]
    assert drawn[0] == drawn[1]
    assert len({(trial.label_id, trial.prompt) for trial in drawn}) > 1
    assert all(trial.attributes["location"] == "Atlantis" for trial in drawn)


def test_a_length_is_tried_with_its_bounds(document):
    trial = plan_trial(document, document.find_dimension("length"), "20-25", document.find_label("World"))
    assert "20 to 25 words" in trial.prompt


def test_a_system_message_of_the_template_goes_first(document):
    document = edits.set_template(document, Method.ATTRPROMPT, "Write about {{ label }}.", system="You are a reporter.")
    trial = plan_trial(document, document.find_dimension("length"), "20-25")
    assert [message["role"] for message in trial.messages] == ["system", "user"]


@pytest.mark.parametrize(("dimension", "value", "label"), [("subtopic", "x", None), ("location", " ", "World")])
def test_what_cannot_be_tried_is_said(document, dimension, value, label):
    with pytest.raises(InputError):
        plan_trial(document, document.find_dimension(dimension), value, document.find_label(label) if label else None)


async def test_the_text_comes_from_the_model_with_its_prompt(document, faulty_server):
    server = faulty_server(usual="echo")
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    trial = plan_trial(document, document.find_dimension("location"), "Atlantis")
    tried = await try_value(client, MODEL, trial)
    await client.close()
    assert tried.reply.text == trial.prompt
    assert tried.prompt == trial.prompt
