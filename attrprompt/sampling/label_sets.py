"""Which labels the texts of a multi-label task carry, and how many texts each label set gets.

Three ways: the reference's procedure, which iterates over the values of the leading dimension (a subtopic that belongs
to several labels makes a text with all of them); label sets with given shares; and given shares of set sizes, where
each label in turn is joined by others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from attrprompt.errors import InputError
from attrprompt.project import Project, fold_text
from attrprompt.sampling.space import leading_dimension

LabelSet = tuple[str, ...]

ZIPF_EXPONENT = 2.5
LARGEST_ZIPF_SET = 4


class LabelSetSource(StrEnum):
    """Where the label sets of a plan come from."""

    VALUES = "values"
    SETS = "sets"
    SIZES = "sizes"


class LabelSetShare(BaseModel):
    """A label set with its share of the texts; shares need not add up to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: tuple[str, ...] = Field(min_length=1, description="names")
    share: float = Field(gt=0, le=1e9)


class LabelSetOptions(BaseModel):
    """How label sets are drawn; without a source, from the leading dimension's values where there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: LabelSetSource | None = None
    sets: tuple[LabelSetShare, ...] = ()
    sizes: dict[int, float] = Field(default_factory=dict, description="number of labels to its share of the texts")

    @model_validator(mode="after")
    def _source_fits(self) -> LabelSetOptions:
        if (self.source is LabelSetSource.SETS) != bool(self.sets):
            raise ValueError("label sets with shares and the source 'sets' go together")
        if self.sizes and self.source is not LabelSetSource.SIZES:
            raise ValueError("shares of set sizes need the source 'sizes'")
        if any(size < 1 or not 0 <= share <= 1e9 for size, share in self.sizes.items()):
            raise ValueError("a set size is at least 1, its share not negative")
        if self.sizes and not sum(self.sizes.values()):
            raise ValueError("the shares of the set sizes add up to nothing")
        return self


def parse_label_sets(text: str) -> tuple[LabelSetShare, ...]:
    """Label sets from lines like `optics + robotics = 3`; a line without a share counts one.

    Raises:
        InputError: a line cannot be read; the message names it.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        names, separator, share = line.rpartition("=")
        labels = tuple(name.strip() for name in (names if separator else line).split(" + ") if name.strip())
        try:
            found.append(LabelSetShare(labels=labels, share=float(share) if separator else 1.0))
        except ValueError as error:
            raise InputError(
                f"Line {number} is no label set with its share. Write it like: optics + robotics = 3."
            ) from error
    if not found:
        raise InputError("No label set is given. Write one on each line, like: optics + robotics = 3.")
    return tuple(found)


def zipf_sizes(largest: int) -> dict[int, float]:
    """The reference's sizes of label sets for SimPrompt: `min(4, Zipf(2.5))`, at most the number of labels."""
    top = min(LARGEST_ZIPF_SET, largest)
    shares = {size: size**-ZIPF_EXPONENT for size in range(1, top)}
    everything = 1.341487257250917  # zeta(2.5)
    return {**shares, top: everything - sum(shares.values())}


def draw_label_sets(
    project: Project,
    counts: Mapping[str, int],
    options: LabelSetOptions,
    rng: np.random.Generator,
    fixed: Mapping[str, str] | None = None,
) -> dict[LabelSet, int]:
    """How many texts each label set gets, in the document's order; labels inside a set stand in that order too.

    Args:
        project: the document.
        counts: label id to the number of texts asked for; their sum is the number of texts. With the values as the
            source a value weighs its own weight times the mean count of its labels, so that equal counts give the
            reference's procedure: every value equally often.
        options: where the sets come from.
        rng: breaks ties and chooses partners.
        fixed: dimension id to the folded text that it is fixed to; of the leading dimension only that value counts.

    Raises:
        InputError: the project cannot give such label sets.
    """
    total = sum(counts.values())
    leading = leading_dimension(project)
    source = options.source or (LabelSetSource.SIZES if leading is None else LabelSetSource.VALUES)
    if source is LabelSetSource.VALUES:
        sets = _sets_from_values(project, leading, counts, total, rng, fixed or {})
    elif source is LabelSetSource.SETS:
        sets = _sets_as_given(project, options, total, rng)
    else:
        sets = _sets_by_size(project, counts, options.sizes or zipf_sizes(len(project.labels)), rng)
    position = {label_id: index for index, (label_id, _) in enumerate(project.ordered_labels())}
    return dict(sorted(sets.items(), key=lambda pair: [position[label_id] for label_id in pair[0]]))


