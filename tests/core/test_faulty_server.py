from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from attrprompt.errors import ProviderError
from attrprompt.llm.chat import ChatRequest, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from tests.faulty_server import MODEL, FaultyServer

SHARES = {"rate_limit": 0.2, "server_error": 0.2, "garbage": 0.1, "empty": 0.1}


async def ask_all(base_url, numbers, model=MODEL):
    client = OpenAIChatClient(Endpoint(base_url, model))
    outcomes = {}
    for number in numbers:
        request = ChatRequest(messages=({"role": "user", "content": f"prompt {number}"},), model=model, seed=number)
        try:
            outcomes[number] = (await client.complete(request)).text
        except ProviderError as failure:
            outcomes[number] = failure.kind
    await client.close()
    return outcomes


async def test_faults_depend_on_the_seed_and_not_on_the_order(faulty_server):
    forth = await ask_all(faulty_server(faults=SHARES, seed=3).base_url, range(60))
    back = await ask_all(faulty_server(faults=SHARES, seed=3).base_url, range(59, -1, -1))
    other = await ask_all(faulty_server(faults=SHARES, seed=4).base_url, range(60))
    assert forth == back != other


async def test_the_record_counts_what_was_answered(faulty_server):
    server = faulty_server(by_prompt={"prompt 1": ["server_error", "ok"]})
    await ask_all(server.base_url, [0, 1, 1, 2])
    assert server.answered_by_prompt == {"prompt 0": 1, "prompt 1": 1, "prompt 2": 1}
    assert server.statuses == {200: 3, 500: 1}


def test_a_behaviour_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="explode"):
        FaultyServer(script=["explode"])


async def test_it_runs_as_a_process_and_ends_with_its_stdin():
    path = Path(__file__).parents[1] / "faulty_server.py"
    with subprocess.Popen(
        [sys.executable, str(path), "--port", "0", "--answer", "numbered"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        base_url = json.loads(process.stdout.readline())["base_url"]
        outcomes = await ask_all(base_url, [7], model="any")
        with urllib.request.urlopen(base_url.removesuffix("/v1") + "/record") as response:
            record = json.load(response)
        process.stdin.close()
        assert process.wait(timeout=10) == 0
    assert outcomes[7].startswith("Here are five")
    assert record["items"] == [["prompt 7", 7, 1]]
