"""The map of countries: shapes that lie in this package, shaded by the share of texts that name each country.

In the page it is SVG that is written here rather than by a chart library: it needs no script, no network and no tiles,
holds each shape once for all maps, follows the reader's mode and answers to the mouse. In a file matplotlib draws it.
Projection: Equal Earth (Šavrič, Patterson & Jenny 2018), which keeps areas comparable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby, pairwise

from attrprompt.analysis.regions.figures import NamedCountry, rank_countries
from attrprompt.analysis.regions.gazetteer import load_gazetteer
from attrprompt.analysis.regions.world import load_world
from attrprompt.plots.plot import Outline, Ring, ShadedMap

WIDTH = 2000  # units of the drawing across the whole equator
_HALF_EQUATOR = 2.7066299836960748  # of the projection, in radii
_NORTH, _SOUTH = 83.7, -56.0
_LEFT_OUT = "AQ"  # no label of a place here means Antarctica, and it would take a fifth of the drawing
STEPS = 5
SHADES = ("#CBD3F4", "#A6B1EC", "#7C8ADF", "#5565D3", "#2A379A")
_EMPTY, _LINE = "#F0F2F5", "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Shading:
    """Which share of a set's texts gets which shade; one for all maps of a page, so that they can be compared.

    Attributes:
        bounds: the greatest share of each step, ascending.
    """

    bounds: tuple[float, ...]

    def step_of(self, share: float) -> int:
        """The number of the step, from 1; 0 for no text at all."""
        if share <= 0:
            return 0
        return next((step for step, bound in enumerate(self.bounds, 1) if share <= bound + 1e-12), len(self.bounds))

    def describe(self) -> list[str]:
        """The steps in words."""
        ends = [f"{bound:.1%}" for bound in self.bounds]
        return [f"to {ends[0]}", *(f"{low} to {high}" for low, high in pairwise(ends))]


def make_shading(counts: Sequence[tuple[Mapping[str, int], int]]) -> Shading:
    """Steps up to the greatest share of all sets, finer where shares are small (equal steps of the square root).

    Args:
        counts: of each data set the texts that name each country, and its texts.
    """
    shares = [n / texts for countries, texts in counts if texts for n in countries.values()]
    most = max(shares, default=1.0) or 1.0
    return Shading(tuple(most * (step / STEPS) ** 2 for step in range(1, STEPS + 1)))


def define_shapes() -> str:
    """All shapes once, for the maps of a page to use; drawn nowhere by itself."""
    paths = "".join(f'<path id="country-{code}" d="{path}"/>' for code, path in _shapes().items())
    return f'<svg width="0" height="0" aria-hidden="true" class="shapes"><defs>{paths}</defs></svg>'


def draw_inline_map(name: str, counts: Mapping[str, int], texts: int, shading: Shading) -> str:
    """A map for a page that has `define_shapes` and colours the classes `s0` to `s5`."""
    described = {country.code: country for country in rank_countries(counts, texts)}
    names = load_gazetteer().country_names
    places = []
    for code in _shapes():
        country = described.get(code, NamedCountry(code, names.get(code, code), 0, 0.0))
        words = f"{escape(country.name)}: {_count(country.texts)}" + (f", {country.share:.1%}" if country.texts else "")
        step = shading.step_of(country.share)
        places.append(f'<use href="#country-{code}" class="s{step}"><title>{words}</title></use>')
    label = escape(f"Countries named in {name}; the table holds the numbers", quote=True)
    return f'<svg class="world" viewBox="{_view_box()}" role="img" aria-label="{label}">{"".join(places)}</svg>'


def shade_countries(counts: Mapping[str, int], texts: int, shading: Shading) -> ShadedMap:
    """The same map for a file of its own, with its legend."""
    shares = {country.code: country.share for country in rank_countries(counts, texts)}
    fills = (_EMPTY, *SHADES)
    return ShadedMap(
        tuple(
            Outline(rings, fills[shading.step_of(shares.get(code, 0.0))])
            for code, rings in _outline_countries().items()
        ),
        ((_EMPTY, "no text"), *zip(SHADES, shading.describe(), strict=True)),
        f"Share of {texts:,} texts",
        _box(),
        _LINE,
    )


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Degrees to units of the drawing: x grows to the east, y to the south."""
    slope = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    square = slope * slope
    sixth = square**3
    stretch = 1.340264 - 0.081106 * square + sixth * (0.000893 + 0.003796 * square)
    growth = 1.340264 - 3 * 0.081106 * square + sixth * (7 * 0.000893 + 9 * 0.003796 * square)
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(slope) / (3 * growth)
    scale = WIDTH / (2 * _HALF_EQUATOR)
    return x * scale, -slope * stretch * scale


@cache
def _outline_countries() -> dict[str, tuple[Ring, ...]]:
    """The rings of each country in whole units; what is smaller than a unit is left out."""
    outlines: dict[str, list[Ring]] = {}
    for shape in load_world():
        if shape.code == _LEFT_OUT:
            continue
        for ring in (ring for polygon in shape.polygons for ring in polygon):
            units = [(round(x), round(y)) for x, y in (project(*point) for point in _unwrap(ring))]
            outlines.setdefault(shape.code, []).append(tuple(point for point, _ in groupby(units)))
    return {code: tuple(rings) for code, rings in sorted(outlines.items())}


@cache
def _shapes() -> dict[str, str]:
    """One path for each country, each point relative to the one before, which keeps the page small."""
    return {code: "".join(map(_write_path, rings)) for code, rings in _outline_countries().items()}


def _write_path(ring: Ring) -> str:
    steps = "".join(f"l{next_x - x:g},{next_y - y:g}" for (x, y), (next_x, next_y) in pairwise(ring))
    return f"M{ring[0][0]:g},{ring[0][1]:g}{steps}Z"


def _unwrap(ring: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """A ring that crosses the 180th meridian goes on beyond it to the east, so that no line runs across the map."""
    unwrapped: list[tuple[float, float]] = []
    for longitude, latitude in ring:
        turns = round((unwrapped[-1][0] - longitude) / 360) if unwrapped else 0
        unwrapped.append((longitude + 360 * turns, latitude))
    shift = 360 if min(longitude for longitude, _ in unwrapped) < -180 else 0
    return [(longitude + shift, latitude) for longitude, latitude in unwrapped]


def _box() -> tuple[int, int, int, int]:
    top, bottom = round(project(0, _NORTH)[1]), round(project(0, _SOUTH)[1])
    return -WIDTH // 2, top, WIDTH, bottom - top


def _view_box() -> str:
    return " ".join(map(str, _box()))


def _count(n: int) -> str:
    return "no text" if not n else f"{n:,} text{'' if n == 1 else 's'}"