def apportion(total: int, shares: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Whole numbers with this sum, each next to its share (largest remainders; ties by chance)."""
    wanted = total * shares / shares.sum()
    counts: NDArray[np.int64] = np.floor(wanted + 1e-9).astype(np.int64)
    order = np.lexsort((rng.random(len(shares)), -np.round(wanted - counts, 9)))
    counts[order[: total - int(counts.sum())]] += 1
    return counts


def _ordered(project: Project, label_ids: Sequence[str]) -> LabelSet:
    return tuple(label_id for label_id, _ in project.ordered_labels() if label_id in label_ids)


def _sets_from_values(
    project: Project,
    leading: str | None,
    counts: Mapping[str, int],
    total: int,
    rng: np.random.Generator,
    fixed: Mapping[str, str],
) -> Counter[LabelSet]:
    if leading is None:
        raise InputError(
            "Label sets from values need a dimension whose values differ by label. Add one, or give set sizes."
        )
    dimension = project.dimensions[leading]
    values = [value for _, value in dimension.ordered() if fixed.get(leading) in (None, fold_text(value.text))]
    weights = np.array([value.weight * np.mean([counts.get(label, 0) for label in value.labels]) for value in values])
    if not weights.sum():
        raise InputError(f"No value of '{dimension.name}' belongs to the labels that were asked for. Add some first.")
    wanted = np.array([counts.get(label_id, 0) for label_id in project.labels], dtype=np.float64)
    members = np.array([[label_id in value.labels for label_id in project.labels] for value in values])
    found: Counter[LabelSet] = Counter()
    for value, count in zip(values, _apportion_to_labels(total, weights, members, wanted, rng).tolist(), strict=True):
        if count:
            found[_ordered(project, value.labels)] += count
    return found


def _apportion_to_labels(
    total: int,
    weights: NDArray[np.float64],
    members: NDArray[np.bool_],
    wanted: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """As `apportion`, but ties are not broken by chance alone, which leaves labels out where texts are few.

    Of the values that are equally next to their share, as many with one label, two, … are taken as such values there
    are, those with many labels first, and each time one whose labels lack most.

    Args:
        total: texts in all.
        weights: of each value.
        members: which value (row) belongs to which label (column).
        wanted: texts asked for of each label.
        rng: breaks the ties that are left.
    """
    exact = total * weights / weights.sum()
    counts: NDArray[np.int64] = np.floor(exact + 1e-9).astype(np.int64)
    rest = total - int(counts.sum())
    if not rest:
        return counts
    left = np.where(weights > 0, np.round(exact - counts, 9), -1.0)
    last = np.sort(left)[-rest]
    counts[left > last] += 1
    tied = np.flatnonzero(left == last)
    sizes, have = np.unique(members[tied].sum(axis=1), return_counts=True)
    quotas = apportion(rest - int((left > last).sum()), have.astype(np.float64), rng)
    shares = members / members.sum(axis=1, keepdims=True)
    given = (counts @ members).astype(np.float64)
    luck = rng.random(len(weights))
    for size, quota in sorted(zip(sizes.tolist(), quotas.tolist(), strict=True), reverse=True):
        pool = tied[members[tied].sum(axis=1) == size]
        for _ in range(quota):
            load = shares[pool] @ np.divide(given, wanted, out=np.zeros_like(given), where=wanted > 0)
            index = int(np.lexsort((luck[pool], np.round(load, 9)))[0])
            counts[pool[index]] += 1
            given += members[pool[index]]
            pool = np.delete(pool, index)
    return counts


def _sets_as_given(
    project: Project, options: LabelSetOptions, total: int, rng: np.random.Generator
) -> Counter[LabelSet]:
    found: Counter[LabelSet] = Counter()
    given = apportion(total, np.array([entry.share for entry in options.sets]), rng)
    for entry, count in zip(options.sets, given.tolist(), strict=True):
        if count:
            found[_ordered(project, [project.find_label(name) for name in entry.labels])] += count
    return found


def _sets_by_size(
    project: Project, counts: Mapping[str, int], sizes: Mapping[int, float], rng: np.random.Generator
) -> Counter[LabelSet]:
    """Each label in turn, joined by others: together they have a leading value where there is one, else by chance."""
    labels = [label_id for label_id, _ in project.ordered_labels()]
    if max(sizes) > len(labels):
        raise InputError(f"A set of {max(sizes)} labels needs as many labels; the project has {len(labels)}.")
    leading = leading_dimension(project)
    values = project.dimensions[leading].ordered() if leading else []
    shared = list(dict.fromkeys(_ordered(project, value.labels) for _, value in values))
    anchors = np.repeat(np.arange(len(labels)), [counts.get(label_id, 0) for label_id in labels])
    ordered_sizes = sorted(sizes)
    drawn = apportion(len(anchors), np.array([sizes[size] for size in ordered_sizes]), rng)
    found: Counter[LabelSet] = Counter()
    for anchor, size in zip(anchors.tolist(), rng.permutation(np.repeat(ordered_sizes, drawn)).tolist(), strict=True):
        pools = [label_set for label_set in shared if labels[anchor] in label_set and len(label_set) >= size]
        pool = pools[rng.integers(len(pools))] if pools else labels
        others = [label_id for label_id in pool if label_id != labels[anchor]]
        chosen = [others[index] for index in rng.choice(len(others), size - 1, replace=False)] if size > 1 else []
        found[_ordered(project, [labels[anchor], *chosen])] += 1
    return found
