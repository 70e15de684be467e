"""The shapes of countries for a map that needs no network.

Made from Natural Earth at 1:110 million by way of world-atlas 2.0.2 (world.LICENSE.txt). Each feature has the
properties `iso2` and `name`; two shapes without a code of their own carry the code under which the finder counts them:
Somaliland (SO) and Northern Cyprus (CY). French Guiana and Svalbard are drawn as parts of France and Norway. Places too
small for the scale have no shape: a map must stand beside a table that lists them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

WITHOUT_SHAPE = (
    *("AD", "AG", "AI", "AS", "AW", "AX", "BB", "BH", "BL", "BM", "BQ", "CC", "CK", "CV", "CW", "CX", "DM", "FM", "FO"),
    *("GD", "GF", "GG", "GI", "GP", "GS", "GU", "HK", "IM", "IO", "JE", "KI", "KM", "KN", "KY", "LC", "LI", "MC", "MF"),
    *("MH", "MO", "MP", "MQ", "MS", "MT", "MU", "MV", "NF", "NR", "NU", "PF", "PM", "PN", "PW", "RE", "SC", "SG", "SH"),
    *("SJ", "SM", "ST", "SX", "TC", "TK", "TO", "TV", "VA", "VC", "VG", "VI", "WF", "WS", "YT"),
)
"""ISO 3166 codes of inhabited countries and territories that the finder knows and the map cannot show."""


@cache
def load_world() -> dict[str, Any]:
    """The countries as a GeoJSON feature collection; share it, do not change it."""
    world: dict[str, Any] = json.loads((Path(__file__).parent / "world.json").read_text(encoding="utf-8"))
    return world
