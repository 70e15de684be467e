"""Constraints that a model proposes from sampled configurations."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from attrprompt import edits
from attrprompt.elicitation.constraints import draw_configurations, elicit_constraints
from attrprompt.elicitation.proposals import accept_proposals, propose_constraint
from attrprompt.errors import InputError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.project import DimensionKind, Project
from attrprompt.sampling import find_empty_labels
from tests.documents import make_document
from tests.faulty_server import MODEL


@pytest.fixture
def document() -> Project:
    document = make_document({"health care": ["Obamacare", "nurses"], "sports": ["surfing"]})
    document = edits.add_dimension(document, "location", kind=DimensionKind.PLACE)
    return edits.add_values(document, document.find_dimension("location"), ["Oceania", "North America"]).project


@pytest.fixture
async def ask(faulty_server):
    clients = []

    async def run(document, answer, script=(), **options):
        run.server = faulty_server(answer=answer, script=list(script))
        clients.append(OpenAIChatClient(Endpoint(run.server.base_url, MODEL)))
        return await elicit_constraints(clients[-1], MODEL, document, **options)

    yield run
    for client in clients:
        await client.close()


def name_lines(pattern: str, first: str, second: str):
    """An answer that names every shown line that the pattern fits."""

    def answer(body) -> str:
        lines = re.findall(rf"^(\d+)\. (?=.*{pattern})", body["messages"][-1]["content"], re.MULTILINE)
        clashes = [{"number": int(n), "first": first, "second": second, "reason": "it does not exist"} for n in lines]
        return json.dumps({"clashes": clashes})

    return answer


async def test_a_clash_of_two_dimensions_becomes_one_constraint_over_the_values_that_met(ask, document):
    answer = name_lines("Obamacare.*Oceania", "Subtopic", "location")
    found = await ask(document, answer, configurations=40)
    assert [(each.text, each.reason) for each in found.proposals] == [
        ("subtopic 'Obamacare' × location 'Oceania'", "it does not exist")
    ]
    assert found.configurations == 40
    assert len(ask.server.asked) == 4


async def test_a_clash_with_the_category_becomes_a_constraint_for_that_label(ask, document):
    found = await ask(document, name_lines("sports.*Oceania", "category", "location"), configurations=20)
    assert [each.labels for each in found.proposals] == [(document.find_label("sports"),)]
    after = accept_proposals(document, [propose_constraint(found.proposals[0], "model:m")])
    assert find_empty_labels(after) == {}


async def test_a_clash_that_would_leave_a_label_nothing_is_not_proposed(ask, document):
    found = await ask(document, name_lines("sports", "category", "subtopic"), configurations=20)
    assert found.proposals == ()
    assert "no configuration for: sports" in found.dropped[0].reason


async def test_what_is_forbidden_already_is_not_proposed_again(ask, document):
    subtopic, location = document.find_dimension("subtopic"), document.find_dimension("location")
    pair = {
        subtopic: [k for k, v in document.dimensions[subtopic].values.items() if v.text == "Obamacare"],
        location: [k for k, v in document.dimensions[location].values.items() if v.text == "Oceania"],
    }
    document = edits.set_constraint(document, values=pair)
    found = await ask(document, name_lines("Obamacare.*Oceania", "subtopic", "location"), configurations=40)
    assert found.proposals == ()


async def test_unknown_parts_and_numbers_are_dropped_with_the_reason(ask, document):
    clashes = [
        {"number": 99, "first": "subtopic", "second": "location", "reason": ""},
        {"number": 1, "first": "weather", "second": "location", "reason": "rain"},
    ]
    found = await ask(document, lambda _: json.dumps({"clashes": clashes}), configurations=4)
    assert [drop.reason for drop in found.dropped] == [
        "there is no configuration of this number",
        "it does not name two parts of the configuration",
    ]


async def test_stop_shows_nothing_more_and_keeps_what_came(ask, document):
    stop, heard = asyncio.Event(), []

    def hear(shown: int, of: int) -> None:
        heard.append((shown, of))
        stop.set()

    answer = name_lines("Obamacare.*Oceania", "subtopic", "location")
    found = await ask(document, answer, configurations=40, stop=stop, on_shown=hear)
    assert heard == [(10, 40)]
    assert found.configurations == 10
    assert len(ask.server.asked) == 1


async def test_a_failure_after_the_first_answer_keeps_what_came(ask, document):
    answer = name_lines("Obamacare.*Oceania", "subtopic", "location")
    found = await ask(document, answer, configurations=40, script=["ok", "auth"])
    assert len(found.replies) == 1
    assert "key" in found.problems[0]


async def test_no_clash_is_a_good_answer(ask, document):
    found = await ask(document, lambda _: '{"clashes": []}', configurations=10)
    assert (found.proposals, found.dropped, found.problems) == ((), (), ())


async def test_a_reply_that_cannot_be_read_is_shown_as_it_came(ask, document):
    found = await ask(document, lambda _: "All fine, I think!", configurations=10)
    assert found.replies[0].raw == "All fine, I think!"
    assert "could not be read" in found.problems[0]


def test_configurations_are_spread_over_labels_and_the_same_for_a_seed(document):
    drawn = draw_configurations(document, 9, seed=1)
    labels = [each.label_id for each in drawn]
    assert {labels.count(label_id) for label_id in document.labels} == {4, 5}
    assert drawn == draw_configurations(document, 9, seed=1)


def test_a_project_without_values_has_nothing_to_combine():
    with pytest.raises(InputError, match="nothing to combine"):
        draw_configurations(edits.add_label(Project(), "sports"), 5, seed=0)
