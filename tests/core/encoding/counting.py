"""Texts, and an encoder that remembers what it was asked for."""

import numpy as np

from attrprompt.encoding.cache import hash_text

TEXTS = [
    "The striker scored twice in the final.",
    "The goalkeeper saved a penalty in extra time.",
    "Shares fell after the bank cut its forecast.",
    "Ein Satz auf Deutsch, mit Umlauten: größer, schöner.",
    "",
]


class CountingEncoder:
    """Vectors from the text's hash; remembers what it was asked for."""

    id = "counting:1"
    dimension = 8

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        seeds = [int(hash_text(text)[:8], 16) for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
