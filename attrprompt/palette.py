"""The colours of the product: one palette a mode, and which colour a data set has on every chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attrprompt.records import Dataset, DatasetKind


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one mode; contrast and order are those of the design."""

    background: str
    raised: str
    text: str
    muted: str
    grid: str
    primary: str
    simprompt: str
    attrprompt: str
    gold: str
    further: tuple[str, ...]
    warning: str
    failure: str
    scale: tuple[str, ...]


LIGHT = Palette(
    background="#FFFFFF",
    raised="#F6F7F9",
    text="#1B1F24",
    muted="#5B6470",
    grid="#E3E6EA",
    primary="#3B4CCA",
    simprompt="#C2570C",
    attrprompt="#2166AC",
    gold="#1B7F5C",
    further=("#7B3FA0", "#8A6D00", "#B0306A"),
    warning="#9A6700",
    failure="#B42318",
    scale=("#EEF1FB", "#CDD4F5", "#A6B1EC", "#7C8ADF", "#5565D3", "#3B4CCA", "#2A379A"),
)


DARK = Palette(
    background="#111418",
    raised="#1A1F26",
    text="#E8ECF1",
    muted="#9AA5B1",
    grid="#2A313A",
    primary="#8C9BFF",
    simprompt="#F4A261",
    attrprompt="#6CB4EE",
    gold="#5BC8A0",
    further=("#C39BE0", "#D9B84A", "#EE8BB5"),
    warning="#E3B341",
    failure="#F1786A",
    scale=("#1D2333", "#2A3460", "#3B4890", "#5361BF", "#6E7EE6", "#8C9BFF", "#B9C2FF"),
)


def dataset_colours(datasets: Sequence[Dataset], palette: Palette) -> dict[str, str]:
    """A colour for each data set by name: the first of each kind keeps the kind's colour on every page."""
    by_kind = {
        DatasetKind.SIMPROMPT: palette.simprompt,
        DatasetKind.ATTRPROMPT: palette.attrprompt,
        DatasetKind.GOLD: palette.gold,
    }
    colours: dict[str, str] = {}
    further = 0
    for dataset in datasets:
        colour = by_kind.pop(dataset.kind, None)
        if colour is None:
            colour = palette.further[further % len(palette.further)]
            further += 1
        colours[dataset.name] = colour
    return colours


def category_colours(names: Sequence[str], palette: Palette) -> dict[str, str]:
    """Colours for labels, values or clusters, in order; they repeat after the palette's end."""
    cycle = (
        palette.attrprompt,
        palette.simprompt,
        palette.gold,
        *palette.further,
        palette.primary,
        palette.warning,
        palette.failure,
        palette.muted,
    )
    return {name: cycle[index % len(cycle)] for index, name in enumerate(names)}
