"""The bundled encoder, opened once for each module that asks it."""

import pytest

from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return open_encoder(REFERENCE, tmp_path_factory.mktemp("home"), threads=1)
