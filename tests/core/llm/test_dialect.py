"""What an endpoint takes is learnt once, shared by all requests, and never costs a prompt its answer."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import BaseModel

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.asking import PatientClient, ask_in_form
from attrprompt.llm.chat import ChatRequest, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.connection import check_connection
from attrprompt.llm.dialect import Dialect
from tests.faulty_server import MODEL, REFUSED_FIELDS


class Values(BaseModel):
    values: list[str]


def ask_for(number: int = 0, **fields) -> ChatRequest:
    wanted = {"temperature": 0.7, "seed": number, "timeout": 20.0, **fields}
    return ChatRequest(({"role": "user", "content": f"Write {number}."},), MODEL, **wanted)


async def ask_many(server, dialect, count, **fields):
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL), dialect=dialect)
    try:
        return await asyncio.gather(*(client.complete(ask_for(number, **fields)) for number in range(count)))
    finally:
        await client.close()


@pytest.mark.parametrize("way", REFUSED_FIELDS)
async def test_a_refused_field_is_left_out_and_the_request_sent_again(faulty_server, way):
    server = faulty_server(refuses={"seed": way, "temperature": way}, latency=0.02)
    dialect = Dialect()
    replies = await ask_many(server, dialect, 40)
    assert all(reply.text for reply in replies)
    assert dialect.left_out.keys() == {"seed", "temperature"}
    asked = len(server.asked)
    await ask_many(server, dialect, 5)
    assert len(server.asked) == asked + 5
    assert not {"seed", "temperature"} & server.asked[-1].body.keys()


async def test_the_other_name_of_the_limit_is_no_race(faulty_server):
    server = faulty_server(refuses={"max_tokens": "openai"}, latency=0.02)
    dialect = Dialect()
    assert all(reply.text for reply in await ask_many(server, dialect, 40, max_tokens=9))
    assert server.asked[-1].body["max_completion_tokens"] == 9
    assert dialect.describe() == ""


async def test_where_both_names_of_the_limit_are_refused_none_is_sent(faulty_server):
    server = faulty_server(refuses={"max_tokens": "mistral", "max_completion_tokens": "mistral"})
    dialect = Dialect()
    assert (await ask_many(server, dialect, 1))[0].text
    assert "max_completion_tokens" in dialect.describe()


async def test_what_was_learnt_is_kept_and_can_be_forgotten(faulty_server):
    kept = []
    dialect = Dialect(on_learnt=lambda known, sentence: kept.append((known.to_json(), sentence)))
    server = faulty_server(refuses={"seed": "mistral", "max_tokens": "openai"})
    await ask_many(server, dialect, 3)
    again = Dialect(kept[-1][0])
    before = len(server.asked)
    await ask_many(server, again, 1)
    assert len(server.asked) == before + 1
    assert [sentence for _, sentence in kept if sentence] == ["Not sent, because the endpoint refuses it: seed."]
    again.forget()
    server.refuses = {}
    await ask_many(server, again, 1)
    assert {"seed", "max_tokens"} <= server.asked[-1].body.keys()


async def test_a_refused_value_is_for_the_person_to_mend(faulty_server):
    server = faulty_server(usual="unprocessable")
    dialect = Dialect()
    with pytest.raises(ProviderError) as failure:
        await ask_many(server, dialect, 1)
    assert failure.value.kind is ErrorKind.BAD_REQUEST and not dialect.left_out
    assert len(server.asked) == 1


async def test_a_refused_form_is_asked_for_in_words_once_for_all_who_ask(faulty_server):
    server = faulty_server(refuses={"response_format": "mistral"}, usual="prose_json")
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    for _ in range(3):  # each question of a person has a patient client of its own
        answer = await ask_in_form(PatientClient(client), ask_for(), Values)
        assert answer.value is not None and len(answer.value.values) == 5
    await client.close()
    assert ["response_format" in each.body for each in server.asked] == [True, True, False, False, False]


async def test_a_test_of_the_connection_names_what_is_refused(faulty_server):
    server = faulty_server(refuses={"seed": "mistral", "temperature": "openai_value"})
    dialect = Dialect({"left_out": {"top_p": "once"}})
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL), dialect=dialect)
    report = await check_connection(client, MODEL)
    await client.close()
    assert report.ok
    assert report.message.endswith("Not sent, because the endpoint refuses them: seed, temperature.")
