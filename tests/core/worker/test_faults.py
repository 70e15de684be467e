"""Faults from outside: a database without an answer, a worker killed at its work, caches that vanish, two apps."""

from __future__ import annotations

import logging
import os
import queue
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.demo import first_requests, seed_demo
from attrprompt.encoding.cache import VectorCache, hash_text
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import identify_encoder
from attrprompt.errors import StoreError
from attrprompt.evaluation.request import make_evaluation
from attrprompt.runtime.runtime import Runtime
from attrprompt.settings import Settings
from attrprompt.store.database import DATABASE_FILE
from attrprompt.store.jobs import JobState
from attrprompt.worker.client import JobUpdate, WorkerClient, WorkJob
from attrprompt.worker.encode import EncodeRequest
from attrprompt.worker.jobs import JobRequest, ResultT, read_result

PATIENCE = 300
ENDS = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.CLOSED)


def cache_vectors(home: Path, texts: list[str]) -> EncodeRequest:
    """A request that is done at once, because the vectors of its texts lie in the cache."""
    rows = np.eye(len(texts), 384, dtype=np.float32)
    VectorCache(home).add(identify_encoder(REFERENCE), [hash_text(text) for text in texts], rows)
    return EncodeRequest(texts=tuple(texts))


@contextmanager
def unusable_jobs(home: Path) -> Iterator[None]:
    """A database that answers with an error whatever is asked of its jobs."""
    with sqlite3.connect(home / DATABASE_FILE) as other:
        other.execute("ALTER TABLE job RENAME TO hidden")
    try:
        yield
    finally:
        with sqlite3.connect(home / DATABASE_FILE) as other:
            other.execute("ALTER TABLE hidden RENAME TO job")


class Heard(logging.Handler):
    """Waits for a record instead of sleeping."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self.happened = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if self._words in record.getMessage():
            self.happened.set()


@contextmanager
def listening(words: str) -> Iterator[threading.Event]:
    handler = Heard(words)
    logger = logging.getLogger("attrprompt.worker.client")
    logger.addHandler(handler)
    try:
        yield handler.happened
    finally:
        logger.removeHandler(handler)


def wait_for_end(runtime: Runtime, job_id: str) -> JobState:
    ticks = threading.Event()
    for _ in range(PATIENCE * 20):
        job = runtime.store.jobs.find(job_id)
        if job is not None and job.state in ENDS:
            return job.state
        ticks.wait(0.05)
    raise AssertionError("the job never ended")


def test_a_database_that_fails_is_said_and_every_job_has_its_end(runtime: Runtime) -> None:
    first = cache_vectors(runtime.home, ["a goal"])
    with listening("could not be kept") as refused:
        job_id = runtime.submit_job(first)
        with unusable_jobs(runtime.home):
            assert refused.wait(PATIENCE)
            with pytest.raises(StoreError, match=r"The database cannot be used \(no such table: job\)\. Make room"):
                runtime.store.jobs.find(job_id)
            with pytest.raises(StoreError, match="cannot be used"):
                runtime.submit_job(EncodeRequest(texts=("another",)))
    assert wait_for_end(runtime, job_id) is JobState.DONE
    assert wait_for_end(runtime, runtime.submit_job(cache_vectors(runtime.home, ["a rate"]))) is JobState.DONE


class Watch:
    """What a client says, waited for."""

    def __init__(self) -> None:
        self.updates: queue.Queue[JobUpdate] = queue.Queue()

    def wait(self, job_id: str, *states: JobState, words: str = "") -> JobUpdate:
        while True:
            update = self.updates.get(timeout=PATIENCE)
            if update.job_id == job_id and update.state in states and words in update.message:
                return update

    def finish(self, client: WorkerClient, request: JobRequest[ResultT]) -> JobUpdate:
        job = WorkJob(request)
        client.submit(job)
        return self.wait(job.id, *ENDS)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def client(tmp_path: Path, watch: Watch) -> Iterator[WorkerClient]:
    client = WorkerClient(tmp_path, watch.updates.put)
    yield client
    client.close()


def kill_at(client: WorkerClient, watch: Watch, request: JobRequest[ResultT], words: str) -> JobUpdate:
    """Kill the worker once it says that it is at this, and give the job's end."""
    job = WorkJob(request)
    client.submit(job)
    watch.wait(job.id, JobState.RUNNING, words=words)
    assert client.process_id is not None
    os.kill(client.process_id, signal.SIGKILL)
    return watch.wait(job.id, *ENDS)


