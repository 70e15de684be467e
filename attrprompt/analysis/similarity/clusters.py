"""Groups of similar texts, each with the words that set it apart.

k-means rather than a density method: in 384 dimensions HDBSCAN leaves most short texts out as noise, and on the two
dimensions of a map it would count distances that are no evidence. k-means in the full space places every text, and
needs one number that a person understands. Where none is given, the silhouette chooses it.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attrprompt.encoding.encoder import Vectors
from attrprompt.errors import InputError

STARTS = 5
SILHOUETTE_SAMPLE = 1_000
CHOICE_SAMPLE = 2_000
MOST_CLUSTERS = 12
LEAST_PER_CLUSTER = 5
"""Texts a cluster on average, when the number of clusters is chosen."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """Texts in clusters, the largest cluster first.

    Attributes:
        labels: for each text the number of its cluster, from 0.
        sizes: texts in each cluster.
        silhouette: mean silhouette with cosine distance (Rousseeuw 1987), −1 to 1 and higher is more distinct, on at
            most `SILHOUETTE_SAMPLE` texts; None for one cluster.
    """

    labels: NDArray[np.int64]
    sizes: tuple[int, ...]
    silhouette: float | None


def cluster_vectors(vectors: Vectors, number: int | None = None, seed: int = 0) -> Clustering:
    """k-means over unit vectors (squared Euclidean distance there is 2 − 2 cosine), seeded.

    Args:
        number: clusters to make; None tries 2 to `MOST_CLUSTERS` and takes the one with the highest silhouette, and
            makes one of texts that are all alike.

    Raises:
        InputError: there are fewer different texts than clusters, or none.
    """
    distinct = len({row.tobytes() for row in vectors})
    if number is not None and not 1 <= number <= distinct:
        raise InputError(f"{number} clusters cannot be made of {distinct} different texts. Choose fewer.")
    if not distinct:
        raise InputError("There is no text to make clusters of. Choose a data set with texts.")
    if number is None:
        number = choose_number(vectors, seed) if distinct > 1 else 1
    return _run_kmeans(vectors, number, seed)


def choose_number(vectors: Vectors, seed: int = 0) -> int:
    """The number of clusters, from 2 to `MOST_CLUSTERS`, with the highest silhouette on a sample of the texts."""
    rows = np.random.default_rng(seed).permutation(len(vectors))[:CHOICE_SAMPLE]
    distinct = len({row.tobytes() for row in vectors[rows]})
    most = max(2, min(MOST_CLUSTERS, len(rows) // LEAST_PER_CLUSTER, distinct))
    tried = {number: _run_kmeans(vectors[rows], number, seed).silhouette for number in range(2, most + 1)}
    return max(tried, key=lambda number: (-2.0 if tried[number] is None else tried[number], -number))


def _run_kmeans(vectors: Vectors, number: int, seed: int) -> Clustering:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # many equal texts: it warns when it finds fewer clusters than asked for
        fitted = KMeans(n_clusters=number, n_init=STARTS, random_state=seed).fit(vectors)
    found, sizes = np.unique(fitted.labels_, return_counts=True)
    order = found[np.argsort(-sizes, kind="stable")]
    rank = np.zeros(number, dtype=np.int64)
    rank[order] = np.arange(len(order))
    labels = rank[fitted.labels_]
    silhouette = None
    if 1 < len(order) < len(vectors):
        rows = np.random.default_rng(seed).permutation(len(vectors))[:SILHOUETTE_SAMPLE]
        if 1 < len(np.unique(labels[rows])) < len(rows):
            silhouette = float(silhouette_score(vectors[rows], labels[rows], metric="cosine"))
    members = [np.flatnonzero(labels == cluster) for cluster in range(len(order))]
    return Clustering(
        labels=labels,
        sizes=tuple(len(rows) for rows in members),
        silhouette=silhouette,
    )


def find_keywords(
    tokens: Sequence[Sequence[str]],
    labels: Sequence[int] | NDArray[np.int64],
    top: int = 8,
    ignore: Collection[str] | None = None,
) -> list[list[str]]:
    """The words that set each cluster apart, by class-based TF-IDF (Grootendorst 2022, BERTopic, section 3.3).

    For word t in cluster c: tf(t, c) · ln(1 + A ÷ f(t)), where tf is the word's share of the cluster's tokens, f its
    count in all clusters, and A the mean number of tokens in a cluster. Ties go by the alphabet. A word of one
    character is left out.

    Args:
        tokens: the words of each text, in one case.
        labels: the cluster of each text, numbered from 0.
        top: words for each cluster.
        ignore: words to leave out; None takes scikit-learn's English stop words.

    Raises:
        InputError: texts and labels differ in number.
    """
    if len(tokens) != len(labels):
        raise InputError(f"{len(tokens)} texts came with {len(labels)} clusters. Give one cluster for each text.")
    if ignore is None:
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        ignore = ENGLISH_STOP_WORDS
    if not len(labels):
        return []
    counts: list[Counter[str]] = [Counter() for _ in range(int(max(labels)) + 1)]
    for words, label in zip(tokens, labels, strict=True):
        counts[int(label)].update(word for word in words if len(word) > 1 and word not in ignore)
    overall = sum(counts, Counter[str]())
    mean_size = overall.total() / len(counts)
    keywords = []
    for cluster in counts:
        size = cluster.total()
        weights = {word: n / size * math.log(1 + mean_size / overall[word]) for word, n in cluster.items()}
        keywords.append(sorted(weights, key=lambda word: (-weights[word], word))[:top])
    return keywords
