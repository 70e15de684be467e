"""The world as it is drawn: every inhabited country has a shape, and shapes are closed rings."""

from __future__ import annotations

from attrprompt.analysis.regions.gazetteer import load_gazetteer
from attrprompt.analysis.regions.world import load_world

WITHOUT_SHAPE = (
    *("AD", "AG", "AI", "AS", "AW", "AX", "BB", "BH", "BL", "BM", "BQ", "CC", "CK", "CV", "CW", "CX", "DM", "FM", "FO"),
    *("GD", "GF", "GG", "GI", "GP", "GS", "GU", "HK", "IM", "IO", "JE", "KI", "KM", "KN", "KY", "LC", "LI", "MC", "MF"),
    *("MH", "MO", "MP", "MQ", "MS", "MT", "MU", "MV", "NF", "NR", "NU", "PF", "PM", "PN", "PW", "RE", "SC", "SG", "SH"),
    *("SJ", "SM", "ST", "SX", "TC", "TK", "TO", "TV", "VA", "VC", "VG", "VI", "WF", "WS", "YT"),
)
"""ISO 3166 codes of inhabited countries and territories that the finder knows and the map cannot show."""


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
