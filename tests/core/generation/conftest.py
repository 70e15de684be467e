"""Runs that a server of the test is asked for."""

from functools import partial

import pytest

from attrprompt.llm.chat import Endpoint
from tests.faulty_server import MODEL


@pytest.fixture
def plan_at(make_run, project):
    """Plans a run of ten texts a class for a server, eight requests at once: `plan_at(server, per_class=2)`."""
    plan = partial(make_run, project, per_class=10, concurrency=8, timeout=5.0)
    return lambda server, **options: plan(endpoint=Endpoint(server.base_url, MODEL), **options)
