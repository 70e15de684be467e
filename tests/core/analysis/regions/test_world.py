"""The world as it is drawn: every inhabited country has a shape, and shapes are closed rings."""

from __future__ import annotations

from attrprompt.analysis.regions.gazetteer import load_gazetteer
from attrprompt.analysis.regions.world import WITHOUT_SHAPE, load_world


def test_the_world_has_a_shape_or_a_line_in_the_list_for_every_inhabited_country():
    shapes = {shape.code for shape in load_world()}
    inhabited = {code for code, people in load_gazetteer().population_of.items() if people}
    assert inhabited - shapes == set(WITHOUT_SHAPE)
    assert len(load_world()) == 177
    assert shapes <= set(load_gazetteer().country_names)


def test_shapes_are_closed_rings_on_the_globe():
    for shape in load_world():
        for ring in (ring for polygon in shape.polygons for ring in polygon):
            assert ring[0] == ring[-1]
            assert len(ring) >= 4
            assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)
