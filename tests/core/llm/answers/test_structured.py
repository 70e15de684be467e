from __future__ import annotations

import json
import time
from itertools import product
from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.answers.lenient_json import read_json
from attrprompt.llm.answers.lenient_lists import read_list
from attrprompt.llm.answers.structured import (
    KnownLevels,
    Level,
    ask_structured,
    read_structured,
    refuse_empty,
    strict_schema,
)
from attrprompt.llm.asking import PatientClient, ask_by_example
from attrprompt.llm.chat import ChatRequest, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from tests.faulty_server import ANSWERS, LISTED, MODEL


class Values(BaseModel):
    model_config = ConfigDict(extra="forbid")

    values: list[str] = Field(min_length=1)


class Proposal(BaseModel):
    text: str
    reason: str = ""


class Proposals(BaseModel):
    proposals: list[Proposal]


async def ask(server, schema=Values, **options):
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    request = ChatRequest(messages=({"role": "user", "content": "List five subtopics."},), model=MODEL, seed=1)
    try:
        return await ask_structured(client, request, schema, **options)
    finally:
        await client.close()


def formats(server):
    return [(each.body.get("response_format") or {}).get("type", "none") for each in server.asked]


async def test_a_server_with_schemas_is_held_to_the_schema(faulty_server):
    server = faulty_server()
    answer = await ask(server)
    assert answer.value == Values(values=LISTED)
    assert formats(server) == ["json_schema"]
    sent = server.asked[0].body["response_format"]["json_schema"]
    assert sent["strict"] and sent["schema"]["additionalProperties"] is False


READABLE = ["bare_json", "fenced_json", "prose_json", "broken_json", "numbered", "bulleted"]


@pytest.mark.parametrize(("behaviour", "ability"), list(product(READABLE, ["ignored", "rejected"])))
async def test_any_readable_reply_is_understood_whatever_the_server_supports(faulty_server, behaviour, ability):
    server = faulty_server(usual=behaviour, json_schema=ability, json_object=ability)
    answer = await ask(server)
    assert answer.value == Values(values=LISTED)
    assert len(answer.tries) == 1


async def test_levels_are_tried_from_the_firmest_and_remembered(faulty_server):
    server = faulty_server(json_schema="rejected", json_object="rejected", usual="bare_json")
    known = KnownLevels()
    for _ in range(3):
        assert (await ask(server, endpoint=server.base_url, known=known)).value is not None
    assert formats(server) == ["json_schema", "json_object", "none", "none", "none"]
    assert "JSON schema" in server.asked[-1].prompt


async def test_a_level_in_between_is_found(faulty_server):
    server = faulty_server(json_schema="rejected")
    answer = await ask(server)
    assert answer.tries[0].level is Level.JSON_OBJECT
    assert answer.value == Values(values=LISTED)


async def test_a_server_that_overlooks_the_form_is_noticed(faulty_server):
    server = faulty_server(json_schema="ignored", json_object="ignored", usual="numbered")
    known = KnownLevels()
    for _ in range(3):
        await ask(server, endpoint="here", known=known)
    assert formats(server) == ["json_schema", "json_object", "none"]


async def test_nonsense_is_asked_again_and_every_reply_is_kept(faulty_server):
    server = faulty_server(script=["nonsense", "wrong_shape", "fenced_json"])
    answer = await ask(server)
    assert answer.value == Values(values=LISTED)
    assert [each.reply.text for each in answer.tries] == [
        ANSWERS["nonsense"],
        ANSWERS["wrong_shape"],
        ANSWERS["fenced_json"],
    ]
    assert [bool(each.problem) for each in answer.tries] == [True, True, False]
    assert [each.body["seed"] for each in server.asked] == [1, 2, 3]
    assert "could not be used" in server.asked[1].prompt


async def test_what_never_fits_comes_back_raw_with_the_reason(faulty_server):
    server = faulty_server(usual="nonsense")
    answer = await ask(server, attempts=2)
    assert answer.value is None
    assert answer.raw == ANSWERS["nonsense"]
    assert "neither JSON nor a list" in answer.problem
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [("empty", "empty"), ("refusal", "neither"), ("wrong_shape", "another form"), ("cut", "cut")],
)
async def test_the_reason_names_what_was_wrong(faulty_server, behaviour, words):
    answer = await ask(faulty_server(usual=behaviour, json_schema="ignored"), attempts=1)
    assert answer.value is None
    assert words in answer.problem


async def test_failures_that_are_not_about_the_form_are_raised(faulty_server):
    server = faulty_server(script=["server_error"])
    with pytest.raises(ProviderError) as failure:
        await ask(server)
    assert failure.value.kind is ErrorKind.SERVER_ERROR
    assert len(server.asked) == 1


async def test_a_bad_request_for_another_reason_is_raised_and_not_remembered(faulty_server):
    server = faulty_server(script=["bad_request"] * 3)
    known = KnownLevels()
    with pytest.raises(ProviderError):
        await ask(server, endpoint="here", known=known)
    assert known.best(f"here {MODEL}") is Level.JSON_SCHEMA


async def test_small_models_can_be_asked_without_a_schema(faulty_server):
    server = faulty_server(usual="numbered")
    assert (await ask(server, highest=Level.PROMPT)).value is not None
    assert formats(server) == ["none"]


@pytest.mark.parametrize(
    "reply", [json.dumps(["a", "b"]), '{"ideas": ["a", "b"]}', "1. a\n2. b", '[{"text": "a"}, "b"]']
)
def test_texts_stand_for_the_objects_that_were_asked_for(reply):
    value, problem = read_structured(reply, Proposals)
    assert problem == ""
    assert [each.text for each in value.proposals] == ["a", "b"]


