"""Whatever an endpoint sends becomes clean values or one sentence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.answers.completions import parse_body, read_chat_document, read_model_names
from attrprompt.llm.chat import ChatReply, ChatRequest, Endpoint, normalise_base_url
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.records import make_storable
from tests.faulty_server import MODEL

TEXT = "Rain fell on the harbour all morning."
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(st.characters(codec=None, exclude_categories=())),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=5), inside, max_size=4),
    max_leaves=8,
)
FIELDS = dict.fromkeys(("id", "model", "usage", "error", "object"), ANYTHING)
MESSAGES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("role", "content", "refusal", "reasoning_content", "reasoning"), ANYTHING)
)
CHOICES = st.fixed_dictionaries(
    {}, optional={"message": MESSAGES | ANYTHING, "finish_reason": ANYTHING, "error": ANYTHING, "delta": MESSAGES}
)
BODIES = ANYTHING | st.fixed_dictionaries(
    {}, optional={**FIELDS, "choices": st.lists(CHOICES | ANYTHING, max_size=3) | ANYTHING}
)


def read(document: object) -> ChatReply:
    return read_chat_document(document, base_url="http://x/v1", model="m")


def completion(content: object = TEXT, *, reason: object = "stop", **fields: object) -> dict[str, object]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": reason}
    return {"choices": [choice], "usage": {"prompt_tokens": 20, "completion_tokens": 30}, **fields}


async def ask(server, *, most_bytes=4_000_000, key=None):
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL), key, most_bytes=most_bytes)
    try:
        return await client.complete(ChatRequest(({"role": "user", "content": "Write."},), MODEL, timeout=20.0))
    finally:
        await client.close()


async def fail(server, **settings) -> ProviderError:
    with pytest.raises(ProviderError) as failure:
        await ask(server, **settings)
    return failure.value


def give(faulty_server, document, *, status=200, kind="application/json"):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return faulty_server(usual="given", given=(status, kind, body))


@given(BODIES)
def test_any_document_is_an_answer_with_storable_names_or_a_failure(document):
    try:
        reply = read(document)
    except ProviderError as failure:
        assert not make_storable(str(failure))[1]
        return
    for name in (reply.model, reply.request_id or "", reply.finish_reason or ""):
        assert not make_storable(name)[1] and len(name) <= 200
    for count in (reply.prompt_tokens, reply.completion_tokens):
        assert count is None or 0 <= count < 2**31


@given(st.binary() | BODIES.map(lambda document: json.dumps(document).encode()))
def test_any_body_is_a_document_or_a_reason(body):
    for is_stream in (False, True):
        try:
            parse_body(body, is_stream=is_stream)
        except ValueError as error:
            assert str(error)


@pytest.mark.parametrize("value", [{"a": 1}, ["x"], 10**30, True, None, 3.5, ""])
def test_an_id_or_model_that_is_no_text_is_left_out(value):
    reply = read(completion(id=value, model=value))
    assert (reply.request_id, reply.model, reply.text) == (None, "m", TEXT)


def test_names_are_made_storable_and_kept_short():
    reply = read(completion(id="a\x00b\ud800c", model="m" * 5_000))
    assert reply.request_id == "a\ufffdb\ufffdc"
    assert len(reply.model) == 200


@pytest.mark.parametrize("count", [10**30, -5, "many", [1], True, None, 1e300, float("nan")])
def test_a_count_that_cannot_be_one_is_left_out(count):
    reply = read(completion(usage={"prompt_tokens": count, "completion_tokens": 7}))
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, 7)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"choices": ' + b'{"message": ' * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b"\xff\xfe\x00",
        b"",
        b"null",
        b"data: {",
    ],
)
async def test_a_body_that_cannot_be_read_is_a_bad_response(faulty_server, body):
    failure = await fail(give(faulty_server, body))
    assert failure.kind is ErrorKind.BAD_RESPONSE
    assert "\n" not in str(failure)


async def test_content_nested_deeper_than_the_stack_is_a_bad_response(faulty_server):
    nested = '[{"type": "text", "content": ' * 450 + '"x"' + "}]" * 450
    body = f'{{"choices": [{{"message": {{"content": {nested}}}}}]}}'.encode()
    assert parse_body(body)
    assert "nested too deep" in str(await fail(give(faulty_server, body)))


@pytest.mark.parametrize("behaviour", ["endless", "bomb"])
async def test_a_body_without_an_end_is_read_up_to_the_limit(faulty_server, behaviour):
    failure = await fail(faulty_server(usual=behaviour))
    assert failure.kind is ErrorKind.BAD_RESPONSE
    assert "4 MB" in str(failure)


async def test_the_limit_counts_what_is_unpacked_and_can_be_moved(faulty_server):
    server = give(faulty_server, completion("word " * 20_000))
    assert len((await ask(server)).text) == 100_000
    assert (await fail(server, most_bytes=50_000)).kind is ErrorKind.BAD_RESPONSE


async def test_a_long_body_of_an_error_still_gives_its_status(faulty_server):
    server = give(faulty_server, b'{"message": "' + b"x" * 200_000 + b'"}', status=503)
    failure = await fail(server, most_bytes=100_000)
    assert (failure.kind, failure.status) == (ErrorKind.SERVER_ERROR, 503)


def write_stream(*events: object, ends: bool = True) -> bytes:
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([": comment\n\n", *lines, *(["data: [DONE]\n\n"] if ends else [])]).encode()


def delta(reason=None, **fields):
    return {"id": "c1", "model": "m-2", "choices": [{"index": 0, "delta": fields, "finish_reason": reason}]}


STREAM = (
    delta(role="assistant", content=""),
    delta(reasoning_content="I could name Paris. "),
    delta(reasoning_content="Or not."),
    delta(content="Rain fell on the harbour "),
    delta(content="all morning."),
    delta(reason="stop"),
    {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 9}},
)


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json", "text/plain"])
async def test_a_stream_that_nobody_asked_for_is_read_with_its_thinking_apart(faulty_server, kind):
    reply = await ask(give(faulty_server, write_stream(*STREAM), kind=kind))
    assert (reply.text, reply.thinking) == (TEXT, "I could name Paris. Or not.")
    assert (reply.finish_reason, reply.prompt_tokens, reply.completion_tokens) == ("stop", 3, 9)
    assert (reply.model, reply.request_id) == ("m-2", "c1")


async def test_a_stream_may_end_without_its_mark_but_not_before_its_answer(faulty_server):
    stream = give(faulty_server, write_stream(*STREAM, ends=False), kind="text/event-stream")
    assert (await ask(stream)).text == TEXT
    cut = give(faulty_server, write_stream(*STREAM[:4], ends=False), kind="text/event-stream")
    assert (await fail(cut)).kind is ErrorKind.BAD_RESPONSE


async def test_an_error_within_a_stream_is_one(faulty_server):
    body = write_stream(*STREAM[:4], {"error": {"code": 502, "message": "Upstream went away"}}, ends=False)
    failure = await fail(give(faulty_server, body, kind="text/event-stream"))
    assert failure.kind is ErrorKind.SERVER_ERROR
    assert "Upstream went away" in str(failure)


@pytest.mark.parametrize(
    ("choice", "kind", "words"),
    [
        ({"finish_reason": "error", "error": {"code": 502, "message": "Upstream failed"}}, "server_error", "Upstream"),
        ({"finish_reason": "error"}, "server_error", "middle of its answer"),
        ({"finish_reason": "stop", "error": {"message": "ran into a wall"}}, "server_error", "ran into a wall"),
        ({"finish_reason": "stop", "error": {"code": 429, "message": "Slow down"}}, "rate_limited", "Slow down"),
    ],
)
def test_half_an_answer_is_a_failure_with_the_words_of_its_cause(choice, kind, words):
    with pytest.raises(ProviderError) as failure:
        read({"choices": [{"message": {"content": "Rain fell on the har"}, **choice}]})
    assert failure.value.kind.value == kind
    assert words in str(failure.value)


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "model_length"])
def test_each_word_for_the_limit_of_tokens_means_a_cut_answer(reason):
    assert read(completion(reason=reason)).finish_reason == "length"


@pytest.mark.parametrize("reason", ["content_filter", "SAFETY", "PROHIBITED_CONTENT", "content_filter: RECITATION"])
@pytest.mark.parametrize("content", [None, "Rain fell on"])
def test_what_a_filter_withheld_is_a_refusal(reason, content):
    reply = read(completion(content, reason=reason))
    assert (reply.refused, reply.finish_reason, reply.text) == (True, "content_filter", content or "")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"message": "The response was filtered", "code": "content_filter", "param": "prompt"}}),
        (400, {"error": {"message": "Blocked", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}),
        (403, {"error": {"code": 403, "message": "Your input was flagged", "metadata": {"flagged_input": "x"}}}),
        (400, {"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}}),
        (200, {"error": {"code": 400, "message": "data_inspection_failed"}}),
    ],
)
async def test_a_refused_prompt_is_a_refusal_with_the_filters_words_beside_it(faulty_server, status, body):
    reply = await ask(give(faulty_server, body, status=status))
    assert (reply.text, reply.refused, reply.finish_reason) == ("", True, "content_filter")
    assert reply.raw == body["error"]["message"]
    assert not reply.is_only_thinking


async def test_a_model_that_only_thought_is_told_from_a_bad_request(faulty_server):
    message = "Could not finish the message because max_tokens or model output limit was reached."
    reply = await ask(give(faulty_server, {"error": {"message": message}}, status=400))
    assert reply.is_only_thinking and reply.finish_reason == "length"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        ("Unexpected endpoint or method. (POST /chat/completions)", ErrorKind.NOT_FOUND, "/v1"),
        ({"message": "Invalid API key"}, ErrorKind.AUTH, "key"),
        ({"code": "model_not_found", "message": "x"}, ErrorKind.NOT_FOUND, "model"),
        ({"message": "Rate limit exceeded"}, ErrorKind.RATE_LIMITED, "Rate limit"),
        ({"message": "odd", "code": "odd"}, ErrorKind.BAD_RESPONSE, "odd"),
        (
            {"message": "Provider returned error", "code": 400, "metadata": {"raw": '{"error": {"message": "Two!"}}'}},
            ErrorKind.BAD_REQUEST,
            "Provider returned error: Two!",
        ),
        ({"message": "Provider returned error", "metadata": {"raw": "plain cause"}}, ErrorKind.BAD_RESPONSE, "plain"),
    ],
)
async def test_an_error_under_200_is_told_by_what_it_says(faulty_server, error, kind, words):
    failure = await fail(give(faulty_server, {"error": error}))
    assert failure.kind is kind
    assert words in str(failure)
    assert ("HTTP 400" in str(failure)) == (kind is ErrorKind.BAD_REQUEST)  # the status that it told, or none but 200


async def test_a_missing_key_is_told_from_a_wrong_one(faulty_server):
    server = faulty_server(api_key="right")
    assert "none was sent" in str(await fail(server))
    assert "refused the key" in str(await fail(server, key="wrong"))


async def test_a_key_within_the_cause_is_taken_out(faulty_server):
    raw = json.dumps({"error": {"message": "bad key sk-secret-1"}})
    server = give(faulty_server, {"error": {"message": "x", "code": 400, "metadata": {"raw": raw}}})
    failure = await fail(server, key="sk-secret-1")
    assert "sk-secret-1" not in str(failure) and "bad key …" in str(failure)


@pytest.mark.parametrize("key", ["“sk-1234”", "sk-1234\n", "sk-\u200b1234", "sk-é"])
def test_a_key_that_no_header_carries_ends_in_a_sentence(key):
    with pytest.raises(InputError, match="API key") as error:
        OpenAIChatClient(Endpoint("http://127.0.0.1:1/v1", "m"), key)
    assert "1234" not in str(error.value)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"data": [{"id": "a"}, {"id": 5}, "x", {"id": "b\x00"}]}, ["a", "b\ufffd"]),
        ([{"id": "a"}], ["a"]),
        ({"models": [{"name": "a"}]}, ["a"]),
        ({"data": None}, None),
        ("x", None),
    ],
)
def test_a_list_of_models_is_read_as_servers_write_it(document, names):
    assert read_model_names(document) == names


@pytest.mark.parametrize("path", ["openai/deployments/d/chat/completions?api-version=2024-10-21", "?api-version=1"])
def test_an_azure_address_with_its_version_is_told_how_azure_is_reached(path):
    with pytest.raises(InputError, match=r"openai\.azure\.com/openai/v1"):
        normalise_base_url(f"https://mine.openai.azure.com/{path}")


async def test_the_v1_address_of_azure_works(faulty_server):
    server = faulty_server(root="/openai/v1", api_key="azure-key")
    assert (await ask(server, key="azure-key")).text
