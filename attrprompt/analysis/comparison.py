"""Compare data sets: every figure of each set at a common size with its interval, and every pair's difference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from attrprompt.analysis.measuring import ScopeFigures, Wanted, measure_draws, measure_whole
from attrprompt.analysis.result import AnalysisResult, Cell, Parameters, SetFigures, TableSize
from attrprompt.analysis.similarity.neighbours import NEAR_DUPLICATE, NEIGHBOURS
from attrprompt.analysis.statistics.estimate import Comparison, Estimate, compare_figures
from attrprompt.analysis.statistics.metrics import LEXICAL, METRICS
from attrprompt.analysis.statistics.metrics import SIMILARITY as SIMILARITY_KEYS
from attrprompt.analysis.statistics.subsampling import (
    DEFAULT_LIMIT,
    FEWEST_FOR_DRAWS,
    FEWEST_FOR_INTERVAL,
    Partition,
    SubsamplePlan,
    part_by_label,
    plan_draws,
)
from attrprompt.analysis.statistics.verdicts import adjust_families
from attrprompt.analysis.texts.selection import (
    AnalysisSet,
    PreparedSet,
    TextChoice,
    name_labels,
    prepare_set,
    warn_of_unlike_shares,
)
from attrprompt.analysis.texts.tokens import IntArray, name_tokeniser
from attrprompt.errors import AttrPromptError, InputError

DIVERSITY = "diversity"
SIMILARITY = "similarity"
REPEATS = 200
CELL_REPEATS = 50
FEWEST_IN_CELL = 30


class AnalysisStopped(AttrPromptError):
    """The person stopped the analysis; nothing was changed."""


@dataclass
class _Work:
    """Counts draws done, tells the caller, and stops when asked to."""

    total: int
    progress: Callable[[float, str], None] | None
    cancelled: Callable[[], bool] | None
    done: int = 0
    doing: str = ""

    def check(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise AnalysisStopped("The analysis was stopped. Start it again whenever you like.")

    def step(self) -> None:
        self.check()
        self.done += 1
        if self.progress is not None:
            self.progress(min(self.done / max(self.total, 1), 1.0), self.doing)


@dataclass(frozen=True)
class _Settings:
    wanted: Wanted
    seed: int
    repeats: int
    cell_repeats: int
    limit: int
    m: int | None


@dataclass
class _Findings:
    parameters: Parameters
    figures: dict[str, ScopeFigures] = field(default_factory=dict)
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    tables: dict[str, TableSize] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def compare_datasets(
    datasets: Sequence[AnalysisSet],
    *,
    only: Collection[str] = (DIVERSITY, SIMILARITY),
    seed: int = 0,
    m: int | None = None,
    limit: int = DEFAULT_LIMIT,
    repeats: int = REPEATS,
    cell_repeats: int = CELL_REPEATS,
    choice: TextChoice | None = None,
    encoder: str | None = None,
    threshold: float = NEAR_DUPLICATE,
    tables: bool = True,
    whole: bool = True,
    equal_texts: bool = True,
    keys: Collection[str] | None = None,
    progress: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> AnalysisResult:
    """Measure data sets at a common size and compare each pair of them.

    Args:
        datasets: one or more sets; the first gold set among them is the one that others are held against.
        only: `diversity` (words), `similarity` (vectors) or both.
        seed: of the subsamples.
        m: texts a draw, in place of the ladder's.
        limit: the ladder goes no higher.
        repeats: subsamples of the whole sets.
        cell_repeats: subsamples in cells of tables by label and attribute value.
        choice: which texts count.
        encoder: id of the encoder that made the vectors, for the record.
        threshold: cosine from which two texts are near-duplicates.
        tables: whether to make the tables by label and by attribute value.
        whole: whether to give the figures over all texts too.
        equal_texts: whether to give lexical figures at equal numbers of texts too.
        keys: only these figures; all when None.
        progress: called with the share done and what is being done.
        cancelled: asked between draws whether to stop.

    Raises:
        InputError: no set, two sets of one name, a set without a text that counts, or too large an `m`.
        AnalysisStopped: `cancelled` said so.
    """
    choice = choice or TextChoice()
    _check_input(datasets, only)
    names = name_labels(datasets)
    prepared = [prepare_set(dataset, choice, names) for dataset in datasets]
    scopes = list(_list_tables(prepared)) if tables else []
    wanted = Wanted(
        lexical=DIVERSITY in only and (keys is None or not set(keys).isdisjoint(LEXICAL)),
        similar=SIMILARITY in only and (keys is None or not set(keys).isdisjoint(SIMILARITY_KEYS)),
        gold=None,
        threshold=threshold,
        both_bases=equal_texts,
        keys=None if keys is None else frozenset(keys),
    )
    settings = _Settings(wanted, seed, repeats, cell_repeats, limit, m)
    work = _Work(_count_draws(prepared, scopes, settings), progress, cancelled)
    found = _Findings(
        parameters=Parameters(
            m=None,
            tokens=None,
            repeats=repeats,
            seed=seed,
            tokeniser=name_tokeniser(text for dataset in prepared for text in dataset.texts),
            encoder=encoder,
            texts=choice,
            near_duplicate_threshold=threshold,
            neighbours=NEIGHBOURS,
        ),
        warnings=warn_of_unlike_shares(prepared),
    )
    wholes: dict[str, dict[str, float]] = {}
    for dataset in prepared if whole else ():
        work.doing = f"all texts of {dataset.name}"
        wholes[dataset.name], notes = measure_whole(dataset, _find_gold(prepared), wanted, work.check)
        found.warnings.extend(notes)
    _compare_whole_sets(prepared, settings, found, work)
    for dimension, values in scopes:
        _compare_cells(prepared, dimension, values, settings, found, work)
    return AnalysisResult(
        parameters=replace(found.parameters, tables=found.tables),
        datasets={
            dataset.name: SetFigures(
                n=dataset.n,
                estimates=_to_estimates(found.figures.get(dataset.name)),
                equal_texts=_to_estimates(found.figures.get(dataset.name), equal_texts=True),
                whole=wholes.get(dataset.name, {}),
                scopes=found.cells.get(dataset.name, {}),
                shares=dataset.shares,
            )
            for dataset in prepared
        },
        comparisons=tuple(adjust_families(found.comparisons)),
        warnings=tuple(dict.fromkeys(found.warnings)),
    )


def _check_input(datasets: Sequence[AnalysisSet], only: Collection[str]) -> None:
    if not datasets:
        raise InputError("Choose at least one data set to analyse.")
    names = [dataset.name for dataset in datasets]
    if len(set(names)) < len(names):
        raise InputError("Two of the chosen data sets have the same name. Choose each set once.")
    if not set(only) <= {DIVERSITY, SIMILARITY} or not only:
        raise InputError(f"An analysis here is '{DIVERSITY}', '{SIMILARITY}' or both, not {', '.join(sorted(only))}.")
    without = [dataset.name for dataset in datasets if dataset.vectors is None]
    if SIMILARITY in only and without:
        raise InputError(f"These data sets have no embeddings yet: {', '.join(without)}. Encode them first.")


def _find_gold(prepared: Sequence[PreparedSet]) -> PreparedSet | None:
    return next((dataset for dataset in prepared if dataset.gold), None)


def _list_tables(prepared: Sequence[PreparedSet]) -> Iterator[tuple[str, list[str]]]:
    """Labels first, then the attribute dimensions, each with the values found in some set."""
    labels = sorted({label for dataset in prepared for label in dataset.labels if label})
    if len(labels) > 1:
        yield "label", labels
    found: dict[str, set[str]] = {}
    for dataset in prepared:
        for attributes in dataset.attributes or ():
            for dimension, value in attributes.items():
                found.setdefault(dimension, set()).add(value)
    for dimension in sorted(found):
        yield dimension, sorted(found[dimension])


def _count_draws(prepared: Sequence[PreparedSet], scopes: Sequence[tuple[str, list[str]]], settings: _Settings) -> int:
    cells = sum(
        len(dataset.texts_with(dimension, value)) >= FEWEST_IN_CELL
        for dataset in prepared
        for dimension, values in scopes
        for value in values
    )
    return len(prepared) * settings.repeats + cells * settings.cell_repeats


def _compare_whole_sets(prepared: Sequence[PreparedSet], settings: _Settings, found: _Findings, work: _Work) -> None:
    large = [dataset for dataset in prepared if dataset.n >= FEWEST_FOR_DRAWS]
    for dataset in prepared:
        if dataset.n < FEWEST_FOR_INTERVAL:
            found.warnings.append(f"{dataset.name} has too few texts for an interval: {dataset.n}.")
    if not large:
        return
    partition = part_by_label(large, [np.arange(dataset.n, dtype=np.int64) for dataset in large])
    plan = plan_draws(partition, limit=settings.limit, m=settings.m)
    found.warnings.extend(_warn_of_labels(plan, partition))
    found.parameters = replace(
        found.parameters,
        m=plan.m,
        tokens=plan.tokens,
        labels=plan.partition.labels,
        left_out=partition.left_out,
    )
    measured = _measure_scope(plan, settings, settings.repeats, "all", work)
    found.figures.update(measured)
    for key in sorted({key for figures in measured.values() for key in figures.undefined}):
        found.warnings.append(f"{METRICS[key].title} is not defined for so few words and is left out.")
    for a, b in combinations(prepared, 2):
        if a.name in measured and b.name in measured:
            found.comparisons.extend(_compare_pair(measured[a.name], measured[b.name], "all", (a.name, b.name)))
        else:
            found.comparisons.extend(_say_too_few("all", (a.name, b.name), min(a.n, b.n), settings.wanted))


def _compare_cells(
    prepared: Sequence[PreparedSet],
    dimension: str,
    values: Sequence[str],
    settings: _Settings,
    found: _Findings,
    work: _Work,
) -> None:
    """One table: all its cells are measured at one size, so that they can be read down and across."""
    texts = {value: [dataset.texts_with(dimension, value) for dataset in prepared] for value in values}
    plans: dict[str, SubsamplePlan] = {}
    for value in values:
        filled = [index for index, chosen in enumerate(texts[value]) if len(chosen) >= FEWEST_IN_CELL]
        if filled:
            plans[value] = _plan_cell(prepared, texts[value], filled, dimension, settings.limit)
    size = min((plan.m for plan in plans.values()), default=0)
    tokens = min((int(size * plan.tokens / plan.m) for plan in plans.values()), default=0)
    if plans:
        found.tables[dimension] = TableSize(size, tokens, settings.cell_repeats)
    for value in values:
        scope = f"{dimension}={value}"
        measured: dict[str, ScopeFigures] = {}
        if value in plans:
            plan = plan_draws(plans[value].partition, limit=size)
            plan = replace(plan, tokens=tokens, few_tokens=min(tokens, plan.few_tokens))
            cell_settings = replace(settings, wanted=replace(settings.wanted, both_bases=False))
            measured = _measure_scope(plan, cell_settings, settings.cell_repeats, scope, work)
        counts = {dataset.name: len(chosen) for dataset, chosen in zip(prepared, texts[value], strict=True)}
        _record_cells(scope, counts, measured, settings, found)


def _plan_cell(
    prepared: Sequence[PreparedSet], texts: Sequence[IntArray], filled: Sequence[int], dimension: str, limit: int
) -> SubsamplePlan:
    sets, chosen = [prepared[index] for index in filled], [texts[index] for index in filled]
    partition = part_by_label(sets, chosen)
    if dimension == "label":  # of multi-label texts, too, the whole class is drawn regardless of other labels
        partition = partition.joined()
    return plan_draws(partition, limit=limit)


def _record_cells(
    scope: str, counts: dict[str, int], measured: dict[str, ScopeFigures], settings: _Settings, found: _Findings
) -> None:
    for name, n in counts.items():
        if n == 0:
            continue
        note = None if name in measured else f"too few texts: {n}"
        found.cells.setdefault(name, {})[scope] = Cell(_to_estimates(measured.get(name)), n, note)
    for a, b in combinations(counts, 2):
        if a in measured and b in measured:
            found.comparisons.extend(_compare_pair(measured[a], measured[b], scope, (a, b)))
        elif counts[a] and counts[b]:
            found.comparisons.extend(_say_too_few(scope, (a, b), min(counts[a], counts[b]), settings.wanted))


def _measure_scope(
    plan: SubsamplePlan, settings: _Settings, repeats: int, scope: str, work: _Work
) -> dict[str, ScopeFigures]:
    gold = next((stock for stock in plan.partition.stocks if stock.dataset.gold and settings.wanted.similar), None)
    wanted = replace(settings.wanted, gold=gold, lexical=settings.wanted.lexical and plan.few_tokens > 0)
    measured = {}
    with threadpool_limits(1, user_api="blas"):  # on matrices this small, threads only wait for each other
        for stock in plan.partition.stocks:
            work.doing = stock.dataset.name if scope == "all" else f"{stock.dataset.name}, {scope}"
            measured[stock.dataset.name] = measure_draws(
                stock, plan, wanted, repeats=repeats, seed=settings.seed, scope=scope, check=work.step
            )
    return measured


def _compare_pair(a: ScopeFigures, b: ScopeFigures, scope: str, names: tuple[str, str]) -> Iterator[Comparison]:
    for key, figure in a.figures.items():
        if key in b.figures:
            yield compare_figures(key, scope, names, figure, b.figures[key], with_ratio=METRICS[key].ratio)


def _to_estimates(figures: ScopeFigures | None, equal_texts: bool = False) -> dict[str, Estimate]:
    if figures is None:
        return {}
    chosen = figures.equal_texts if equal_texts else figures.figures
    return {key: figure.to_estimate(METRICS[key].minimum, METRICS[key].maximum) for key, figure in chosen.items()}


def _say_too_few(scope: str, names: tuple[str, str], n: int, wanted: Wanted) -> Iterator[Comparison]:
    """A comparison without numbers for each primary figure that would have been made."""
    within = "aps_intra" if scope == "all" else "aps"
    for key in [*(["vocabulary_size"] if wanted.lexical else []), *([within] if wanted.similar else [])]:
        yield Comparison(key, scope, *names, verdict=f"too few texts: {n}")


def _warn_of_labels(plan: SubsamplePlan, partition: Partition) -> Iterator[str]:
    """What the labels did to the draws: those left out, and figures within a class that cannot be had."""
    if partition.left_out:
        yield (
            "Left out, since not every set has enough of their texts: "
            f"{', '.join(label or 'texts without a label' for label in partition.left_out)}. "
            "All figures at the common size are over the other labels."
        )
    if not any(label for stock in partition.stocks for label in stock.dataset.labels):
        yield "No text has a label, so there are no figures by label and none within a class."
    elif not partition.labels:
        yield (
            "The sets have no label in common with enough texts, so their label mix is not held equal and there are "
            "no figures within a class."
        )
    elif not plan.partition.labels:
        yield (
            f"Two texts for each of {len(partition.labels)} labels are more than half of the smallest set, so texts "
            "are drawn regardless of label and there are no figures within a class."
        )
    elif plan.m < 20:
        fewest = min(
            (len(part), label, stock.dataset.name)
            for stock in plan.partition.stocks
            for part, label in zip(stock.strata, partition.labels, strict=True)
        )
        yield f"Only {plan.m} texts are drawn a time, since {fewest[2]} has {fewest[0]} texts of {fewest[1]}."
