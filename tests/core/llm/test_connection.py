from __future__ import annotations

import pytest

from attrprompt.errors import ErrorKind
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.connection import check_connection
from tests.faulty_server import MODEL, FaultyServer


async def check(server, model=MODEL, key=None, timeout=10.0):
    client = OpenAIChatClient(Endpoint(server.base_url, model), key)
    report = await check_connection(client, model, timeout=timeout)
    await client.close()
    return report


async def test_a_working_endpoint_is_reported_with_time_and_models(faulty_server):
    report = await check(faulty_server())
    assert report.ok and report.kind is None
    assert report.models == (MODEL,)
    assert report.seconds is not None and MODEL in report.message
    assert report.reply


async def test_an_endpoint_without_a_list_of_models_works_too(faulty_server):
    report = await check(faulty_server(models=()), "any-name")
    assert report.ok and report.models == ()


async def test_an_unknown_model_is_answered_with_those_that_there_are(faulty_server):
    report = await check(faulty_server(models=("one", "two")), "three")
    assert not report.ok and report.kind is ErrorKind.NOT_FOUND
    assert "three" in report.message and "one, two" in report.message


async def test_a_wrong_key_is_named(faulty_server):
    report = await check(faulty_server(api_key="right"), key="wrong-key")
    assert not report.ok and report.kind is ErrorKind.AUTH
    assert "key" in report.message and "wrong-key" not in report.message


@pytest.mark.parametrize("behaviour", ["html", "garbage", "drop"])
async def test_what_is_no_chat_endpoint_is_explained(faulty_server, behaviour):
    report = await check(faulty_server(usual=behaviour))
    assert not report.ok
    assert "endpoint" in report.message


async def test_nothing_at_the_address_is_one_sentence_at_once():
    with FaultyServer() as server:
        pass
    report = await check(server)
    assert not report.ok and report.kind is ErrorKind.CONNECTION
    assert "Check the base URL" in report.message
