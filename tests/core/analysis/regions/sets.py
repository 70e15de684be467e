"""Texts whose places are given by hand, or drawn."""

import numpy as np

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.finder import Mention, RegionFinder
from attrprompt.analysis.regions.located import LocatedSet

CODES = {"Africa": "KE", "Asia": "JP", "Europe": "FR", "North America": "US", "South America": "PE", "Oceania": "NZ"}


def mention(continent, country=None):
    return Mention("X", 0, 1, country or CODES.get(continent), continent, "country", False, ())


def locate(name, texts, labels=None, *, attributes=None, label_sets=None, rulings=None):
    """A set whose texts name what the finder finds in them."""
    mentions = [RegionFinder(rulings).find(text) for text in texts]
    return LocatedSet(name, texts, labels or [""] * len(texts), mentions, attributes, label_sets)


def make_set(named, name="set", labels=None, attributes=None, items=None):
    """A set whose texts name the continents given, one list a text."""
    return LocatedSet(
        name,
        [f"text {i}" for i in range(len(named))],
        labels or ["a"] * len(named),
        [[mention(continent) for continent in continents] for continents in named],
        attributes,
        items=items,
    )


def draw_set(shares, n, seed, name="set", labels=("a", "b")):
    rng = np.random.default_rng(seed)
    named = [[region] for region in rng.choice(tables.CONTINENTS, size=n, p=shares)]
    made = make_set(named, name, [labels[i % len(labels)] for i in range(n)])
    return LocatedSet(name, [f"{name} {seed} {i}" for i in range(n)], made.labels, made.mentions)
