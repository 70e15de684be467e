"""What most requests are about, two labels without values, and the embedded model to ask."""

import pytest

from attrprompt.llm.embedded_client import EmbeddedChatClient
from attrprompt.project import Project
from tests.documents import make_document


@pytest.fixture
def document() -> Project:
    return make_document({"music": [], "movies": []})


@pytest.fixture
async def embedded_client(embedded_server):
    client = EmbeddedChatClient(embedded_server)
    yield client
    await client.close()
