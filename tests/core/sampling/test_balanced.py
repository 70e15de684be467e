from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.presets import load_preset
from attrprompt.sampling import BalanceState, Sampler, build_space, sample_configurations, sample_rows
from attrprompt.sampling.balanced import sample_balanced
from tests.core.sampling.strategies import make_project, sampling_projects


def deviations(space, rows):
    """By slot: how far each count is from its share."""
    return [
        np.bincount(rows[:, index], minlength=slot.size) - len(rows) * slot.shares
        for index, slot in enumerate(space.slots)
    ]


@settings(max_examples=150, deadline=None)
@given(sampling_projects(constraints=False), st.integers(0, 60), st.integers(0, 2**32))
def test_without_constraints_every_count_is_within_one_of_its_share(project, n, seed):
    state = BalanceState()
    for label_id in project.labels:
        space = build_space(project, [label_id])
        rows = sample_balanced(space, n, np.random.default_rng(seed), state)
        assert all(np.abs(deviation).max() < 1 for deviation in deviations(space, rows))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(0, 2**32))
def test_remainders_rotate_so_that_values_are_balanced_over_classes_too(values, sizes, seed):
    labels = [f"l{i}" for i in range(len(sizes))]
    project = make_project([values], labels=labels)
    state = BalanceState()
    rng = np.random.default_rng(seed)
    total = Counter()
    for label_id, n in zip(labels, sizes, strict=True):
        drawn = sample_configurations(project, [label_id], n, Sampler.BALANCED, rng, balance_state=state)
        counts = Counter(configuration["d0"][0] for configuration in drawn)
        assert max(counts.values()) - (min(counts.values()) if len(counts) == values else 0) <= 1
        total += counts
    assert max(total.values()) - (min(total.values()) if len(total) == values else 0) <= 1


def test_36_countries_with_10_prompts_in_each_of_18_classes_come_5_times_each():
    labels = [f"l{i}" for i in range(18)]
    project = make_project([36, 3], labels=labels)
    state, rng, total = BalanceState(), np.random.default_rng(0), Counter()
    for label_id in labels:
        drawn = sample_configurations(project, [label_id], 10, Sampler.BALANCED, rng, balance_state=state)
        total.update(configuration["d0"][0] for configuration in drawn)
    assert set(total.values()) == {5}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 80), st.integers(0, 2**32))
def test_every_beginning_of_equal_shares_is_nearly_balanced(sizes, n, seed):
    space = build_space(make_project(sizes), ["a"])
    rows = sample_balanced(space, n, np.random.default_rng(seed))
    distinct = len(np.unique(rows, axis=0)) == n
    if distinct and n % np.lcm.reduce(sizes) == 0 and len(sizes) == 1:
        for end in range(1, n + 1):
            assert all(np.abs(deviation).max() < 1 for deviation in deviations(space, rows[:end]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_a_constraint_that_leaves_room_costs_no_balance(seed):
    project = make_project([20, 42, 5], constraints=[{"d0": [3], "d1": range(12)}, {"d1": range(6), "d2": [0, 1]}])
    space = build_space(project, ["a"])
    rows = sample_balanced(space, 84, np.random.default_rng(seed))
    assert space.allows(rows).all()
    assert all(np.abs(deviation).max() < 1 for deviation in deviations(space, rows))


def test_where_shares_cannot_be_had_the_counts_come_as_near_as_possible():
    # v0 of the first dimension goes with v0 of the second only. Shares ask for 10 of one and 2 of the other; with x of
    # both the squared deviations are 2(x - 10)² + (1 + 1/9)(x - 2)², least at x = 7.14.
    project = make_project([2, 10], constraints=[{"d0": [0], "d1": range(1, 10)}])
    space = build_space(project, ["a"])
    rows = sample_balanced(space, 20, np.random.default_rng(0))
    assert space.allows(rows).all()
    assert np.bincount(rows[:, 0]).tolist() == [7, 13]
    assert np.bincount(rows[:, 1])[0] == 7
    assert set(np.bincount(rows[:, 1])[1:].tolist()) <= {1, 2}


@settings(max_examples=40, deadline=None)
@given(sampling_projects(), st.integers(5, 30), st.integers(0, 2**32))
def test_under_constraints_a_deviation_below_one_is_found_where_there_is_one(project, n, seed):
    milp = pytest.importorskip("scipy.optimize").milp
    for label_id in project.labels:
        space = build_space(project, [label_id])
        if not space.is_empty and space.forbidden and _can_be_exact(space, n, milp):
            rows = sample_balanced(space, n, np.random.default_rng(seed))
            assert all(np.abs(deviation).max() <= 1 + 1e-6 for deviation in deviations(space, rows))


def _can_be_exact(space, n, milp):
    """Whether whole counts of allowed configurations exist with every value within one of its share."""
    from scipy.optimize import Bounds, LinearConstraint

    cells = np.array(list(np.ndindex(*(slot.size for slot in space.slots))), dtype=np.int32)
    cells = cells[space.allows(cells)]
    use = [np.ones(len(cells))]
    low, high = [n], [n]
    for index, slot in enumerate(space.slots):
        for value in range(slot.size):
            use.append((cells[:, index] == value).astype(float))
            low.append(n * slot.shares[value] - 1 + 1e-6)
            high.append(n * slot.shares[value] + 1 - 1e-6)
    found = milp(
        np.zeros(len(cells)),
        constraints=LinearConstraint(np.array(use), low, high),
        integrality=np.ones(len(cells)),
        bounds=Bounds(0, np.inf),
        options={"time_limit": 5},
    )
    return found.x is not None


def test_configurations_do_not_repeat_where_there_are_plenty():
    space = build_space(make_project([10, 6, 5, 2]), ["a"])
    for seed in range(5):
        rows = sample_balanced(space, 346, np.random.default_rng(seed))
        assert len(np.unique(rows, axis=0)) == 346


def test_long_constrained_lists_stay_balanced():
    project = make_project([20, 42, 5], constraints=[{"d0": [i], "d1": range(i, i + 20)} for i in range(20)])
    space = build_space(project, ["a"])
    rows = sample_balanced(space, 4_200, np.random.default_rng(0))
    assert space.allows(rows).all()
    assert all(np.abs(deviation).max() <= 1 for deviation in deviations(space, rows))


def test_what_is_taken_already_counts():
    space = build_space(make_project([4, 3]), ["a"])
    taken = np.array([[0, 0]] * 3 + [[1, 1]], dtype=np.int32)
    rows = sample_balanced(space, 8, np.random.default_rng(0), taken=taken)
    both = np.concatenate([taken, rows])
    assert np.bincount(both[:, 0]).tolist() == [3, 3, 3, 3]
    assert np.bincount(both[:, 1]).tolist() == [4, 4, 4]


def test_nyt_with_60_prompts_a_class_covers_every_value_and_independent_does_not():
    project = load_preset("nyt")
    spaces = [build_space(project, [label_id]) for label_id in project.labels]
    missed = Counter()
    for sampler in (Sampler.BALANCED, Sampler.INDEPENDENT):
        for seed in range(6):
            rng = np.random.default_rng(seed)
            for space in spaces:
                rows = sample_rows(project, space, 60, sampler, rng)
                missed[sampler] += sum(
                    slot.size - len(np.unique(rows[:, index])) for index, slot in enumerate(space.slots)
                )
    assert missed[Sampler.BALANCED] == 0
    assert missed[Sampler.INDEPENDENT] > 0
