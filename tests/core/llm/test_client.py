from __future__ import annotations

import asyncio
import datetime
import logging
import traceback

import pytest

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.chat import ChatRequest, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.failures import read_retry_after
from tests.faulty_server import MODEL, REFUSAL, FaultyServer

KEY = "sk-very-secret-0123456789"


def ask_for(prompt: str = "Write a news article.", **fields) -> ChatRequest:
    return ChatRequest(messages=({"role": "user", "content": prompt},), **{"model": MODEL, "timeout": 20.0, **fields})


async def ask(server: FaultyServer, request: ChatRequest | None = None, key: str | None = None):
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL), key)
    try:
        return await client.complete(request or ask_for())
    finally:
        await client.close()


async def fail(server: FaultyServer, **fields) -> ProviderError:
    with pytest.raises(ProviderError) as failure:
        await ask(server, ask_for(**fields))
    return failure.value


async def test_answer_carries_text_tokens_and_request_id(faulty_server):
    server = faulty_server()
    reply = await ask(server)
    assert reply.text.endswith(".")
    assert (reply.finish_reason, reply.model, reply.refused) == ("stop", MODEL, False)
    assert reply.prompt_tokens is not None and reply.completion_tokens is not None
    assert reply.request_id is not None and reply.request_id.startswith("chatcmpl-")
    assert 0 < reply.seconds < 20


async def test_all_parameters_reach_the_server(faulty_server):
    server = faulty_server()
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    await ask(
        server,
        ask_for(
            temperature=0.3,
            max_tokens=77,
            top_p=0.9,
            seed=5,
            repetition_penalty=1.1,
            response_schema=schema,
            extra={"min_p": 0.05},
        ),
    )
    body = server.asked[0].body
    assert body["temperature"] == 0.3 and body["max_tokens"] == 77 and body["top_p"] == 0.9 and body["seed"] == 5
    assert body["repetition_penalty"] == body["repeat_penalty"] == 1.1
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["min_p"] == 0.05


async def test_what_was_not_asked_for_is_not_sent(faulty_server):
    server = faulty_server()
    await ask(server)
    assert set(server.asked[0].body) == {"model", "messages", "temperature", "max_tokens"}


@pytest.mark.parametrize(
    "text", ["Zürich – 日本 – עברית – 👩🏽‍🚀", "tab\there\r\nand \\ \"quotes\" 'x'", "e\u0301 not é"]
)
async def test_text_passes_byte_for_byte_both_ways(faulty_server, text):
    reply = await ask(faulty_server(script=["echo"]), ask_for(text))
    assert reply.text == text


async def test_control_and_half_characters_are_left_to_the_store(faulty_server):
    server = faulty_server(script=["nul", "surrogate"])
    assert (await ask(server)).text == "before\x00after"
    assert (await ask(server)).text == "half \ud800"


async def test_refusals_empty_and_cut_answers_are_answers(faulty_server):
    server = faulty_server(script=["refusal", "refusal_field", "empty", "cut", "parts", "no_usage"])
    assert (await ask(server)).text == REFUSAL
    marked = await ask(server)
    assert (marked.text, marked.refused) == (REFUSAL, True)
    assert (await ask(server)).text == ""
    assert (await ask(server)).finish_reason == "length"
    assert (await ask(server)).text == "first, second"
    assert (await ask(server)).completion_tokens is None


@pytest.mark.parametrize(
    ("behaviour", "kind", "status"),
    [
        ("rate_limit", ErrorKind.RATE_LIMITED, 429),
        ("no_credit", ErrorKind.AUTH, 429),
        ("auth", ErrorKind.AUTH, 401),
        ("forbidden", ErrorKind.AUTH, 403),
        ("not_found", ErrorKind.NOT_FOUND, 404),
        ("unknown_model", ErrorKind.NOT_FOUND, 404),
        ("unknown_model_400", ErrorKind.NOT_FOUND, 400),
        ("bad_request", ErrorKind.BAD_REQUEST, 400),
        ("unprocessable", ErrorKind.BAD_REQUEST, 422),
        ("server_error", ErrorKind.SERVER_ERROR, 500),
        ("bad_gateway", ErrorKind.SERVER_ERROR, 502),
        ("unavailable", ErrorKind.SERVER_ERROR, 503),
        ("garbage", ErrorKind.BAD_RESPONSE, 200),
        ("html", ErrorKind.BAD_RESPONSE, 200),
        ("no_choices", ErrorKind.BAD_RESPONSE, 200),
        ("error_inside", ErrorKind.RATE_LIMITED, 429),
        ("drop", ErrorKind.CONNECTION, None),
        ("drop_midway", ErrorKind.CONNECTION, None),
    ],
)
async def test_each_failure_has_one_kind_and_a_sentence(faulty_server, behaviour, kind, status):
    failure = await fail(faulty_server(script=[behaviour]))
    assert (failure.kind, failure.status) == (kind, status)
    assert "127.0.0.1" in str(failure) and "\n" not in str(failure)
    assert failure.__cause__ is not None or failure.kind in (ErrorKind.BAD_RESPONSE, ErrorKind.RATE_LIMITED)


