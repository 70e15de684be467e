"""The world as it is drawn: every inhabited country has a shape, and shapes are closed rings."""

from __future__ import annotations

from attrprompt.analysis.regions.gazetteer import load_gazetteer
from attrprompt.analysis.regions.world import WITHOUT_SHAPE, load_world


def test_the_world_has_a_shape_or_a_line_in_the_list_for_every_inhabited_country():
    features = load_world()["features"]
    shapes = {feature["properties"]["iso2"] for feature in features}
    inhabited = {code for code, people in load_gazetteer().population_of.items() if people}
    assert inhabited - shapes == set(WITHOUT_SHAPE)
    assert len(features) == 177
    assert len({feature["id"] for feature in features}) == 177


def test_shapes_are_closed_rings_on_the_globe():
    for feature in load_world()["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        for ring in (ring for polygon in polygons for ring in polygon):
            assert ring[0] == ring[-1]
            assert len(ring) >= 4
            assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)
