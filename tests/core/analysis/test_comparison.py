"""The whole comparison on invented sets whose truth is known."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.comparison import AnalysisStopped, compare_datasets
from attrprompt.analysis.statistics.metrics import LEXICAL, METRICS, SIMILARITY
from attrprompt.analysis.texts.selection import AnalysisSet, TextChoice
from attrprompt.analysis_jobs.result import Analysis
from attrprompt.errors import InputError

LABELS = ("World", "Sports")
STYLES = ("plain", "ornate", "terse")


def write_texts(n, seed, *, vocabulary=400, length=25):
    """Texts of Zipf-distributed words, as long as a draw around `length` says."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocabulary + 1)
    lengths = rng.integers(length - 8, length + 9, size=n)
    return [
        " ".join(f"w{word}" for word in rng.choice(vocabulary, size=size, p=weights / weights.sum()))
        for size in lengths
    ]


def make_set(name, n, seed, *, labels=LABELS, spread=1.0, gold=False, attributes=False, **text):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 16)) * spread + np.eye(len(labels), 16)[np.arange(n) % len(labels)] * 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return AnalysisSet(
        name,
        write_texts(n, seed, **text),
        [labels[i % len(labels)] for i in range(n)],
        vectors=vectors.astype(np.float32),
        attributes=[{"style": STYLES[i // 2 % 3]} for i in range(n)] if attributes else None,
        gold=gold,
    )


def find(result, metric, scope="all"):
    return [c for c in result.comparisons if c.metric == metric and c.scope == scope]


@pytest.fixture(scope="module")
def compared():
    return compare_datasets(
        [
            make_set("rich", 240, 1, vocabulary=900, spread=1.5, attributes=True),
            make_set("poor", 240, 2, vocabulary=100, spread=0.4),
            make_set("gold", 240, 3, gold=True),
        ],
        repeats=60,
        cell_repeats=20,
    )


def test_every_set_has_every_figure_with_an_interval_and_its_whole_value(compared):
    for figures in compared.datasets.values():
        assert set(figures.estimates) == set(METRICS)
        for key in set(METRICS) - {"near_duplicate_rate"}:
            estimate = figures.estimates[key]
            assert estimate.low is None or estimate.low <= estimate.value <= estimate.high
        assert set(LEXICAL) <= set(figures.whole)
    assert compared.datasets["rich"].whole["vocabulary_size"] > compared.datasets["poor"].whole["vocabulary_size"]


def test_a_plain_difference_is_called_one_in_the_right_direction(compared):
    (vocabulary,) = (c for c in find(compared, "vocabulary_size") if (c.a, c.b) == ("rich", "poor"))
    assert vocabulary.verdict == "different"
    assert vocabulary.ratio_low > 1.5 and vocabulary.low > 0
    (within,) = (c for c in find(compared, "aps_intra") if (c.a, c.b) == ("rich", "poor"))
    assert within.verdict == "different"
    assert within.high < 0 and within.ratio is None


def test_the_primary_family_is_figures_times_pairs(compared):
    sizes = {family.name: family.size for family in compared.families}
    assert sizes["primary"] == 2 * 3
    assert sizes["table label"] > 0


def test_lexical_figures_take_equal_tokens_and_the_rest_equal_texts(compared):
    methods = {key: estimate.method for key, estimate in compared.datasets["rich"].estimates.items()}
    assert methods["vocabulary_size"].endswith(f"{compared.parameters.tokens} tokens")
    assert methods["aps"].endswith("100 texts")
    assert compared.parameters.m == 100
    assert compared.datasets["rich"].equal_texts["vocabulary_size"].m == 100


def test_tables_stand_at_one_size_with_cells_for_labels_and_values(compared):
    scopes = compared.datasets["rich"].scopes
    assert set(scopes) == {"label=World", "label=Sports", "style=plain", "style=ornate", "style=terse"}
    assert {cell.estimates["aps"].m for scope, cell in scopes.items() if scope.startswith("label")} == {50}
    assert {cell.estimates["aps"].m for scope, cell in scopes.items() if scope.startswith("style")} == {20}
    assert set(compared.datasets["poor"].scopes) == {"label=World", "label=Sports"}
    assert len(find(compared, "vocabulary_size", "label=World")) == 3
    assert find(compared, "vocabulary_size", "style=plain") == []


def test_golds_own_coverage_is_made_from_held_out_gold(compared):
    gold = compared.datasets["gold"].estimates
    assert 0.8 < gold["gold_coverage"].value < 1.0
    assert compared.datasets["poor"].estimates["gold_coverage"].value < gold["gold_coverage"].value


def test_results_do_not_hang_on_input_order_or_names():
    a, b = make_set("a", 80, 1), make_set("b", 80, 2)
    order = np.random.default_rng(0).permutation(80)
    shuffled = AnalysisSet(
        "renamed", [a.texts[i] for i in order], [a.labels[i] for i in order], vectors=a.vectors[order]
    )
    first = compare_datasets([a, b], repeats=5, tables=False)
    second = compare_datasets([shuffled, b], repeats=5, tables=False)
    for key, estimate in first.datasets["a"].estimates.items():
        assert second.datasets["renamed"].estimates[key].value == pytest.approx(estimate.value, abs=1e-6)
    assert first.datasets["b"] == second.datasets["b"]


def test_a_set_against_itself_shows_no_difference_at_all():
    a = make_set("a", 80, 1)
    copy = AnalysisSet("copy", a.texts, a.labels, vectors=a.vectors)
    result = compare_datasets([a, copy], repeats=10, tables=False)
    assert all(c.difference == 0 for c in result.comparisons)


def test_texts_of_twice_the_length_do_not_look_richer_at_equal_tokens():
    short, long = (make_set(name, 300, n, length=n * 20, vocabulary=3_000) for name, n in (("short", 1), ("long", 2)))
    result = compare_datasets([short, long], only=["diversity"], repeats=40, tables=False)
    at_tokens = result.datasets["long"].estimates["vocabulary_size"].value
    assert at_tokens == pytest.approx(result.datasets["short"].estimates["vocabulary_size"].value, rel=0.05)
    at_texts = result.datasets["long"].equal_texts["vocabulary_size"].value
    assert at_texts > 1.2 * result.datasets["short"].equal_texts["vocabulary_size"].value


def test_the_interval_of_a_mean_is_the_textbook_one():
    """Words per text are a mean, whose standard error is known: √(Σ s² ÷ n of each label) ÷ labels."""
    n_world, n_sports = 120, 60
    texts = [*write_texts(n_world, 1, length=15), *write_texts(n_sports, 2, length=40)]
    labels = ["World"] * n_world + ["Sports"] * n_sports
    result = compare_datasets(
        [AnalysisSet("a", texts, labels)], only=["diversity"], keys=["tokens_per_text"], repeats=400, tables=False
    )
    estimate = result.datasets["a"].estimates["tokens_per_text"]
    counts = np.array([len(text.split()) for text in texts])
    world, sports = counts[:n_world], counts[n_world:]
    expected = math.sqrt(world.var(ddof=1) / n_world + sports.var(ddof=1) / n_sports) / 2
    assert estimate.value == pytest.approx((world.mean() + sports.mean()) / 2, abs=0.2)
    assert (estimate.high - estimate.low) / 3.92 == pytest.approx(expected, rel=0.15)


def test_under_twenty_texts_there_is_no_interval_and_it_says_so():
    result = compare_datasets([make_set("a", 80, 1), make_set("b", 12, 2)], repeats=5, tables=False)
    assert result.datasets["b"].estimates["aps"].low is None
    assert result.datasets["a"].estimates["aps"].low is not None
    assert find(result, "aps_intra")[0].verdict == "no interval"
    assert "b has too few texts for an interval: 12." in result.warnings


def test_a_handful_of_texts_is_named_and_not_drawn_from():
    result = compare_datasets([make_set("a", 80, 1), make_set("b", 3, 2)], repeats=5, tables=False)
    assert {c.verdict for c in result.comparisons} == {"too few texts: 3"}
    assert result.datasets["b"].estimates == {}
    assert result.datasets["b"].whole["vocabulary_size"] > 0


def test_a_cell_of_under_thirty_texts_prints_nothing():
    a, b = make_set("a", 100, 1), make_set("b", 100, 2)
    labels = ["World"] * 93 + ["Sports"] * 7
    few = AnalysisSet("few", a.texts, labels, vectors=a.vectors)
    result = compare_datasets([few, b], repeats=5, cell_repeats=5)
    cell = result.datasets["few"].scopes["label=Sports"]
    assert (cell.n, cell.estimates, cell.note) == (7, {}, "too few texts: 7")
    assert {c.verdict for c in result.comparisons if c.scope == "label=Sports"} == {"too few texts: 7"}
    assert result.datasets["b"].scopes["label=Sports"].estimates


def test_labels_left_out_are_named():
    a = make_set("a", 90, 1, labels=("World", "Sports", "Business"))
    result = compare_datasets([a, make_set("b", 90, 2)], repeats=5, tables=False)
    assert result.parameters.left_out == ("Business",)
    assert any("Left out" in warning and "Business" in warning for warning in result.warnings)
    assert result.datasets["a"].estimates["aps"].n == 60


def test_sets_without_common_labels_have_no_figures_within_a_class():
    a = make_set("a", 60, 1, labels=("x", "y"))
    result = compare_datasets([a, make_set("b", 60, 2)], repeats=5, tables=False)
    assert find(result, "aps") and not find(result, "aps_intra")
    assert any("no label in common" in warning for warning in result.warnings)


def test_texts_without_words_leave_the_other_figures():
    vectors = make_set("a", 60, 1).vectors
    blank = AnalysisSet("blank", ["…"] * 60, ["World"] * 60, vectors=vectors)
    result = compare_datasets([blank], repeats=5, tables=False)
    assert set(result.datasets["blank"].estimates) <= set(SIMILARITY) | {"tokens_per_text"}
    assert "aps" in result.datasets["blank"].estimates


def test_only_diversity_needs_no_vectors():
    a = AnalysisSet("a", write_texts(60, 1), ["x"] * 60)
    result = compare_datasets([a], only=["diversity"], repeats=5)
    assert set(result.datasets["a"].estimates) <= set(LEXICAL)
    with pytest.raises(InputError, match="Encode them first"):
        compare_datasets([a], only=["similarity"])


@pytest.mark.parametrize(
    ("sets", "more", "message"),
    [
        ([], {}, "at least one"),
        (["a", "a"], {}, "same name"),
        (["a"], {"only": ["beauty"]}, "beauty"),
        (["a"], {"m": 31}, "at most 30"),
        (["a"], {"choice": TextChoice(review="accepted")}, "no text that counts"),
    ],
)
def test_input_that_cannot_be_used_is_refused_with_a_sentence(sets, more, message):
    with pytest.raises(InputError, match=message):
        compare_datasets([make_set(name, 60, i) for i, name in enumerate(sets)], **more)


def test_progress_rises_to_one_and_a_stop_is_obeyed():
    seen = []
    compare_datasets([make_set("a", 60, 1)], repeats=5, cell_repeats=3, progress=lambda share, _: seen.append(share))
    assert seen == sorted(seen) and seen[-1] == 1.0
    with pytest.raises(AnalysisStopped):
        compare_datasets([make_set("a", 60, 1)], cancelled=lambda: True)


@settings(deadline=None, max_examples=15)
@given(st.integers(4, 60), st.integers(4, 60), st.integers(1, 3), st.integers(0, 99))
def test_sets_of_any_size_and_label_mix_give_a_result_or_a_sentence(n_a, n_b, labels, seed):
    names = tuple(f"label {i}" for i in range(labels))
    a, b = make_set("a", n_a, seed, labels=names), make_set("b", n_b, seed + 1, labels=names)
    result = Analysis.from_comparison(compare_datasets([a, b], repeats=3, cell_repeats=3)).to_json()
    assert json.loads(json.dumps(result, allow_nan=False)).keys() == result.keys()