@pytest.mark.parametrize("behaviour", ["hang", "dribble"])
async def test_an_answer_that_takes_too_long_is_a_timeout(faulty_server, behaviour):
    failure = await fail(faulty_server(script=[behaviour]), timeout=0.3)
    assert failure.kind is ErrorKind.TIMEOUT
    assert "0.3 s" in str(failure)


async def test_where_nothing_listens_the_sentence_says_what_to_check():
    with FaultyServer() as server:
        pass
    failure = await fail(server)
    assert failure.kind is ErrorKind.CONNECTION
    assert "Check the base URL" in str(failure)


async def test_an_unknown_model_is_named(faulty_server):
    server = faulty_server()
    failure = await fail(server, model="gpt-nope")
    assert failure.kind is ErrorKind.NOT_FOUND
    assert "gpt-nope" in str(failure)


async def test_retry_after_is_read_in_all_its_forms(faulty_server):
    server = faulty_server(
        script=["rate_limit", "rate_limit_seconds", "rate_limit_ms", "rate_limit_date"], retry_after=30
    )
    assert (await fail(server)).retry_after is None
    assert (await fail(server)).retry_after == 30
    assert (await fail(server)).retry_after == 30
    assert (await fail(server)).retry_after == pytest.approx(30, abs=2)


def test_retry_after_that_makes_no_sense_is_overlooked():
    noon = datetime.datetime(2026, 3, 1, 12, 0, 0, tzinfo=datetime.UTC).timestamp()
    assert read_retry_after({"retry-after": "Sun, 01 Mar 2026 12:00:20 GMT"}, now=noon) == 20
    assert read_retry_after({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, now=noon) == 0
    for nonsense in ("soon", "-3", "nan", "inf", ""):
        assert read_retry_after({"retry-after": nonsense}) is None


async def test_the_other_name_of_the_length_limit_is_learnt(faulty_server):
    server = faulty_server(script=["wants_other_length"])
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    await client.complete(ask_for(max_tokens=9))
    await client.complete(ask_for(max_tokens=9))
    await client.close()
    assert [each.body.get("max_completion_tokens") for each in server.asked] == [None, 9, 9]
    assert "max_tokens" not in server.asked[2].body


async def test_the_key_is_sent_and_shown_nowhere(faulty_server, caplog):
    caplog.set_level(logging.DEBUG)
    server = faulty_server(api_key=KEY, script=["auth_echo"])
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL), KEY)
    with pytest.raises(ProviderError) as failure:
        await client.complete(ask_for())
    await client.complete(ask_for())
    await client.close()
    shown = repr(client) + "".join(traceback.format_exception(failure.value)) + caplog.text
    assert KEY not in shown
    assert failure.value.kind is ErrorKind.AUTH


async def test_keys_of_the_environment_are_not_sent(faulty_server, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: Bearer {KEY}")
    server = faulty_server()
    await ask(server)
    await ask(server, key="sk-mine")
    assert KEY not in str(server.headers)
    assert [each.get("Authorization") for each in server.headers] == [None, "Bearer sk-mine"]


async def test_models_are_listed(faulty_server):
    server = faulty_server(models=("one", "two"))
    client = OpenAIChatClient(Endpoint(server.base_url, "one"))
    assert await client.list_models() == ["one", "two"]
    await client.close()


async def test_many_requests_are_under_way_at_once(faulty_server):
    server = faulty_server(latency=0.5)
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    replies = await asyncio.gather(*(client.complete(ask_for(f"prompt {i}")) for i in range(300)))
    await client.close()
    assert len(replies) == 300
    assert server.most_in_flight >= 256
    assert set(server.answered_by_prompt.values()) == {1}


async def test_a_cancelled_request_leaves_the_client_usable(faulty_server):
    server = faulty_server(script=["hang"])
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    task = asyncio.create_task(client.complete(ask_for()))
    while not server.in_flight:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await client.complete(ask_for())).text
    await client.close()


@pytest.mark.parametrize("inside", [True, False])
async def test_a_redirect_is_told_and_no_prompt_goes_there(faulty_server, inside):
    other = faulty_server()
    first = faulty_server(usual="redirect", redirects_to=other.base_url)
    if inside:
        first.redirects_to = f"{first.base_url}/elsewhere"
    failure = await fail(first)
    assert (failure.kind, failure.status) == (ErrorKind.NOT_FOUND, 307)
    assert f"redirects to {first.redirects_to}/chat/completions" in str(failure)
    assert not other.asked
    assert len(first.asked) == 1
