"""Where texts lie on a plane: one that was drawn already is not drawn again, and it comes back as it was kept."""

import numpy as np
import pytest

from attrprompt.analysis.similarity.projection import (
    MapParameters,
    Projection,
    key_projection,
    path_projection,
    save_projection,
)
from attrprompt.analysis_jobs.map import MapRequest, TextPlane, draw_map
from attrprompt.analysis_jobs.request import Part
from attrprompt.encoding.cache import hash_text
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from tests.core.analysis_jobs.conftest import TEXTS

FEWEST = {name: own[:5] for name, own in TEXTS.items()}


@pytest.mark.parametrize(("texts", "neighbours"), [(TEXTS, 10), (FEWEST, 9)], ids=["twelve", "as few as can be"])
def test_a_plane_that_was_drawn_is_found_and_says_how_many_neighbours_it_keeps(explore, store, texts, neighbours):
    encoder_id = open_encoder(REFERENCE, store.home).id
    hashes = [hash_text(text) for own in texts.values() for text in own]
    names = [name for name, own in texts.items() for _ in own]
    line = np.arange(len(names), dtype=np.float32)
    drawn = Projection(np.stack([line, line], axis=1), line < 10)
    path = path_projection(store.home, key_projection(encoder_id, hashes, names, MapParameters()))
    save_projection(path, drawn)

    found = explore(MapRequest, draw_map, Part.SIMILARITY)
    again = TextPlane.from_arrays(found.to_arrays())
    for plane in (found, again):
        assert np.array_equal(plane.coordinates, drawn.coordinates)
        assert np.array_equal(plane.fitted, drawn.fitted)
        assert (plane.neighbours, plane.encoder) == (neighbours, encoder_id)
        assert 0 < plane.neighbours_kept == found.neighbours_kept <= 1
