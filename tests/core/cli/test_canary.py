"""A key is sent to its endpoint and stands nowhere else: not in the home, in what is written, in what is said."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attrprompt.cli.session import Session
from tests.batch_server import BatchServer
from tests.capable_model import CapableModel
from tests.faulty_server import MODEL, PHRASE

CANARY = "sk-canary-7f3a9c51e2"
MODEL_ANSWERS = CapableModel(
    values={"": ["calm", "angry"], "World": ["summits", "treaties"], "Sports": ["rowing", "chess"]},
    dimensions=[{"name": "tone", "description": "how it sounds", "class_dependent": False, "values": ["dry", "warm"]}],
)


def answer(body):
    """What the model knows, and texts that differ."""
    told = MODEL_ANSWERS(body)
    return told if told != MODEL_ANSWERS.text else f"{told} {PHRASE} {body.get('seed')}"


@pytest.fixture(autouse=True)
def key_in_the_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


def find_holders(folder):
    """The files below that hold the key."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def test_a_key_from_the_environment_stands_nowhere(run, home, tmp_path, faulty_server, monkeypatch):
    server = faulty_server(api_key=CANARY, answer=answer)
    endpoint = ("--base-url", server.base_url, "--model", MODEL)
    said = [run("new", "p1", "--labels", "World,Sports", "--domain", "news")]
    said.append(run("elicit", "p1", "dimensions", "--accept", *endpoint))
    said.append(run("elicit", "p1", "values", "tone", "--accept", "--no-embed", *endpoint))
    generate = ("generate", "p1", "--method", "attrprompt", "--per-class", 8, "--concurrency", 1, *endpoint)
    said.append(run(*generate, "--run", "made"))
    server.script += ["ok", *["auth_echo"] * 20]
    said.append(run(*generate, "--run", "refused"))
    server.script.clear()
    said.append(run("runs", "p1"))
    said.append(run("analyze", "p1", "made", "--only", "adherence", "--judge", 2, *endpoint))
    said.append(run("batch-export", "p1", "refused", "--out", tmp_path / "batch"))
    with BatchServer(api_key=CANARY, looks=0) as batches:
        submitting = ("--base-url", batches.base_url, "--model", MODEL)
        said.append(run(*generate[:-4], "--run", "batched", "--no-send", *submitting))
        said.append(run("batch-submit", "p1", "batched"))
        said.append(run("batch-poll", "p1", "batched"))
        assert batches.requests
    said.append(run("export", "p1", "made", "--format", "jsonl", "--out", tmp_path / "made.jsonl"))
    said.append(run("report", "p1", "made", "--out", tmp_path / "report.html"))

    def fail(self, result):
        raise RuntimeError(f"a defect beside {self.runtime.store.projects.find('p1').name}")

    monkeypatch.setattr(Session, "emit", fail)
    said.append(run("runs", "p1"))
    assert (home / "logs" / "errors.log").exists()
    assert [status for status, _, _ in said] == [0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1], said[-2][2]
    assert all(headers["Authorization"] == f"Bearer {CANARY}" for headers in server.headers)
    assert len(server.asked) > 20
    assert (tmp_path / "report.html").stat().st_size > 10_000
    assert CANARY not in json.dumps(said, ensure_ascii=False)
    assert find_holders(tmp_path) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="command lines of processes are read from /proc")
def test_no_command_line_bears_the_key_and_a_crash_leaves_it_nowhere(run, home, tmp_path, faulty_server):
    server = faulty_server(api_key=CANARY, latency=0.3)
    run("new", "p1", "--labels", "World,Sports", "--domain", "news")
    command = [sys.executable, "-m", "attrprompt", "--home", str(home), "generate", "p1", "--method", "simprompt"]
    command += ["--per-class", "40", "--concurrency", "2", "--run", "r1", "--base-url", server.base_url]
    sending = subprocess.Popen([*command, "--model", MODEL], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until = time.monotonic() + 120
    while len(server.asked) < 4:
        assert sending.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    lines = [_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    os.kill(sending.pid, signal.SIGKILL)
    printed, _ = sending.communicate()
    assert any(b"attrprompt" in line for line in lines)
    assert not any(CANARY.encode() in line for line in lines)
    assert CANARY.encode() not in printed
    assert run("runs", "p1")[1]["runs"][0]["state"] == "interrupted"
    assert find_holders(tmp_path) == []


def _read(path):
    try:
        return path.read_bytes()
    except OSError:  # the process ended meanwhile
        return b""
