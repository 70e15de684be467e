"""The worker: a real process that does jobs, is cancelled, crashes, idles away and goes when nobody listens."""

import json
import os
import queue
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from pydantic import SecretStr

from attrprompt.encoding.cache import VectorCache, hash_text
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import identify_encoder
from attrprompt.errors import InputError, StoreError, WorkerError
from attrprompt.store.jobs import JobState
from attrprompt.worker.client import WorkerClient, WorkJob
from attrprompt.worker.context import JobContext
from attrprompt.worker.encode import Encoded, EncodeRequest
from attrprompt.worker.jobs import (
    JOBS,
    JobRequest,
    find_result,
    find_result_file,
    hash_input,
    perform_order,
    read_result,
    run_job,
)
from tests.scripts import run_script

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120

KINDS = """
import os, threading
from typing import ClassVar
import numpy as np
from attrprompt.errors import InputError
from attrprompt.worker.jobs import Arrays, JobRequest, register

class Plain(dict):
    def to_json(self):
        return dict(self)

    @classmethod
    def from_json(cls, plain):
        return cls(plain)

class Sum(JobRequest[Plain]):
    kind: ClassVar[str] = "probe.sum"
    numbers: tuple[int, ...]
    unit: str = ""

@register(Sum, Plain)
def add_up(request, context):
    with open(context.home / "calls", "a") as file:
        file.write("x")
    context.progress(0.5, "Half way")
    return Plain(sum=sum(request.numbers))

class Squares:
    def __init__(self, squares):
        self.squares = squares

    def to_arrays(self):
        return Arrays({"squares": self.squares}, {"n": len(self.squares)})

    @classmethod
    def from_arrays(cls, kept):
        assert kept.facts == {"n": len(kept.arrays["squares"])}
        return cls(kept.arrays["squares"])

class MakeSquares(JobRequest[Squares]):
    kind: ClassVar[str] = "probe.squares"
    n: int

@register(MakeSquares, Squares)
def make_squares(request, context):
    return Squares(np.arange(request.n) ** 2)

class Describe(JobRequest[Plain]):
    kind: ClassVar[str] = "probe.process"
    url: str = ""

@register(Describe, Plain, keeps_result=False)
def describe(request, context):
    key = context.api_key.get_secret_value() if context.api_key else None
    return Plain(pid=os.getpid(), nice=os.nice(0), threads=context.threads, omp=os.environ["OMP_NUM_THREADS"], key=key)

class Hang(JobRequest[Plain]):
    kind: ClassVar[str] = "probe.hang"

@register(Hang, Plain, keeps_result=False)
def hang(request, context):
    context.progress(0.25, "Hanging")
    threading.Event().wait()

class Refuse(JobRequest[Plain]):
    kind: ClassVar[str] = "probe.refuse"

@register(Refuse, Plain)
def refuse(request, context):
    raise InputError("These texts cannot be used. Choose others.")

class Fail(JobRequest[Plain]):
    kind: ClassVar[str] = "probe.defect"

@register(Fail, Plain)
def fail(request, context):
    return Plain(never=1 / 0)

class Die(JobRequest[Plain]):
    kind: ClassVar[str] = "probe.die"

@register(Die, Plain)
def die(request, context):
    os.kill(os.getpid(), 9)

class Chatter(JobRequest[Plain]):
    kind: ClassVar[str] = "probe.chatter"

@register(Chatter, Plain)
def chatter(request, context):
    print("a library talks", flush=True)
    os.write(1, b"so does C code\\n")
    return Plain(said=True)
"""


class Unknown(JobRequest[Encoded]):
    kind: ClassVar[str] = "probe.nothing"


def ask(kind, **fields):
    """A request of a kind of this test's own module."""
    return JOBS[f"probe.{kind}"].request(**fields)


def read(request, update):
    """The result that an update names."""
    return read_result(type(request), update.result_path)


class Watch:
    """What a client said, job by job; waits instead of sleeping."""

    def __init__(self):
        self.updates = queue.Queue()
        self.seen = []

    def wait_for(self, job_id, *states):
        while True:
            found = [each for each in self.seen if each.job_id == job_id and each.state in states]
            if found:
                return found[-1]
            self.seen.append(self.updates.get(timeout=PATIENCE))

    def finish(self, client, request, **facts):
        job = WorkJob(request, **facts)
        client.submit(job)
        return self.wait_for(job.id, JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@pytest.fixture
def kinds(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "probe_kinds.py").write_text(KINDS)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return "probe_kinds"


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def make_client(tmp_path, kinds, watch):
    made = []

    def make(**options):
        made.append(WorkerClient(tmp_path, watch.updates.put, modules=[kinds], **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client):
    return make_client()


def hang(client, watch):
    """Submit a job that never ends; gives its id and the worker's process number."""
    job = WorkJob(ask("hang"))
    client.submit(job)
    while watch.wait_for(job.id, JobState.RUNNING).progress != 0.25:
        watch.seen.append(watch.updates.get(timeout=PATIENCE))
    return job.id, client.process_id


def wait_until_gone(process_id):
    """Wait for the end of a process, our child or not."""
    try:
        handle = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], PATIENCE)[0], "the process is still there"
    finally:
        os.close(handle)


