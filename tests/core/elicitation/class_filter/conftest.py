"""What the parts of the filter are tried on."""

import pytest

from attrprompt.project import Project
from tests.core.elicitation.class_filter.subtopics import VALUES
from tests.documents import make_document


@pytest.fixture
def document() -> Project:
    return make_document(VALUES)
