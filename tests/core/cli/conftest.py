"""What tests of several commands do: generate from a server."""

import pytest

from tests.faulty_server import MODEL


@pytest.fixture
def generate(run):
    """Generates with AttrPrompt in the project p1: `generate(server, "--per-class", 5)`."""
    asking = ("generate", "p1", "--method", "attrprompt", "--model", MODEL)
    return lambda server, *arguments: run(*asking, "--base-url", server.base_url, *arguments)