def test_a_job_is_queued_runs_and_gives_its_result(client, watch):
    final = watch.finish(client, ask("sum", numbers=[1, 2, 3]))
    assert final.state is JobState.DONE
    assert final.progress == 1.0
    assert read(ask("sum", numbers=[1]), final) == {"sum": 6}
    states = [update.state for update in watch.seen]
    assert states[0] is JobState.QUEUED
    assert ("Half way", 0.5) in [(update.message, update.progress) for update in watch.seen]
    assert {update.input_hash for update in watch.seen} == {hash_input(ask("sum", numbers=[1, 2, 3]))}


def test_arrays_come_back_with_their_facts(client, watch):
    request = ask("squares", n=4)
    np.testing.assert_array_equal(read(request, watch.finish(client, request)).squares, [0, 1, 4, 9])


def test_the_same_input_is_not_computed_again_even_by_another_process(tmp_path, make_client, watch):
    one = make_client()
    request = ask("sum", numbers=[1, 2], unit="m")
    first = watch.finish(one, request)
    again = make_client()
    second = watch.finish(again, ask("sum", unit="m", numbers=[1, 2]))
    assert first.result_path == second.result_path == find_result_file(tmp_path, request)
    assert run_job(request, JobContext(tmp_path)) == {"sum": 3}
    assert again.process_id is None
    assert (tmp_path / "calls").read_text() == "x"


def test_the_process_is_polite_and_stays_warm(make_client, watch):
    client = make_client(threads=3)
    facts = [read(ask("process"), watch.finish(client, ask("process"))) for _ in range(2)]
    assert facts[0] == facts[1]
    assert facts[0]["pid"] == client.process_id
    assert facts[0]["nice"] >= 10
    assert (facts[0]["threads"], facts[0]["omp"]) == (3, "3")


def test_by_default_one_core_is_left_to_the_app(client, watch):
    facts = read(ask("process"), watch.finish(client, ask("process")))
    assert facts["threads"] == max(1, len(os.sched_getaffinity(0)) - 1)


def test_a_key_reaches_the_job_and_no_file_of_the_client(tmp_path, client, watch):
    request = ask("process", url="x")
    final = watch.finish(client, request, api_key=SecretStr("sk-secret"))
    assert read(request, final)["key"] == "sk-secret"
    final.result_path.unlink()  # the probe itself wrote it there
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"sk-secret" in path.read_bytes()]


def test_prints_of_libraries_do_not_disturb_the_talk(tmp_path, client, watch):
    assert watch.finish(client, ask("chatter")).state is JobState.DONE
    log = (tmp_path / "logs" / "worker.log").read_text()
    assert "a library talks" in log
    assert "so does C code" in log


def test_cancelling_a_running_job_leaves_the_next_one_its_turn(client, watch):
    job_id, process_id = hang(client, watch)
    waiting = WorkJob(ask("sum", numbers=[4]))
    client.submit(waiting)
    assert client.cancel(job_id)
    assert watch.wait_for(job_id, JobState.CANCELLED).message == "Cancelled."
    assert watch.wait_for(waiting.id, JobState.DONE).state is JobState.DONE
    assert client.process_id != process_id


def test_cancelling_a_waiting_job_leaves_the_running_one_alone(client, watch):
    _, process_id = hang(client, watch)
    waiting = WorkJob(ask("sum", numbers=[5]))
    client.submit(waiting)
    assert client.cancel(waiting.id)
    assert watch.wait_for(waiting.id, JobState.CANCELLED).message == "Cancelled before it began."
    assert client.process_id == process_id
    assert not client.cancel("no such job")


def test_a_refusal_is_told_in_its_own_words_and_the_process_stays(client, watch):
    final = watch.finish(client, ask("refuse"))
    process_id = client.process_id
    assert (final.state, final.message) == (JobState.FAILED, "These texts cannot be used. Choose others.")
    assert watch.finish(client, ask("sum", numbers=[])).state is JobState.DONE
    assert client.process_id == process_id


def test_a_defect_fails_its_job_names_the_log_and_the_next_job_runs(tmp_path, client, watch):
    final = watch.finish(client, ask("defect"))
    assert final.state is JobState.FAILED
    assert "exit status 1" in final.message
    assert "worker.log" in final.message
    assert "ZeroDivisionError" in (tmp_path / "logs" / "worker.log").read_text()
    assert watch.finish(client, ask("sum", numbers=[1])).state is JobState.DONE