@pytest.mark.parametrize(
    "reply",
    [
        '[{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]',
        '[{"id": 1, "value": "a", "description": "first"}, {"id": 2, "value": "b"}]',
        '{"values": [{"number": "1", "club": "a"}, {"number": "2", "club": "b"}]}',
        '"[\\"a\\", \\"b\\"]"',
        '```json\n"[\\"a\\", \\"b\\"]"\n```',
        '"1. a\\n2. b"',
        '{"values": "[\\"a\\", \\"b\\"]"}',
        '{"values": "1. a\\n2. b"}',
        '{"data": {"values": ["a", "b"]}}',
        '{"1": "a", "2": "b"}',
        '{"value_1": "a", "value_2": "b"}',
        '{"a": "the first", "b": "the second"}',
        "a) a\n- [x] b",
        "[x] a\n[ ] b",
        '[["a"], ["b", "the second"]]',
        '{"first": {"name": "a"}, "second": {"name": "b"}}',
        '{"values": [{"value": {"name": "a"}}, {"value": {"name": "b"}}]}',
        '["1. a\\n2. b"]',
    ],
)
def test_a_list_is_read_whatever_it_is_wrapped_in(reply):
    assert read_structured(reply, Values) == (Values(values=["a", "b"]), "")


@pytest.mark.parametrize(
    "reply", ['{"answer": "no", "reason": "I cannot"}', '{"error": "overloaded"}', '{"name": "a", "text": "b"}', '"no"']
)
def test_an_object_of_another_kind_is_no_list(reply):
    assert read_structured(reply, Values)[0] is None


@pytest.mark.parametrize(
    "reply",
    [
        "1. **a** – first\n2. **b**: second",
        '[{"id": 1, "name": "a", "description": "first"}, {"id": 2, "title": "b", "why": "second"}]',
        '{"a": "first", "b": "second"}',
        "1. a\n   - first\n2. b\n   - second",
    ],
)
def test_explanations_go_where_the_form_has_room_for_them(reply):
    value, problem = read_structured(reply, Proposals)
    assert problem == ""
    assert [(each.text, each.reason) for each in value.proposals] == [("a", "first"), ("b", "second")]


class NonEmpty(BaseModel):
    values: Annotated[list[str], AfterValidator(refuse_empty)]


@pytest.mark.parametrize("reply", ['{"values": []}', "[]", "```json\n[]\n```", '{"values": ["", " "]}'])
def test_an_empty_list_is_no_answer_and_the_schema_says_nothing_of_it(reply):
    assert read_structured(reply, NonEmpty) == (None, "The list in the reply is empty.")
    assert "minItems" not in json.dumps(strict_schema(NonEmpty))


@pytest.mark.parametrize("way", [ask_structured, None])
async def test_a_reply_that_is_only_thinking_is_not_asked_for_again(faulty_server, way):
    server = faulty_server(usual="only_thinking")
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    request = ChatRequest(messages=({"role": "user", "content": "List five."},), model=MODEL, max_tokens=200)
    if way is ask_structured:
        structured = await ask_structured(client, request, Values)
        value, problem = structured.value, structured.problem
    else:
        answer = await ask_by_example(PatientClient(client), request, Values)
        value, problem = answer.value, answer.problem
        assert answer.is_only_thinking
    await client.close()
    assert value is None
    assert "all 200 tokens for thinking" in problem
    assert "--max-tokens" in problem
    assert len(server.asked) == 1


async def test_thinking_is_no_part_of_a_list_and_is_kept_beside_it(faulty_server):
    draft = '<think>Draft: {"values": ["x is long", "y is long", "z is long"]}</think>{"values": ["a", "b"]}'
    server = faulty_server(answer=lambda body: draft)
    answer = await ask(server)
    assert answer.value == Values(values=["a", "b"])
    assert answer.raw == draft


def test_several_objects_in_a_row_are_a_list():
    value, _ = read_structured('{"text": "a", "reason": "x"}\n{"text": "b"}', Proposals)
    assert [each.text for each in value.proposals] == ["a", "b"]


def test_objects_around_texts_are_taken_off():
    assert read_structured('{"values": [{"name": "a"}, {"name": "b"}]}', Values)[0] == Values(values=["a", "b"])


@pytest.mark.parametrize("reply", ["no idea [sic]", "I think {x} is fine", "", "see [1] and [2]", "{", "[" * 5_000])
def test_brackets_in_prose_are_not_taken_for_an_answer(reply):
    value, problem = read_structured(reply, Values)
    assert value is None
    assert problem


def test_hostile_replies_are_read_in_bounded_time():
    before = time.process_time()
    for reply in ("[1," * 50_000, '{"a":' * 20_000, "- " * 60_000, "```" * 30_000):
        assert list(read_json(reply)) == []
        assert len(read_list(reply)) <= 1
    assert time.process_time() - before < 20  # seconds of work; it takes one


def test_list_items_lose_marker_and_emphasis_only():
    reply = "Intro:\n 1) **Bold** move\n2. “Quoted”\n10. It's 3.5 % - more\n• A, B;\n– dash\n-5 degrees\nOutro."
    assert read_list(reply) == ["**Bold** move", "Quoted", "It's 3.5 % - more", "A, B", "dash"]


def test_strict_schemas_require_every_property_and_allow_no_other():
    schema = strict_schema(Proposals)
    proposal = schema["$defs"]["Proposal"]
    assert proposal["required"] == ["text", "reason"]
    assert proposal["additionalProperties"] is schema["additionalProperties"] is False
    assert "default" not in json.dumps(schema)
