from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attrprompt.presets import load_preset
from attrprompt.project import parse_project
from attrprompt.sampling import (
    Sampler,
    build_space,
    cover_pairs,
    find_empty_labels,
    least_prompts,
    sample_configurations,
)
from tests.core.sampling.strategies import enumerate_configurations, make_project, sampling_projects


def pairs_of(configurations):
    """All (dimension, value, dimension, value) that meet."""
    return {(a, c[a][0], b, c[b][0]) for c in configurations for a, b in combinations(sorted(c), 2)}


def covered(rows):
    return sum(len(np.unique(rows[:, [a, b]], axis=0)) for a, b in combinations(range(rows.shape[1]), 2))


@settings(max_examples=100, deadline=None)
@given(sampling_projects(), st.integers(0, 2**32))
def test_the_cover_has_every_allowed_pair_by_brute_force(project, seed):
    for label_id in project.labels:
        if label_id not in find_empty_labels(project):
            space = build_space(project, [label_id])
            rows = cover_pairs(space, np.random.default_rng(seed))
            every = enumerate_configurations(project, label_id)
            configurations = [space.configuration(row) for row in rows.tolist()]
            assert all(configuration in every for configuration in configurations)
            assert pairs_of(configurations) == pairs_of(every)
            if len(space.slots) > 1:
                assert len(rows) >= least_prompts(space)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(0, 2**32))
def test_two_dimensions_take_exactly_their_product(a, b, seed):
    space = build_space(make_project([a, b]), ["a"])
    assert len(cover_pairs(space, np.random.default_rng(seed))) == least_prompts(space) == a * b


@pytest.mark.parametrize(
    ("sizes", "most"),
    [
        ([10, 6, 5, 2], 60),
        ([20, 42, 5, 3], 840),
        ([17, 10, 5, 5, 2], 170),
        ([12, 6, 5, 5, 5, 3], 73),
        ([3, 3, 3, 3, 3], 13),
        ([6, 6, 6, 6], 46),
    ],
)
def test_covers_are_as_short_as_the_best_known_tools_make_them(sizes, most):
    space = build_space(make_project(sizes), ["a"])
    assert len(cover_pairs(space, np.random.default_rng(0))) <= most


@settings(max_examples=40, deadline=None)
@given(sampling_projects(), st.integers(1, 30), st.integers(0, 2**32))
def test_after_the_cover_come_balanced_prompts(project, more, seed):
    for label_id in project.labels:
        if label_id in find_empty_labels(project):
            continue
        space = build_space(project, [label_id])
        needed = len(cover_pairs(space, np.random.default_rng(seed)))
        drawn = sample_configurations(project, [label_id], needed + more, Sampler.PAIRWISE, np.random.default_rng(seed))
        every = enumerate_configurations(project, label_id)
        assert len(drawn) == needed + more
        assert all(configuration in every for configuration in drawn)
        assert pairs_of(drawn) == pairs_of(every)


def test_far_beyond_the_cover_counts_are_balanced():
    space_project = make_project([10, 6, 5, 3])
    drawn = sample_configurations(space_project, ["a"], 600, Sampler.PAIRWISE, np.random.default_rng(0))
    for dimension_id, size in (("d0", 10), ("d1", 6), ("d2", 5), ("d3", 3)):
        counts = [sum(c[dimension_id] == (f"v{v}",) for c in drawn) for v in range(size)]
        assert counts == [600 // size] * size


@pytest.mark.parametrize("n", [5, 20, 40, 59])
def test_fewer_prompts_cover_nearly_as_much_as_they_can(n):
    sizes = [10, 6, 5, 3]
    rows = cover_pairs(build_space(make_project(sizes), ["a"]), np.random.default_rng(0), limit=n)
    most = sum(min(n, a * b) for a, b in combinations(sizes, 2))
    assert len(rows) == n
    assert covered(rows) >= 0.98 * most


@settings(max_examples=25, deadline=None)
@given(sampling_projects(weights=False), st.integers(1, 12), st.integers(0, 2**32))
def test_a_short_plan_covers_no_fewer_pairs_than_an_independent_one(project, n, seed):
    label_id = next(iter(project.labels))
    assume(label_id not in find_empty_labels(project))
    short, drawn = (
        sample_configurations(project, [label_id], n, sampler, np.random.default_rng(seed))
        for sampler in (Sampler.PAIRWISE, Sampler.INDEPENDENT)
    )
    assert len(pairs_of(short)) >= len(pairs_of(drawn)) - 1  # greedy, so not the optimum to the last pair


def test_the_large_preset_is_covered_at_the_lower_bound():
    project = load_preset("agnews")
    label_id = project.find_label("Sports")
    space = build_space(project, [label_id])
    rows = cover_pairs(space, np.random.default_rng(0))
    for a, b in combinations(range(len(space.slots)), 2):
        met = np.zeros_like(space.allowed_pairs(a, b))
        met[rows[:, a], rows[:, b]] = True
        assert (met == space.allowed_pairs(a, b)).all()
    assert len(rows) == least_prompts(space)


def test_one_dimension_and_none_need_no_pairs():
    project = make_project([4])
    assert len(sample_configurations(project, ["a"], 8, Sampler.PAIRWISE, np.random.default_rng(0))) == 8
    bare = parse_project({"labels": {"a": {"name": "a"}}})
    assert sample_configurations(bare, ["a"], 2, Sampler.PAIRWISE, np.random.default_rng(0)) == [{}, {}]
