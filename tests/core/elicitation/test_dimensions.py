"""Dimensions asked for from a real server that answers in many forms."""

from __future__ import annotations

import json

import pytest

from attrprompt import edits
from attrprompt.elicitation.dimensions import (
    ListedDimension,
    complete_dimension,
    elicit_dimensions,
    guess_class_dependent,
    guess_kind,
)
from attrprompt.elicitation.proposals import DimensionProposal
from attrprompt.elicitation.questions import Way
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.presets import load_preset
from attrprompt.project import DimensionKind, Project
from tests.faulty_server import MODEL

FULL = {
    "dimensions": [
        {
            "name": "Location",
            "reason": "Most generated news plays in the US.",
            "class_dependent": False,
            "kind": "place",
            "clause": "It happens in {value}.",
        },
        {"name": "Mood", "reason": "", "class_dependent": False, "kind": "feeling", "clause": "No place for it."},
    ]
}


@pytest.fixture
def document() -> Project:
    document = edits.add_labels(Project(), ["world", "sports"])
    document = edits.set_task(document, text="news article", source="a news agency", examples=("A bank was robbed.",))
    return edits.add_dimension(document, "style")


@pytest.fixture
async def ask(faulty_server):
    clients = []

    async def run(document, *, server=None, **options):
        run.server = faulty_server(**(server or {}))
        clients.append(OpenAIChatClient(Endpoint(run.server.base_url, MODEL)))
        return await elicit_dimensions(clients[-1], MODEL, document, **options)

    yield run
    for client in clients:
        await client.close()


async def test_a_dimension_comes_with_reason_dependence_kind_and_clause(ask, document):
    found = await ask(document, server={"answer": lambda _: json.dumps(FULL)})
    assert found.proposals[0] == DimensionProposal(
        "location", "Most generated news plays in the US.", False, DimensionKind.PLACE, "It happens in {value}."
    )


async def test_an_unknown_kind_or_a_clause_without_a_place_for_the_value_is_replaced(ask, document):
    found = await ask(document, server={"answer": lambda _: json.dumps(FULL)})
    assert found.proposals[1] == DimensionProposal(
        "mood", "", False, DimensionKind.TEXT, "The mood of the news article is: {value}."
    )


async def test_a_numbered_list_with_reasons_is_read_and_the_rest_guessed(ask, document):
    answer = "Sure:\n1. **Subtopic**: what happened\n2. Location - \n3. Length: long or short\n4. Style: known already"
    server = {"answer": lambda _: answer, "json_schema": "rejected", "json_object": "rejected"}
    found = await ask(document, server=server)
    assert [(each.name, each.reason, each.class_dependent, each.kind.value) for each in found.proposals] == [
        ("subtopic", "what happened", True, "text"),
        ("location", "", False, "place"),
        ("length", "long or short", False, "length"),
    ]


async def test_task_labels_examples_guidance_and_what_is_known_or_struck_out_are_told(ask, document):
    await ask(
        document,
        server={"answer": lambda _: json.dumps(FULL)},
        examples=["A cat was found."],
        guidance="think of dialects",
        rejected=["reader group"],
    )
    prompt = ask.server.asked[0].prompt
    for told in ("news agency", "world", "A bank was robbed.", "A cat was found.", "dialects", "style", "reader group"):
        assert told in prompt


async def test_known_and_struck_out_dimensions_do_not_come_back(ask, document):
    answer = json.dumps({"dimensions": [{"name": name} for name in ("Style", "Reader Group", "Time", "time")]})
    found = await ask(document, server={"answer": lambda _: answer}, rejected=["reader group"])
    assert [each.name for each in found.proposals] == ["time"]


async def test_no_more_than_asked_for(ask, document):
    answer = json.dumps({"dimensions": [{"name": f"way {word}"} for word in "abcdef"]})
    assert len((await ask(document, server={"answer": lambda _: answer}, n=2)).proposals) == 2


@pytest.mark.parametrize("way", [Way.PLAIN, Way.BY_EXAMPLE])
async def test_nonsense_is_asked_for_again_and_shown_raw(ask, document, way):
    found = await ask(document, server={"usual": "nonsense"}, way=way)
    assert found.proposals == ()
    assert len(found.replies) == 4
    assert all(reply.problem and reply.raw for reply in found.replies)
    assert "shown as they came" in found.problems[0]


@pytest.mark.parametrize("name", ["", "***", "12", "x" * 61])
def test_a_dimension_without_a_usable_name_is_none(name):
    assert complete_dimension(ListedDimension(name=name), "text") is None


@pytest.mark.parametrize(
    ("name", "kind", "dependent"),
    [
        ("Geographical locations", "place", False),
        ("text length", "length", False),
        ("product_name", "text", True),
        ("writing style", "text", False),
        ("Subtopics", "text", True),
    ],
)
def test_kind_and_dependence_are_guessed_from_the_name(name, kind, dependent):
    assert (guess_kind(name).value, guess_class_dependent(name)) == (kind, dependent)


@pytest.mark.slow
async def test_the_embedded_model_proposes_something_by_example(embedded_server, embedded_client):
    document = edits.delete_dimension(load_preset("agnews"), load_preset("agnews").find_dimension("subtopic"))
    found = await elicit_dimensions(embedded_client, embedded_server.model, document, n=4, way=Way.BY_EXAMPLE, seed=3)
    assert found.proposals
    assert all("{value}" in each.clause for each in found.proposals)
