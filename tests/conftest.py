"""What tests of several kinds share: a home with its store, runtime, project and runs, servers, and no network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import socket_allow_hosts

from attrprompt import edits
from attrprompt.llm.embedded import EmbeddedServer
from attrprompt.project import Project, Task
from attrprompt.records import Run
from attrprompt.runtime.runtime import Runtime, open_runtime
from attrprompt.store import Store, StoredProject
from tests.faulty_server import FaultyServer
from tests.homes import WriteText, finish_run, open_home, plan_run

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure() -> None:
    """A developer's own settings and keys must not reach the tests; processes side by side share the cores."""
    for name in list(os.environ):
        if name.startswith(("ATTRPROMPT_", "OPENAI_")):
            del os.environ[name]
    beside = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if beside > 1:  # torch reads it when it is imported; threads that wait for each other's core only spin
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // beside)))


def pytest_runtest_setup() -> None:
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home for one test. A module whose tests share one has its own `home`, made by `open_home` too."""
    with open_home(tmp_path / "home") as folder:
        yield folder


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """The store of the home."""
    opened = Store(home)
    yield opened
    opened.close()


@pytest.fixture
def runtime(home: Path) -> Runtime:
    """The runtime of the home, the same one that pages open. A command line that was run in this process closes it."""
    return open_runtime(home)


@pytest.fixture
def document() -> Project:
    """What the project is about: two labels. A module that needs more has its own `document`."""
    return edits.add_labels(Project(task=Task(text="news item")), ["World", "Sports"])


@pytest.fixture
def project(store: Store, document: Project) -> StoredProject:
    """A stored project with this document."""
    return store.projects.create("News", document, owner="ana", source="test")


@pytest.fixture
def make_run(store: Store) -> Callable[..., Run]:
    """A run of a project, finished where its texts are given: `make_run(project, per_class=2, texts=write)`."""

    def make(
        project: StoredProject,
        *,
        texts: WriteText | None = None,
        flags: Mapping[int, tuple[str, ...]] | None = None,
        **plan: Any,
    ) -> Run:
        run = plan_run(store, project, **plan)
        return run if texts is None else finish_run(store, run, texts, flags=flags)

    return make


@pytest.fixture
def faulty_server() -> Iterator[Callable[..., FaultyServer]]:
    """Starts a server that misbehaves as told: `faulty_server(script=["rate_limit", "ok"])`."""
    with ExitStack() as running:

        def start(**settings: Any) -> FaultyServer:
            return running.enter_context(FaultyServer(**settings))

        yield start


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[EmbeddedServer]:
    """The real embedded model, started once by the first test that asks it."""
    with EmbeddedServer(slots=2) as server:
        server.start()
        yield server
