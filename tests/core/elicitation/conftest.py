"""What most requests are about: two labels without values."""

import pytest

from attrprompt.project import Project
from tests.documents import make_document


@pytest.fixture
def document() -> Project:
    return make_document({"music": [], "movies": []})
