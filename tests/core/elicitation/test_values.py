"""Values asked for from real servers: one that misbehaves as told, and the embedded model."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from attrprompt import edits
from attrprompt.elicitation.questions import Way
from attrprompt.elicitation.values import elicit_for_labels, elicit_values, flag_near_synonyms
from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.asking import PATIENCE, PatientClient
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.presets import load_preset
from attrprompt.project import DimensionKind, Project
from tests.faulty_server import LISTED, MODEL
from tests.word_encoder import WordEncoder


class NoWait:
    """A clock that never lets anybody wait."""

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.fixture
def document() -> Project:
    document = edits.add_labels(Project(), ["world", "sports", "business"])
    document = edits.set_task(document, text="news article", source="a news agency")
    document = edits.add_dimension(document, "subtopic", class_dependent=True)
    document = edits.add_dimension(document, "length", kind=DimensionKind.LENGTH)
    return edits.add_dimension(document, "style")


@pytest.fixture
async def ask(faulty_server):
    """`ask(document, "subtopic", "world", …)` on a server with the given settings; `ask.server` is the last one."""
    clients = []

    async def run(document, dimension="subtopic", label="world", *, server=None, **options):
        run.server = faulty_server(**(server or {}))
        clients.append(OpenAIChatClient(Endpoint(run.server.base_url, MODEL)))
        client = PatientClient(clients[-1], clock=NoWait())
        label_id = document.find_label(label) if label else None
        return await elicit_values(client, MODEL, document, document.find_dimension(dimension), label_id, **options)

    yield run
    for client in clients:
        await client.close()


def texts(values) -> list[str]:
    return [proposal.text for proposal in values.proposals]


def prompts(server) -> list[str]:
    return ["\n".join(message["content"] for message in each.body["messages"]) for each in server.asked]


@pytest.mark.parametrize("behaviour", ["bare_json", "fenced_json", "prose_json", "broken_json", "numbered", "bulleted"])
@pytest.mark.parametrize("way", list(Way))
async def test_every_form_of_reply_is_read_in_every_way_of_asking(ask, document, behaviour, way):
    server = {"usual": behaviour, "json_schema": "ignored", "json_object": "ignored"}
    values = await ask(document, server=server, way=way, n=5)
    assert texts(values) == LISTED
    assert values.problems == ()


@pytest.mark.parametrize(("schema", "objects"), [("yes", "yes"), ("rejected", "yes"), ("rejected", "rejected")])
async def test_structured_output_falls_back_step_by_step(ask, document, schema, objects):
    server = {"json_schema": schema, "json_object": objects, "answer": lambda _: "- one topic\n- another topic"}
    values = await ask(document, server=server, n=2)
    assert len(values.proposals) == 2
    asked = [(each.body.get("response_format") or {}).get("type") for each in ask.server.asked]
    steps = ["json_schema", "json_object", None]
    assert asked == steps[: 1 + (schema == "rejected") + (objects == "rejected")]


@pytest.mark.parametrize("behaviour", ["nonsense", "empty", "wrong_shape"])
async def test_replies_that_cannot_be_read_are_asked_for_again_and_then_shown_raw_with_the_reason(
    ask, document, behaviour
):
    values = await ask(document, server={"usual": behaviour}, n=3, rounds=2)
    assert values.proposals == ()
    assert len(values.replies) == len(ask.server.asked) == 4
    assert all(reply.problem for reply in values.replies)
    assert {reply.raw for reply in values.replies} == {ask.server.asked[0] and values.replies[0].raw}
    assert "4 of 4 replies could not be read" in values.problems[0]
    assert values.replies[0].prompt.startswith("user: ")


async def test_what_is_still_missing_is_asked_for_until_it_is_there(ask, document):
    answers = iter([["a cup final", "a transfer"], ["A transfer.", "the cup finals"], ["a doping ban", "a draw"]])
    server = {"answer": lambda _: json.dumps({"values": next(answers)})}
    values = await ask(document, label="sports", server=server, n=4)
    assert texts(values) == ["a cup final", "a transfer", "a doping ban", "a draw"]
    assert [drop.text for drop in values.dropped] == ["A transfer", "the cup finals"]
    assert [int(re.search(r"List (\d+)", prompt)[1]) for prompt in prompts(ask.server)] == [4, 2, 2]
    assert "- a cup final" in prompts(ask.server)[1]


async def test_it_gives_up_after_so_many_rounds_and_says_how_far_it_came(ask, document):
    server = {"answer": lambda _: json.dumps({"values": ["the same"]})}
    values = await ask(document, server=server, n=5, rounds=3)
    assert texts(values) == ["the same"]
    assert values.problems == ("1 of 5 new values after 3 requests.",)


async def test_existing_open_and_rejected_values_are_named_and_never_come_back(ask, document):
    subtopic, world = document.find_dimension("subtopic"), document.find_label("world")
    document = edits.add_values(document, subtopic, ["peace talks"], labels=[world]).project
    answer = json.dumps({"values": ["Peace Talks", "An Election!", "border disputes", "famine relief"]})
    values = await ask(
        document,
        server={"answer": lambda _: answer},
        n=4,
        rounds=1,
        existing=["an election"],
        rejected=["Border dispute"],
    )
    assert texts(values) == ["famine relief"]
    assert [drop.reason for drop in values.dropped] == [
        "the same as 'peace talks': it is there already",
        "the same as 'an election': it is there already",
        "the same as 'Border dispute': it was rejected",
    ]
    prompt = prompts(ask.server)[0]
    assert all(f"- {text}" in prompt for text in ("peace talks", "an election", "Border dispute"))


async def test_the_guidance_is_passed_on_in_every_way(ask, document):
    for way in Way:
        await ask(document, server={"usual": "bare_json"}, way=way, n=1, guidance="less US-centric")
        assert "less US-centric" in prompts(ask.server)[0]


async def test_verbalized_values_keep_their_probabilities(ask, document):
    answer = json.dumps({"values": [{"text": "a coup", "probability": 0.1}, {"text": "a flood", "probability": 90}]})
    values = await ask(document, server={"answer": lambda _: answer}, way=Way.VERBALIZED, n=2)
    assert [(each.text, each.probability) for each in values.proposals] == [("a coup", 0.1), ("a flood", None)]


async def test_headings_labels_symbols_and_essays_are_no_values(ask, document):
    answer = json.dumps({"values": ["Sports", "Topics:", "***", "x" * 151, "word " * 21, "a cup final"]})
    values = await ask(document, label="sports", server={"answer": lambda _: answer}, n=5, rounds=1)
    assert texts(values) == ["a cup final"]
    assert len(values.dropped) == 5
    assert all(drop.reason for drop in values.dropped)


async def test_lengths_are_read_as_bounds_and_others_dropped(ask, document):
    answer = json.dumps({"values": ["between 50 and 80 words", "50-80", "about a page"]})
    values = await ask(document, "length", None, server={"answer": lambda _: answer}, n=3, rounds=1)
    assert texts(values) == ["50 to 80 words"]
    assert [drop.reason for drop in values.dropped][1] == "names no number of words"


async def test_counters_and_full_stops_at_the_end_are_no_part_of_a_value(ask, document):
    answer = json.dumps({"values": ["A coup (2)", "Elections.", "Life in the U.S.", "Apollo (1969)"]})
    values = await ask(document, server={"answer": lambda _: answer}, n=4)
    assert texts(values) == ["A coup", "Elections", "Life in the U.S.", "Apollo (1969)"]


async def test_a_place_is_a_name_and_no_story(ask, document):
    document = edits.add_dimension(document, "location", kind=DimensionKind.PLACE)
    answer = json.dumps({"values": ["Lima - the capital of Peru", "one of the largest of all the islands in Asia"]})
    values = await ask(document, "location", None, server={"answer": lambda _: answer}, n=2, rounds=1)
    assert texts(values) == ["Lima"]
    assert values.dropped[0].reason == "more than 8 words"


async def test_a_reply_cut_at_the_limit_loses_its_last_half_value(ask, document):
    values = await ask(document, server={"script": ["cut"], "answer": lambda _: "1. a coup\n2. a flo"}, n=1, rounds=1)
    assert texts(values) == ["a coup"]


async def test_passing_failures_are_waited_out(ask, document):
    values = await ask(document, server={"script": ["rate_limit", "server_error", "drop"], "usual": "bare_json"}, n=5)
    assert texts(values) == LISTED


@pytest.mark.parametrize(("behaviour", "kind"), [("auth", ErrorKind.AUTH), ("unknown_model", ErrorKind.NOT_FOUND)])
async def test_a_failure_for_good_is_raised_at_once(ask, document, behaviour, kind):
    with pytest.raises(ProviderError) as failure:
        await ask(document, server={"usual": behaviour})
    assert failure.value.kind is kind
    assert len(ask.server.asked) == 1


async def test_a_failure_after_the_first_answer_keeps_what_came(ask, document):
    values = await ask(document, server={"script": ["bare_json"], "usual": "auth"}, n=9)
    assert texts(values) == LISTED
    assert "wants a key" in values.problems[0]


async def test_label_and_dimension_must_go_together(ask, document):
    with pytest.raises(InputError, match="choose a label"):
        await ask(document, "subtopic", None)
    with pytest.raises(InputError, match="do not choose a label"):
        await ask(document, "style", "world")


class TestAllLabels:
    @pytest.fixture
    async def client(self, faulty_server):
        self.server = faulty_server(answer=self.answer)
        client = OpenAIChatClient(Endpoint(self.server.base_url, MODEL))
        yield PatientClient(client, clock=NoWait())
        await client.close()

    @staticmethod
    def answer(body) -> str:
        label = re.search(r"category '(\w+)'", body["messages"][-1]["content"])[1]
        return json.dumps({"values": [f"{label} event {name}" for name in ("alpha", "beta")]})

    async def run(self, client, document, **options):
        subtopic = document.find_dimension("subtopic")
        return [step async for step in elicit_for_labels(client, MODEL, document, subtopic, n=2, **options)]

    async def test_each_label_gets_its_own_with_progress(self, client, document):
        steps = await self.run(client, document)
        assert [(step.done, step.total) for step in steps] == [(1, 3), (2, 3), (3, 3)]
        assert {step.label: texts(step.values) for step in steps} == {
            name: [f"{name} event alpha", f"{name} event beta"] for name in ("world", "sports", "business")
        }

    async def test_several_labels_are_asked_about_at_once(self, client, document):
        self.server.latency = 0.1
        await self.run(client, document, concurrency=3)
        assert self.server.most_in_flight == 3

    async def test_rejected_and_open_ones_are_kept_by_label(self, client, document):
        world = document.find_label("world")
        steps = await self.run(
            client, document, rejected={world: ["world event alpha"]}, existing={world: ["world event beta"]}
        )
        found = {step.label: len(step.values.proposals) for step in steps}
        assert found == {"world": 0, "sports": 2, "business": 2}

    async def test_stop_keeps_what_came_and_begins_nothing_more(self, client, document):
        stop = asyncio.Event()
        subtopic = document.find_dimension("subtopic")
        steps = []
        async for step in elicit_for_labels(client, MODEL, document, subtopic, n=2, concurrency=1, stop=stop):
            steps.append(step)
            stop.set()
        assert len(steps) == len(self.server.asked) == 1

    async def test_leaving_the_loop_cancels_what_is_under_way(self, client, document):
        self.server.by_prompt = {"'sports'": ["hang"], "'business'": ["hang"]}
        subtopic = document.find_dimension("subtopic")
        walk = elicit_for_labels(client, MODEL, document, subtopic, n=2, concurrency=3)
        async with asyncio.timeout(20):
            first = await anext(walk)
            await walk.aclose()
        assert first.label == "world"

    async def test_a_label_whose_requests_keep_failing_says_so_and_the_others_go_on(self, client, document):
        self.server.by_prompt = {"'sports'": ["server_error"]}
        steps = {step.label: step.values for step in await self.run(client, document)}
        assert texts(steps["sports"]) == []
        assert "failed by itself" in steps["sports"].problems[0]
        assert len(steps["world"].proposals) == len(steps["business"].proposals) == 2
        assert sum("'sports'" in prompt for prompt in prompts(self.server)) == PATIENCE.attempts[ErrorKind.SERVER_ERROR]

    async def test_a_refused_key_ends_it_for_all(self, client, document):
        self.server.usual = "auth"
        self.server.answer = None
        with pytest.raises(ProviderError, match="key"):
            await self.run(client, document)

    async def test_a_dimension_with_the_same_values_for_all_is_not_asked_per_label(self, client, document):
        with pytest.raises(InputError, match="ask for them once"):
            [step async for step in elicit_for_labels(client, MODEL, document, document.find_dimension("style"))]


async def test_near_synonyms_of_existing_and_earlier_values_are_flagged_with_the_pair(ask, document):
    subtopic, sports = document.find_dimension("subtopic"), document.find_label("sports")
    document = edits.add_values(document, subtopic, ["cup final goals"], labels=[sports]).project
    answer = json.dumps({"values": ["final goals", "a chess duel"]})
    values = await ask(document, label="sports", server={"answer": lambda _: answer}, n=2)
    flagged = flag_near_synonyms(WordEncoder(), values, document)
    assert [(each.text, each.near) for each in flagged.proposals] == [
        ("final goals", "cup final goals"),
        ("a chess duel", ""),
    ]
    assert flagged.proposals[0].near_similarity == pytest.approx((2 / 3) ** 0.5)


async def test_no_further_label_is_begun_where_the_model_only_thinks(faulty_server, document):
    server = faulty_server(usual="only_thinking")
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    subtopic = document.find_dimension("subtopic")
    steps = [step async for step in elicit_for_labels(client, MODEL, document, subtopic, concurrency=1)]
    await client.close()
    assert len(steps) == len(server.asked) == 1
    assert "--max-tokens" in steps[0].values.problems[0]


@pytest.mark.slow
async def test_the_embedded_model_gives_usable_values_by_example(embedded_server, embedded_client):
    document = load_preset("agnews")
    subtopic, sports = document.find_dimension("subtopic"), document.find_label("Sports")
    values = await elicit_values(
        embedded_client, embedded_server.model, document, subtopic, sports, n=3, way=Way.BY_EXAMPLE, seed=1, rounds=3
    )
    there = {value.text for _, value in document.dimensions[subtopic].values_for(sports)}
    assert values.proposals
    assert not there & set(texts(values))
    assert all(3 <= len(text) <= 150 for text in texts(values))
