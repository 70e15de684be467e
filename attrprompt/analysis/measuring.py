"""The figures of one set in one scope: every figure on every draw, and on all texts at once.

One draw serves all figures. Lexical figures take whole texts in turn over labels until the common number of tokens;
the others take the common number of texts; figures that grow dear or saturate take at most 200 texts of the draw.
`comparison` makes estimates with intervals of what is measured here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from attrprompt.analysis.diversity.lexical import MEASURES, measure_lexical, vocabulary_size_per_class
from attrprompt.analysis.similarity import neighbours, spread
from attrprompt.analysis.statistics.estimate import DELETE_D, SubsampledFigure
from attrprompt.analysis.statistics.metrics import LEXICAL, METRICS, Basis
from attrprompt.analysis.statistics.subsampling import FEWEST_FOR_INTERVAL, Draw, Stock, SubsamplePlan, draw_repeatedly
from attrprompt.analysis.texts.selection import PreparedSet
from attrprompt.analysis.texts.tokens import TokenSample, take_whole
from attrprompt.errors import StopCheck

WHOLE_SELF_BLEU = 1_000
WHOLE_NEIGHBOURS = 25_000
_ON_TOKENS = tuple(key for key in LEXICAL if METRICS[key].basis is Basis.TOKENS)

Values = dict[str, list[float | None]]


@dataclass(frozen=True)
class ScopeFigures:
    """The subsampled figures of one set in one scope.

    Attributes:
        figures: by key, on the basis that the key names.
        equal_texts: the lexical figures once more, at equal numbers of texts instead of tokens.
        undefined: keys that some draw could not give.
    """

    figures: dict[str, SubsampledFigure]
    equal_texts: dict[str, SubsampledFigure]
    undefined: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """What is to be measured on each draw.

    Attributes:
        lexical: figures of words; needs texts only.
        similar: figures of vectors.
        gold: the gold set, for coverage and precision.
        threshold: cosine of near-duplicates.
        both_bases: whether lexical figures are also given at equal numbers of texts.
        keys: only these figures; all when None.
    """

    lexical: bool
    similar: bool
    gold: Stock | None
    threshold: float
    both_bases: bool
    keys: frozenset[str] | None = None

    def wants(self, key: str) -> bool:
        """Whether a figure is asked for."""
        return self.keys is None or key in self.keys


def measure_draws(
    stock: Stock, plan: SubsamplePlan, wanted: Wanted, *, repeats: int, seed: int, scope: str, check: StopCheck
) -> ScopeFigures:
    """Measure every wanted figure on every draw of a stock.

    Args:
        stock: the texts of the set.
        plan: the common size of the draws.
        wanted: which figures.
        repeats: number of draws.
        seed: of the draws.
        scope: its name, part of the seed.
        check: called before each draw; may raise to stop.
    """
    on_tokens: Values = defaultdict(list)
    on_texts: Values = defaultdict(list)
    equal_texts: Values = defaultdict(list)
    texts_used: dict[int, list[float]] = {plan.tokens: [], plan.few_tokens: []}
    gold_draws = None if wanted.gold is None else draw_repeatedly(wanted.gold, repeats, seed, scope)
    for draw in draw_repeatedly(stock, repeats, seed, scope):
        check()
        if wanted.lexical:
            samples = {tokens: draw.sample_tokens(tokens) for tokens in texts_used}
            for tokens, sample in samples.items():
                texts_used[tokens].append(_count_texts_used(sample))
            _measure_tokens(draw, samples, plan, wanted, on_tokens)
            whole = draw.sample_texts(plan.per_label)
            _measure_texts(whole, wanted, on_texts, equal_texts)
        if wanted.similar and stock.dataset.vectors is not None:
            gold_draw = None if gold_draws is None else next(gold_draws)
            _measure_vectors(draw, gold_draw, stock, plan, wanted, on_texts)
    return _collect(stock, plan, wanted, on_tokens, on_texts, equal_texts, texts_used)


def measure_whole(
    dataset: PreparedSet, gold: PreparedSet | None, wanted: Wanted, check: StopCheck
) -> tuple[dict[str, float], list[str]]:
    """The figures over all texts of a set that count: not comparable with another set of another size.

    Returns:
        The figures, and a sentence for each that was left out or made on fewer texts.
    """
    figures: dict[str, float | None] = {}
    notes: list[str] = []
    if wanted.lexical and len(dataset.table.ids):
        sample = take_whole(dataset.table)
        classes = [take_whole(dataset.table, texts) for texts in dataset.members.values()]
        keys = [key for key in LEXICAL if key != "self_bleu" and wanted.wants(key)]
        figures.update(measure_lexical(sample, classes, keys))
        check()
        if wanted.wants("self_bleu"):
            chosen = np.random.default_rng(0).permutation(dataset.n)[:WHOLE_SELF_BLEU]
            figures["self_bleu"] = MEASURES["self_bleu"](take_whole(dataset.table, chosen))
            if dataset.n > WHOLE_SELF_BLEU:
                notes.append(f"Self-BLEU of all texts of {dataset.name} is made on {WHOLE_SELF_BLEU:,} of them.")
    if wanted.similar and dataset.vectors is not None and dataset.n >= 2:
        figures.update(_measure_whole_vectors(dataset, gold, wanted, notes, check))
    return {key: value for key, value in figures.items() if value is not None}, notes


def _measure_tokens(
    draw: Draw, samples: Mapping[int, TokenSample], plan: SubsamplePlan, wanted: Wanted, values: Values
) -> None:
    for key in _ON_TOKENS:
        if not wanted.wants(key):
            continue
        if key == "vocabulary_size_per_class":
            if len(plan.partition.labels) > 1:
                classes = draw.sample_classes(plan.tokens // len(plan.partition.labels))
                values[key].append(vocabulary_size_per_class(classes))
        elif key == "self_bleu":
            values[key].append(MEASURES[key](samples[plan.few_tokens]))
        else:
            values[key].append(MEASURES[key](samples[plan.tokens]))


def _measure_texts(sample: TokenSample, wanted: Wanted, values: Values, equal_texts: Values) -> None:
    if wanted.wants("tokens_per_text"):
        values["tokens_per_text"].append(MEASURES["tokens_per_text"](sample))
    if wanted.both_bases:
        for key in _ON_TOKENS:
            if key not in ("vocabulary_size_per_class", "self_bleu") and wanted.wants(key):
                equal_texts[key].append(MEASURES[key](sample))


def _measure_vectors(
    draw: Draw, gold_draw: Draw | None, stock: Stock, plan: SubsamplePlan, wanted: Wanted, values: Values
) -> None:
    dataset = stock.dataset
    assert dataset.vectors is not None
    texts = draw.texts(plan.per_label)
    vectors = dataset.vectors[texts]
    if wanted.wants("aps"):
        values["aps"].append(spread.aps(vectors))
    if plan.partition.labels and (wanted.wants("aps_intra") or wanted.wants("aps_inter")):
        within, between = spread.aps_within_and_between(vectors, dataset.groups[texts], dataset.membership)
        values["aps_intra"].append(within)
        if len(plan.partition.labels) > 1:
            values["aps_inter"].append(between)
    if wanted.wants("vendi"):
        values["vendi"].append(spread.vendi(vectors))
    few = plan.few_per_label
    if few < plan.per_label:
        vectors = dataset.vectors[draw.texts(few)]
    if wanted.wants("nearest_neighbour_distance") or wanted.wants("near_duplicate_rate"):
        nearest = neighbours.nearest_similarities(vectors)[:, 0]
        values["nearest_neighbour_distance"].append(float(1 - nearest.mean(dtype=np.float64)))
        values["near_duplicate_rate"].append(float((nearest >= wanted.threshold).mean()))
    if gold_draw is None or wanted.gold is None or len(vectors) <= neighbours.NEIGHBOURS:
        return
    gold_vectors = wanted.gold.dataset.vectors
    assert gold_vectors is not None
    if dataset.digest == wanted.gold.dataset.digest:  # gold against gold texts held out from the same draw
        vectors = dataset.vectors[draw.texts(few, skip=few)]
        if len(vectors) < plan.few:
            return
    coverage, precision = neighbours.measure_against_gold(vectors, gold_vectors[gold_draw.texts(few)])
    values["gold_coverage"].append(coverage)
    values["gold_precision"].append(precision)


def _collect(
    stock: Stock,
    plan: SubsamplePlan,
    wanted: Wanted,
    on_tokens: Values,
    on_texts: Values,
    equal_texts: Values,
    texts_used: Mapping[int, Sequence[float]],
) -> ScopeFigures:
    with_interval = stock.n >= FEWEST_FOR_INTERVAL

    def make(values: list[float | None], m: float, effective_n: float, basis: str) -> SubsampledFigure:
        return SubsampledFigure(
            values=np.array(values, dtype=np.float64),
            n=stock.n,
            effective_n=effective_n,
            m=m,
            method=f"{DELETE_D}, {basis}",
            with_interval=with_interval,
        )

    figures: dict[str, SubsampledFigure] = {}
    undefined = [key for values in (on_tokens, on_texts) for key, found in values.items() if None in found]
    for key, values in on_tokens.items():
        if key not in undefined:
            tokens = plan.few_tokens if key == "self_bleu" else plan.tokens
            m_used = float(np.mean(texts_used[tokens]))
            figures[key] = make(values, m_used, stock.effective_n, f"{tokens} tokens")
    for key, values in on_texts.items():
        if key in undefined:
            continue
        m = plan.few if METRICS[key].basis is Basis.FEW_TEXTS else plan.m
        effective_n = stock.effective_n
        if key.startswith("gold_") and wanted.gold is not None:
            effective_n = min(effective_n, wanted.gold.effective_n)
        figures[key] = make(values, m, effective_n, f"{m} texts")
    return ScopeFigures(
        figures={key: figures[key] for key in METRICS if key in figures},
        equal_texts={
            key: make(values, plan.m, stock.effective_n, f"{plan.m} texts")
            for key, values in equal_texts.items()
            if None not in values
        },
        undefined=tuple(undefined),
    )


def _measure_whole_vectors(
    dataset: PreparedSet, gold: PreparedSet | None, wanted: Wanted, notes: list[str], check: StopCheck
) -> dict[str, float | None]:
    vectors = dataset.vectors
    assert vectors is not None
    figures: dict[str, float | None] = {"aps": spread.aps(vectors)}
    within, between = spread.aps_within_and_between(vectors, dataset.groups, dataset.membership)
    figures.update(aps_intra=within, aps_inter=between, vendi=spread.vendi(vectors))
    if dataset.n > WHOLE_NEIGHBOURS:
        notes.append(f"{dataset.name} has over {WHOLE_NEIGHBOURS:,} texts: its neighbours are compared on draws only.")
        return figures
    nearest = neighbours.nearest_similarities(vectors, check=check)[:, 0]
    figures["nearest_neighbour_distance"] = float(1 - nearest.mean(dtype=np.float64))
    figures["near_duplicate_rate"] = float((nearest >= wanted.threshold).mean())
    if gold is not None and gold.vectors is not None and gold is not dataset and gold.n > neighbours.NEIGHBOURS:
        coverage, precision = neighbours.measure_against_gold(vectors, gold.vectors, check=check)
        figures.update(gold_coverage=coverage, gold_precision=precision)
    return figures


def _count_texts_used(sample: TokenSample) -> float:
    """Number of texts in a sample, the cut one by the part of it that counts."""
    lengths = sample.table.lengths[sample.texts]
    return float((sample.kept / np.maximum(lengths, 1)).sum())
