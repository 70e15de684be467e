"""A data set with the places that its texts name: what all region figures are computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.finder import Mention, RegionFinder, list_continents, list_countries
from attrprompt.analysis.texts.selection import AnalysisSet, TextChoice, list_counted
from attrprompt.errors import InputError
from attrprompt.project import fold_label

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_COLUMN = {region: column for column, region in enumerate(tables.REGIONS)}


@dataclass(frozen=True)
class LocatedSet:
    """Texts with their labels, attribute values and mentions.

    Attributes:
        labels: the label under which a text is counted; of a multi-label text its first.
        label_sets: all labels of each text, where texts may have several.
        attributes: the attribute values each text was asked for.
        mentions: the places that each text names.
        items: the number of each text in its data set.
    """

    name: str
    texts: Sequence[str]
    labels: Sequence[str]
    mentions: Sequence[Sequence[Mention]]
    attributes: Sequence[Mapping[str, str]] | None = None
    label_sets: Sequence[Collection[str]] | None = None
    items: Sequence[int] | None = None

    def __post_init__(self) -> None:
        if not self.texts:
            raise InputError(f"The data set '{self.name}' has no text. Choose another, or let more texts count.")
        for column in (self.labels, self.mentions, self.attributes, self.label_sets, self.items):
            if column is not None and len(column) != len(self.texts):
                raise InputError(
                    f"The data set '{self.name}' has {len(self.texts)} texts, but {len(column)} entries in one of "
                    "its columns. Load it again."
                )

    @property
    def n(self) -> int:
        """Number of texts."""
        return len(self.texts)

    @cached_property
    def weights(self) -> FloatArray:
        """For each text (row) its weight on each region (column): 1 ÷ k on each of k continents named; else zeros."""
        weights = np.zeros((self.n, len(tables.REGIONS)))
        for row, mentions in enumerate(self.mentions):
            named = list_continents(mentions)
            for region in named:
                weights[row, _COLUMN[region]] = 1 / len(named)
        return weights

    @cached_property
    def is_located(self) -> NDArray[np.bool_]:
        """For each text whether it names a continent, through whatever place."""
        return np.asarray(self.weights.any(axis=1))

    @cached_property
    def countries(self) -> tuple[tuple[str, ...], ...]:
        """For each text the countries it names."""
        return tuple(tuple(list_countries(mentions)) for mentions in self.mentions)

    @cached_property
    def distinct_located(self) -> int:
        """Located texts, copies counted once: a copy brings no new observation."""
        return len({text for text, located in zip(self.texts, self.is_located, strict=True) if located})

    @cached_property
    def digest(self) -> str:
        """Fingerprint of texts and labels in any order: the same texts draw alike."""
        lines = sorted(
            hashlib.blake2b(f"{label}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
            for label, text in zip(self.labels, self.texts, strict=True)
        )
        return hashlib.blake2b(b"".join(lines), digest_size=16).hexdigest()

    def has(self, row: int, dimension: str, value: str) -> bool:
        """Whether a text has an attribute value, or (dimension `label`) a label."""
        if dimension == "label":
            return value in self.label_sets[row] if self.label_sets is not None else self.labels[row] == value
        return self.attributes is not None and self.attributes[row].get(dimension) == value

    def list_values(self, dimension: str) -> list[str]:
        """The labels, or the values of an attribute dimension, in order."""
        if dimension == "label":
            sets = self.label_sets if self.label_sets is not None else [(label,) for label in self.labels]
            return sorted({label for labels in sets for label in labels if label})
        return sorted({row[dimension] for row in self.attributes or () if dimension in row})

    def take(self, rows: Sequence[int]) -> LocatedSet:
        """The set of some of its texts."""
        return LocatedSet(
            self.name,
            [self.texts[i] for i in rows],
            [self.labels[i] for i in rows],
            [self.mentions[i] for i in rows],
            None if self.attributes is None else [self.attributes[i] for i in rows],
            None if self.label_sets is None else [self.label_sets[i] for i in rows],
            None if self.items is None else [self.items[i] for i in rows],
        )

    def take_with(self, dimension: str, value: str) -> LocatedSet | None:
        """The texts with a label or attribute value; None where there are none."""
        rows = [row for row in range(self.n) if self.has(row, dimension, value)]
        return self.take(rows) if rows else None

    def to_rows(self) -> Iterator[dict[str, Any]]:
        """One JSON object a text, as `analyze --rows` writes them."""
        for text, label, mentions in zip(self.texts, self.labels, self.mentions, strict=True):
            yield {
                "text": text,
                "label": label,
                "mentions": [{"text": m.surface, "country": m.country, "continent": m.continent} for m in mentions],
                "continents": list_continents(mentions),
            }


def locate_counted(
    dataset: AnalysisSet,
    choice: TextChoice,
    names: Mapping[str, str],
    mentions: Sequence[Sequence[Mention]] | None = None,
    rulings: Mapping[str, str] | None = None,
) -> LocatedSet:
    """The places in the texts of a set that count, in the set's own order.

    Args:
        dataset: the completed texts.
        choice: which of them count.
        names: the name under which each folded label is shown (`name_labels`).
        mentions: of the texts that count, where they are known; else they are found.
        rulings: what a person ruled for names, where mentions are to be found.
    """
    rows = list_counted(dataset, choice)
    texts = [dataset.texts[row] for row in rows]
    if mentions is None:
        finder = RegionFinder(rulings)
        mentions = [finder.find(text) for text in texts]
    labels = [names[fold_label(dataset.labels[row])] for row in rows]
    label_sets = None
    if dataset.label_sets is not None:
        label_sets = [
            {own, *(names[fold_label(label)] for label in dataset.label_sets[row])}
            for row, own in zip(rows, labels, strict=True)
        ]
    return LocatedSet(
        dataset.name,
        texts,
        labels,
        mentions,
        None if dataset.attributes is None else [dataset.attributes[row] for row in rows],
        label_sets,
        rows if dataset.items is None else [dataset.items[row] for row in rows],
    )
