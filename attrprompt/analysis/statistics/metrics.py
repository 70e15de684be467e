"""What each figure means: the text that opens beside it on every page and in every report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way a figure points to more diverse texts."""

    HIGHER = "higher is more diverse"
    LOWER = "lower is more diverse"
    NEITHER = "neither way is better"


class Basis(StrEnum):
    """What is made equal before sets are compared in a figure."""

    TOKENS = "equal tokens"
    TEXTS = "equal number of texts"
    FEW_TEXTS = "equal number of texts, at most 200"


@dataclass(frozen=True)
class Metric:
    """Definition of one figure.

    Attributes:
        primary: whether it carries a verdict; all others are exploratory.
        ratio: whether "a is k times b" makes sense for it.
        minimum: the least value it can take.
        maximum: the greatest.
    """

    key: str
    title: str
    definition: str
    source: str
    direction: Direction
    unit: str
    basis: Basis
    primary: bool = False
    ratio: bool = True
    minimum: float = 0.0
    maximum: float = math.inf

    @property
    def role(self) -> str:
        """`primary` or `exploratory`."""
        return "primary" if self.primary else "exploratory"


_METRICS = (
    Metric(
        "vocabulary_size",
        "Vocabulary",
        "Number of different words in as many tokens of each set. Words are Unicode word segments, case-folded.",
        "AttrPrompt (Yu et al. 2023) counts the vocabulary of the whole set; equal tokens are ours.",
        Direction.HIGHER,
        "words",
        Basis.TOKENS,
        primary=True,
    ),
    Metric(
        "vocabulary_size_per_class",
        "Vocabulary within a class",
        "Number of different words in the texts of one label, at as many tokens for each label, averaged over labels.",
        "AttrPrompt (Yu et al. 2023), averaged within class; equal tokens are ours.",
        Direction.HIGHER,
        "words",
        Basis.TOKENS,
    ),
    Metric(
        "distinct_1",
        "Distinct-1",
        "Different words ÷ all words, pooled over the texts.",
        "Li et al. 2016, A Diversity-Promoting Objective Function",
        Direction.HIGHER,
        "share",
        Basis.TOKENS,
        maximum=1.0,
    ),
    Metric(
        "distinct_2",
        "Distinct-2",
        "Different pairs of neighbouring words ÷ all such pairs; no pair reaches from one text into the next.",
        "Li et al. 2016, A Diversity-Promoting Objective Function",
        Direction.HIGHER,
        "share",
        Basis.TOKENS,
        maximum=1.0,
    ),
    Metric(
        "distinct_3",
        "Distinct-3",
        "Different triples of neighbouring words ÷ all such triples; no triple reaches from one text into the next.",
        "Li et al. 2016, A Diversity-Promoting Objective Function",
        Direction.HIGHER,
        "share",
        Basis.TOKENS,
        maximum=1.0,
    ),
    Metric(
        "mattr",
        "MATTR",
        "Share of different words in a window of 50 words, averaged over all windows of the texts put one after the "
        "other in a fixed order.",
        "Covington & McFall 2010, Cutting the Gordian Knot",
        Direction.HIGHER,
        "share",
        Basis.TOKENS,
        maximum=1.0,
    ),
    Metric(
        "mtld",
        "MTLD",
        "How many words it takes on average until the share of different words falls below 0.72; mean of reading "
        "the texts, in a fixed order, forwards and backwards.",
        "McCarthy & Jarvis 2010, MTLD, vocd-D, and HD-D",
        Direction.HIGHER,
        "words",
        Basis.TOKENS,
    ),
    Metric(
        "hdd",
        "HD-D",
        "Expected share of different words in 42 words drawn at random from all words of the texts.",
        "McCarthy & Jarvis 2007, vocd: a theoretical and empirical evaluation",
        Direction.HIGHER,
        "share",
        Basis.TOKENS,
        maximum=1.0,
    ),
    Metric(
        "ingf",
        "Inter-text n-gram frequency",
        "Take a text at random and one of its word triples at random: how many of 1,000 other texts hold that triple "
        "too. The paper names INGF without a formula that we could check; this definition is ours, and its numbers "
        "are not the paper's.",
        "after Mishra et al. 2020, DQI; definition ours",
        Direction.LOWER,
        "texts per 1,000",
        Basis.TOKENS,
        maximum=1000.0,
    ),
    Metric(
        "compression_ratio",
        "Compression ratio",
        "Bytes of the texts, one a line in a fixed order, ÷ bytes after gzip at level 9. Repetition compresses well.",
        "Shaib et al. 2024, Standardizing the Measurement of Text Diversity",
        Direction.LOWER,
        "times",
        Basis.TOKENS,
    ),
    Metric(
        "self_repetition",
        "Self-repetition",
        "For each text, ln(1 + the sum, over its different runs of four words, of how many other texts hold that "
        "run); mean over texts.",
        "Salkar et al. 2022, Self-Repetition in Abstractive Neural Summarizers",
        Direction.LOWER,
        "log count",
        Basis.TOKENS,
    ),
    Metric(
        "self_bleu",
        "Self-BLEU",
        "BLEU-4 of each text with all other texts as references, averaged over at most 200 texts; a precision of 0 "
        "counts as 0.1 ÷ its n-grams.",
        "Zhu et al. 2018, Texygen; smoothing: Chen & Cherry 2014, method 1",
        Direction.LOWER,
        "score 0 to 1",
        Basis.TOKENS,
        maximum=1.0,
    ),
    Metric(
        "tokens_per_text",
        "Words per text",
        "Mean number of words of a text.",
        "plain count",
        Direction.NEITHER,
        "words",
        Basis.TEXTS,
    ),
    Metric(
        "aps",
        "Pairwise similarity (APS)",
        "Mean cosine of the sentence embeddings of all pairs of texts.",
        "AttrPrompt (Yu et al. 2023), average pairwise sample similarity",
        Direction.LOWER,
        "cosine",
        Basis.TEXTS,
        ratio=False,
        minimum=-1.0,
        maximum=1.0,
    ),
    Metric(
        "aps_intra",
        "Pairwise similarity within a class",
        "Mean cosine of the sentence embeddings of all pairs of texts of one label, averaged over labels.",
        "AttrPrompt (Yu et al. 2023), intra-class APS",
        Direction.LOWER,
        "cosine",
        Basis.TEXTS,
        primary=True,
        ratio=False,
        minimum=-1.0,
        maximum=1.0,
    ),
    Metric(
        "aps_inter",
        "Pairwise similarity between classes",
        "Mean cosine of the sentence embeddings of all pairs of texts that share no label.",
        "AttrPrompt (Yu et al. 2023), inter-class APS",
        Direction.LOWER,
        "cosine",
        Basis.TEXTS,
        ratio=False,
        minimum=-1.0,
        maximum=1.0,
    ),
    Metric(
        "vendi",
        "Vendi score",
        "Effective number of different texts: exp of the entropy of the eigenvalues of the cosine matrix ÷ n. "
        "1 when all texts are the same, n when no two resemble each other.",
        "Friedman & Dieng 2023, The Vendi Score",
        Direction.HIGHER,
        "texts",
        Basis.TEXTS,
        minimum=1.0,
    ),
    Metric(
        "nearest_neighbour_distance",
        "Distance to the nearest text",
        "1 - cosine to the most similar other text, averaged over texts.",
        "Chamfer distance, as in Cox et al. 2021, Directed Diversity",
        Direction.HIGHER,
        "1 - cosine",
        Basis.FEW_TEXTS,
        maximum=2.0,
    ),
    Metric(
        "near_duplicate_rate",
        "Near-duplicates",
        "Share of texts with another text whose cosine reaches the threshold (0.90 unless changed).",
        "plain count",
        Direction.LOWER,
        "share",
        Basis.FEW_TEXTS,
        maximum=1.0,
    ),
    Metric(
        "gold_coverage",
        "Coverage of gold",
        "Share of gold texts that have a text of the set within the distance to their own 5th nearest gold text. "
        "Read it against gold's own value, made from gold texts held out.",
        "Naeem et al. 2020, Reliable Fidelity and Diversity Metrics",
        Direction.HIGHER,
        "share",
        Basis.FEW_TEXTS,
        maximum=1.0,
    ),
    Metric(
        "gold_precision",
        "Closeness to gold",
        "Share of texts that lie within the distance of some gold text to its 5th nearest gold text. Read it "
        "against gold's own value, made from gold texts held out.",
        "Kynkäänniemi et al. 2019, Improved Precision and Recall Metric",
        Direction.NEITHER,
        "share",
        Basis.FEW_TEXTS,
        maximum=1.0,
    ),
)

METRICS: dict[str, Metric] = {metric.key: metric for metric in _METRICS}
LEXICAL: tuple[str, ...] = tuple(METRICS)[: list(METRICS).index("aps")]
SIMILARITY: tuple[str, ...] = tuple(METRICS)[list(METRICS).index("aps") :]
PRIMARY: tuple[str, ...] = tuple(key for key, metric in METRICS.items() if metric.primary)
