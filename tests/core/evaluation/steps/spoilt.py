"""Points of three classes with labels spoilt on purpose."""

import numpy as np

from attrprompt.evaluation.probe import Texts


def make_points(n, seed, *, classes=3, width=12, flipped=0.0):
    """Points around centres that every seed shares, some labels spoilt: (unit rows, labels, which are spoilt)."""
    centres = np.random.default_rng(99).normal(size=(classes, width))
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % classes
    rows = centres[truth] + rng.normal(size=(n, width)) * 1.2
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    is_flipped = rng.random(n) < flipped
    labels = np.where(is_flipped, (truth + rng.integers(1, classes, n)) % classes, truth)
    return rows, labels, is_flipped


def make_texts(n, seed, **options):
    rows, labels, is_flipped = make_points(n, seed, **options)
    return Texts(rows.astype(np.float32), labels, np.zeros(n, dtype=np.int64)), is_flipped