def test_a_killed_worker_fails_its_job_with_advice_and_the_next_job_runs(client, watch):
    final = watch.finish(client, ask("die"))
    assert final.state is JobState.FAILED
    assert "memory ran out" in final.message
    assert watch.finish(client, ask("sum", numbers=[1])).state is JobState.DONE


def test_a_worker_killed_while_idle_is_replaced_without_a_word(client, watch):
    watch.finish(client, ask("sum", numbers=[1]))
    os.kill(client.process_id, signal.SIGKILL)
    assert watch.finish(client, ask("sum", numbers=[2])).state is JobState.DONE


def test_an_idle_worker_ends_and_the_next_job_starts_another(make_client, watch):
    client = make_client(idle_seconds=0.2)
    first = read(ask("process"), watch.finish(client, ask("process")))["pid"]
    wait_until_gone(first)
    second = read(ask("process"), watch.finish(client, ask("process")))["pid"]
    assert first != second


def test_closing_ends_everything_within_two_seconds(client, watch):
    job_id, process_id = hang(client, watch)
    waiting = WorkJob(ask("sum", numbers=[6]))
    client.submit(waiting)
    started = time.monotonic()
    client.close()
    assert time.monotonic() - started < 2
    wait_until_gone(process_id)
    for ended in (job_id, waiting.id):
        assert "app was closed" in watch.wait_for(ended, JobState.CLOSED).message
    with pytest.raises(WorkerError, match="closed"):
        client.submit(waiting)


def test_an_unknown_kind_is_refused_at_once(client):
    with pytest.raises(InputError, match="no work of the kind"):
        client.submit(WorkJob(Unknown()))


def test_a_store_that_fails_does_not_stop_the_work(tmp_path, kinds, watch):
    def keep(update):
        watch.updates.put(update)
        raise StoreError("The disk is full.")

    client = WorkerClient(tmp_path, keep, modules=[kinds])
    try:
        assert watch.finish(client, ask("sum", numbers=[1])).state is JobState.DONE
        assert watch.finish(client, ask("sum", numbers=[2])).state is JobState.DONE
    finally:
        client.close()


def start_bare(home, kinds, **options):
    command = [sys.executable, "-m", "attrprompt.worker", "--home", str(home), "--jobs", kinds]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("busy", [False, True])
def test_the_process_ends_when_its_input_closes(tmp_path, kinds, busy):
    with start_bare(tmp_path, kinds) as process:
        if busy:
            order = {"job": "1", "kind": "probe.hang", "payload": {}, "api_key": None}
            print(json.dumps(order), file=process.stdin, flush=True)
            assert json.loads(process.stdout.readline()) == {"job": "1", "event": "started"}
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_the_worker_ends_with_an_app_that_was_killed(tmp_path, kinds):
    script = f"""
import sys, threading
from pathlib import Path
import {kinds}
from attrprompt.worker.client import WorkerClient, WorkJob
def tell(update):
    if update.message == "Hanging":
        print(client.process_id, flush=True)
client = WorkerClient(Path({str(tmp_path)!r}), tell, modules=["{kinds}"])
client.submit(WorkJob({kinds}.Hang()))
threading.Event().wait()
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        worker = int(app.stdout.readline())
        app.kill()
    wait_until_gone(worker)


def test_starting_the_worker_imports_nothing_heavy(tmp_path):
    script = """
import sys
import attrprompt.worker.client, attrprompt.worker.encode
assert not {"torch", "sklearn", "umap", "openai", "transformers", "pandas"} & set(sys.modules), sorted(sys.modules)
"""
    run_script(script, seconds=PATIENCE)


# The kinds over embeddings

TEXTS = ["a goal in the last minute", "the bank cut its rates", "a new telescope", "elections in spring"]


def fill_reference(home):
    rows = np.eye(4, 8, dtype=np.float32)
    VectorCache(home).add(identify_encoder(REFERENCE), [hash_text(text) for text in TEXTS], rows)


def test_encoding_is_asked_again_because_its_cache_may_have_been_emptied(tmp_path):
    fill_reference(tmp_path)
    request = EncodeRequest(texts=TEXTS)
    assert run_job(request, JobContext(tmp_path)) == Encoded(identify_encoder(REFERENCE), texts=4, encoded=0)
    assert find_result(tmp_path, request) is None


def test_a_wrong_encoder_is_refused(tmp_path):
    with pytest.raises(InputError, match="not described"):
        perform_order("encode", {"texts": TEXTS, "encoder": {"backend": "magic"}}, JobContext(tmp_path))


@pytest.mark.slow
def test_the_worker_encodes_with_the_real_model(tmp_path, client, watch):
    request = EncodeRequest(texts=TEXTS)
    final = watch.finish(client, request)
    assert final.state is JobState.DONE, final.message
    assert read(request, final).encoded == len(TEXTS)
    rows = VectorCache(tmp_path).read(identify_encoder(REFERENCE), [hash_text(text) for text in TEXTS])
    assert rows.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
