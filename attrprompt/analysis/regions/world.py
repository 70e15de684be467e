"""The shapes of countries for a map that needs no network.

Made from Natural Earth at 1:110 million by way of world-atlas 2.0.2 (world.LICENSE.txt). Two shapes without a code of
their own carry the code under which the finder counts them: Somaliland (SO) and Northern Cyprus (CY). French Guiana and
Svalbard are drawn as parts of France and Norway. Places too small for the scale have no shape: a map must stand beside
a table that lists them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Polygon = Sequence[Sequence[Sequence[float]]]
"""Closed rings of points (longitude, latitude): the outline, then holes."""


@dataclass(frozen=True)
class CountryShape:
    """A country, or a part of one that has a shape of its own.

    Attributes:
        code: the ISO 3166 code under which the finder counts it.
    """

    code: str
    polygons: Sequence[Polygon]


@cache
def load_world() -> tuple[CountryShape, ...]:
    """The shapes of all countries, read once; share them, do not change them."""
    world = json.loads((Path(__file__).parent / "world.json").read_text(encoding="utf-8"))
    shapes = []
    for feature in world["features"]:
        geometry = feature["geometry"]
        drawn = geometry["coordinates"]
        polygons = drawn if geometry["type"] == "MultiPolygon" else [drawn]
        shapes.append(CountryShape(feature["properties"]["iso2"], polygons))
    return tuple(shapes)