@pytest.mark.slow
def test_a_worker_killed_while_it_encodes_keeps_what_it_encoded(
    tmp_path: Path, client: WorkerClient, watch: Watch
) -> None:
    texts = tuple(f"news {number}" for number in range(150))
    request = EncodeRequest(texts=texts)
    killed = kill_at(client, watch, request, "Encoded")
    assert (killed.state, "was killed" in killed.message) == (JobState.FAILED, True)
    again = watch.finish(client, request)
    assert again.state is JobState.DONE
    assert again.result_path is not None
    assert 0 < read_result(EncodeRequest, again.result_path).encoded < len(texts)


@pytest.mark.slow
@pytest.mark.parametrize(("work", "words"), [("drawing", "Fitting the map"), ("training", "training on")])
def test_a_worker_killed_while_it_draws_or_trains_leaves_no_result_and_the_next_job_runs(
    tmp_path: Path, client: WorkerClient, watch: Watch, work: str, words: str
) -> None:
    runtime = Runtime(Settings(home=tmp_path))
    project = seed_demo(runtime)
    shutil.rmtree(tmp_path / "cache" / "jobs")
    train, test = runtime.store.datasets.list_all(project.id)
    drawing = next(request for request in first_requests(runtime.store, project) if isinstance(request, MapRequest))
    training = make_evaluation(runtime.store, project, [[train]], test)
    runtime.close()
    killed = kill_at(client, watch, drawing if work == "drawing" else training, words)
    assert (killed.state, "was killed" in killed.message) == (JobState.FAILED, True)
    assert not list((tmp_path / "cache" / "jobs").glob("*"))
    assert watch.finish(client, cache_vectors(tmp_path, ["a goal"])).state is JobState.DONE


def test_caches_deleted_under_the_worker_end_in_a_result_or_a_sentence(
    tmp_path: Path, client: WorkerClient, watch: Watch
) -> None:
    assert watch.finish(client, cache_vectors(tmp_path, ["a goal"])).state is JobState.DONE
    shutil.rmtree(tmp_path / "cache")
    assert watch.finish(client, cache_vectors(tmp_path, ["a rate"])).state is JobState.DONE
    (tmp_path / "cache" / "jobs").rename(tmp_path / "cache" / "gone")
    (tmp_path / "cache" / "jobs").write_text("a file where a folder was")
    refused = watch.finish(client, cache_vectors(tmp_path, ["a vote"]))
    assert refused.state is JobState.FAILED
    assert refused.message.endswith(".")
    (tmp_path / "cache" / "jobs").unlink()
    assert watch.finish(client, cache_vectors(tmp_path, ["a star"])).state is JobState.DONE


def test_two_app_servers_on_a_home_have_their_own_workers_and_see_each_others_results(runtime: Runtime) -> None:
    other = Runtime(Settings(home=runtime.home))
    try:
        requests = [cache_vectors(runtime.home, [word]) for word in ("one", "two")]
        jobs = [app.submit_job(request) for app, request in zip((runtime, other), requests, strict=True)]
        assert [wait_for_end(app, job) for app, job in zip((other, runtime), jobs, strict=True)] == [JobState.DONE] * 2
        other.close()
        assert wait_for_end(runtime, runtime.submit_job(cache_vectors(runtime.home, ["three"]))) is JobState.DONE
    finally:
        other.close()
