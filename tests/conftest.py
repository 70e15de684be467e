"""What tests of several kinds share: a misbehaving server, the embedded model, and no network beyond this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pytest_socket import socket_allow_hosts

from attrprompt.llm.embedded import EmbeddedServer
from tests.faulty_server import FaultyServer

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
