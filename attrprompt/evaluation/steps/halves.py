"""Halves of a training set, each of which tests what the other one teaches: no gold text is looked at."""

from __future__ import annotations

import numpy as np

from attrprompt.errors import InputError
from attrprompt.evaluation.probe import Texts
from attrprompt.evaluation.scores import Codes

FEWEST_PER_CLASS = 4


def split_in_half(codes: Codes, *, seed: int) -> tuple[Codes, Codes]:
    """Rows of two halves with half of each class in each, as far as that goes."""
    rng = np.random.default_rng([seed, len(codes)])
    first = []
    for number, code in enumerate(np.unique(codes)):
        rows = rng.permutation(np.flatnonzero(codes == code))
        first.append(rows[: (len(rows) + number % 2) // 2])
    left = np.sort(np.concatenate(first))
    return left, np.setdiff1d(np.arange(len(codes)), left)


def refuse_few(texts: Texts, classes: int) -> None:
    """Halves need two texts of each class at least.

    Raises:
        InputError: a class has fewer than four.
    """
    fewest = int(np.bincount(texts.codes, minlength=classes).min())
    if fewest < FEWEST_PER_CLASS:
        raise InputError(
            f"One class has only {fewest} texts; each needs {FEWEST_PER_CLASS}, because one half of the texts judges "
            "the other. Generate more."
        )
