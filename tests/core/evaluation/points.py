"""Points around three centres, as embeddings of three classes."""

import numpy as np

from attrprompt.evaluation.probe import Texts

CLASSES = 3


def make_texts(n, seed, noise=1.5, part=0):
    """Points around three centres; the same centres for every seed."""
    centres = np.random.default_rng(99).normal(size=(CLASSES, 8))
    codes = np.arange(n) % CLASSES
    vectors = centres[codes] + np.random.default_rng(seed).normal(size=(n, 8)) * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Texts(vectors.astype(np.float32), codes, np.full(n, part))
