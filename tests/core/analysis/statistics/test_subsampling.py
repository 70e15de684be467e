import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.statistics.subsampling import draw_repeatedly, part_by_label, plan_draws
from attrprompt.analysis.texts.selection import AnalysisSet, TextChoice, name_labels, prepare_set
from attrprompt.errors import InputError


def make_sets(*counts, words=10):
    """Sets with so many texts of each label, every text of its own words."""
    datasets = [
        AnalysisSet(
            f"set {number}",
            [" ".join(f"w{number}x{label}x{i}x{j}" for j in range(words)) for label, n in of.items() for i in range(n)],
            [label for label, n in of.items() for _ in range(n)],
        )
        for number, of in enumerate(counts)
    ]
    names = name_labels(datasets)
    return [prepare_set(dataset, TextChoice(), names) for dataset in datasets]


def partition(*counts, **more):
    sets = make_sets(*counts, **more)
    return part_by_label(sets, [np.arange(dataset.n) for dataset in sets])


@pytest.mark.parametrize(
    ("n", "m"), [(10, 5), (39, 19), (40, 20), (99, 20), (100, 50), (399, 100), (400, 200), (5_000, 1_000)]
)
def test_the_common_size_is_the_largest_rung_of_at_most_half(n, m):
    assert plan_draws(partition({"x": n}, {"x": 5_000}, words=1)).m == m


def test_each_label_gives_the_same_number():
    plan = plan_draws(partition({"x": 60, "y": 40}, {"x": 50, "y": 150}))
    assert (plan.m, plan.per_label, plan.parts) == (50, 25, 2)
    plan = plan_draws(partition({"x": 80, "y": 80, "z": 80}))
    assert (plan.m, plan.per_label) == (99, 33)


def test_labels_that_some_set_lacks_or_hardly_has_are_left_out():
    parted = partition({"x": 50, "y": 50, "z": 50}, {"x": 50, "y": 50, "w": 9})
    assert (parted.labels, parted.left_out) == (("x", "y"), ("w", "z"))
    parted = partition({"x": 100, "y": 100, "rare": 9}, {"x": 100, "y": 100, "rare": 100})
    assert parted.left_out == ("rare",)


def test_sets_without_a_common_label_are_drawn_from_as_they_are():
    parted = partition({"x": 50}, {"y": 50})
    assert (parted.labels, parted.left_out) == ((), ())
    assert [stock.n for stock in parted.stocks] == [50, 50]


def test_two_texts_a_label_are_the_least():
    many = {f"label {i:02d}": 5 for i in range(30)}
    plan = plan_draws(partition(many))
    assert (plan.m, plan.per_label) == (60, 2)  # the rung of 50 would give one a label
    tight = {f"label {i:02d}": 4 for i in range(30)} | {"large": 4}
    plan = plan_draws(partition(tight), limit=50)
    assert plan.partition.labels == () and plan.m == 50


def test_tokens_are_those_of_as_many_texts_of_the_shortest_kind():
    short, long = make_sets({"x": 100}, words=10)[0], make_sets({"x": 100}, words=25)[0]
    plan = plan_draws(part_by_label([short, long], [np.arange(100), np.arange(100)]))
    assert (plan.m, plan.tokens) == (50, 500)


def test_more_than_half_is_refused_with_the_most_that_can_be_had():
    with pytest.raises(InputError, match="at most 50"):
        plan_draws(partition({"x": 100}), m=51)
    assert plan_draws(partition({"x": 100}), m=37).m == 37


def test_neighbour_figures_leave_as_many_gold_texts_aside():
    plan = plan_draws(partition({"x": 40, "y": 160}))
    assert (plan.per_label, plan.few_per_label) == (25, 20)  # 20 drawn and 20 held out of the 40
    assert plan_draws(partition({"x": 2_000}, words=1)).few == 200


def test_effective_n_is_the_labels_times_the_harmonic_mean():
    (stock,) = partition({"x": 30, "y": 60}).stocks
    assert stock.effective_n == pytest.approx(2 * 2 / (1 / 30 + 1 / 60))  # 2 × 40 = 80
    (stock,) = partition({"x": 50, "y": 50}).stocks
    assert stock.effective_n == pytest.approx(100)


@settings(deadline=None, max_examples=40)
@given(st.integers(4, 30), st.integers(4, 30), st.integers(1, 60), st.integers(0, 99))
def test_a_draw_by_tokens_has_exactly_so_many_in_turn_from_each_label(x, y, tokens, seed):
    (stock,) = partition({"x": x, "y": y}, words=3).stocks
    (draw,) = draw_repeatedly(stock, 1, seed, "all")
    sample = draw.sample_tokens(tokens)
    assert sample.kept.sum() == min(tokens, 3 * stock.n)
    assert len(set(sample.texts.tolist())) == len(sample.texts)
    in_turn = stock.dataset.codes[draw.in_turn()[: 2 * min(len(part) for part in stock.strata)]]
    assert (in_turn[::2] != in_turn[1::2]).all()
    assert (sample.kept < 3).sum() <= 1


def test_draws_have_no_text_twice_and_are_seeded():
    (stock,) = partition({"x": 40, "y": 40}).stocks
    first = [draw.texts(10).tolist() for draw in draw_repeatedly(stock, 5, 1, "all")]
    again = [draw.texts(10).tolist() for draw in draw_repeatedly(stock, 5, 1, "all")]
    other = [draw.texts(10).tolist() for draw in draw_repeatedly(stock, 5, 2, "all")]
    assert first == again != other
    assert all(len(set(texts)) == 20 for texts in first)
    assert all((stock.dataset.codes[texts] == 0).sum() == 10 for texts in first)


def test_class_samples_take_as_many_tokens_from_each_label():
    (stock,) = partition({"x": 20, "y": 30}, words=7).stocks
    (draw,) = draw_repeatedly(stock, 1, 0, "all")
    samples = draw.sample_classes(50)
    assert [sample.kept.sum() for sample in samples] == [50, 50]
    assert [set(stock.dataset.codes[sample.texts].tolist()) for sample in samples] == [{0}, {1}]
