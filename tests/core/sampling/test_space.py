from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.project import parse_project
from attrprompt.sampling import (
    Sampler,
    build_space,
    count_configurations,
    expected_space_share,
    find_empty_labels,
    sample_configurations,
)
from tests.core.sampling.strategies import enumerate_configurations, is_allowed, make_project, sampling_projects

samplers = st.sampled_from(list(Sampler))


@settings(max_examples=150, deadline=None)
@given(sampling_projects(), samplers, st.integers(0, 40), st.integers(0, 2**32))
def test_no_sampler_ever_violates_a_constraint(project, sampler, n, seed):
    empty = find_empty_labels(project)
    for label_id in project.labels:
        if label_id not in empty:
            drawn = sample_configurations(project, [label_id], n, sampler, np.random.default_rng(seed))
            every = enumerate_configurations(project, label_id)
            assert len(drawn) == n
            assert all(configuration in every for configuration in drawn)


@settings(max_examples=100, deadline=None)
@given(sampling_projects())
def test_counts_and_empty_labels_agree_with_enumeration(project):
    empty = find_empty_labels(project)
    for label_id in project.labels:
        every = enumerate_configurations(project, label_id)
        count = count_configurations(project, label_id)
        assert (count.value, count.is_exact) == (len(every), True)
        assert (label_id in empty) == (not every)


@settings(max_examples=100, deadline=None)
@given(sampling_projects())
def test_allowed_values_and_pairs_agree_with_enumeration(project):
    for label_id in project.labels:
        space = build_space(project, [label_id])
        every = enumerate_configurations(project, label_id)
        assume(every)
        for slot in space.slots:
            assert set(slot.value_ids) == {configuration[slot.dimension_id][0] for configuration in every}
        for a, b in combinations(range(len(space.slots)), 2):
            first, second = space.slots[a], space.slots[b]
            pairs = space.allowed_pairs(a, b)
            met = {(c[first.dimension_id][0], c[second.dimension_id][0]) for c in every}
            assert met == {(first.value_ids[x], second.value_ids[y]) for x, y in zip(*np.nonzero(pairs), strict=True)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sampling_projects(), samplers, st.integers(0, 2**32))
def test_the_same_seed_draws_the_same_texts_whatever_the_ids(project, sampler, seed):
    def rename(text):
        return f"{len(text)}-{text[::-1]}"

    data = project.to_data()
    renamed = parse_project(
        {
            **data,
            "labels": dict(reversed([(rename(key), label) for key, label in data["labels"].items()])),
            "dimensions": {
                rename(d): {
                    **dimension,
                    "values": {
                        rename(v): {**value, "labels": [rename(label) for label in value["labels"]]}
                        for v, value in reversed(dimension["values"].items())
                    },
                }
                for d, dimension in reversed(data["dimensions"].items())
            },
            "constraints": {
                rename(c): {
                    **constraint,
                    "labels": [rename(label) for label in constraint["labels"]],
                    "values": {
                        rename(d): [rename(v) for v in values] for d, values in reversed(constraint["values"].items())
                    },
                    "order": -constraint["order"],
                }
                for c, constraint in data["constraints"].items()
            },
        }
    )
    for label_id in project.labels:
        if label_id not in find_empty_labels(project):
            first = sample_configurations(project, [label_id], 12, sampler, np.random.default_rng(seed))
            second = sample_configurations(renamed, [rename(label_id)], 12, sampler, np.random.default_rng(seed))
            assert second == [{rename(d): tuple(map(rename, v)) for d, v in c.items()} for c in first]


def test_independent_draws_follow_the_weights():
    project = make_project([3], weights=[[1.0, 2.0, 5.0]])
    drawn = sample_configurations(project, ["a"], 8_000, Sampler.INDEPENDENT, np.random.default_rng(0))
    counts = [sum(c["d0"] == (f"v{v}",) for c in drawn) for v in range(3)]
    np.testing.assert_allclose(counts, [1_000, 2_000, 5_000], atol=4 * 45)


def test_independent_draws_under_a_constraint_are_uniform_over_what_is_allowed():
    project = make_project([2, 2], constraints=[{"d0": [0], "d1": [0]}])
    drawn = sample_configurations(project, ["a"], 6_000, Sampler.INDEPENDENT, np.random.default_rng(0))
    counts = [
        sum((c["d0"][0], c["d1"][0]) == pair for c in drawn) for pair in (("v0", "v1"), ("v1", "v0"), ("v1", "v1"))
    ]
    np.testing.assert_allclose(counts, 2_000, atol=4 * 37)


def test_a_label_without_configurations_names_its_constraints():
    project = make_project([2, 2], constraints=[{"d0": [0], "d1": [0, 1]}, {"d0": [1], "d1": [0, 1]}])
    with pytest.raises(InputError, match=r"a has no allowed configuration left.*dimension 0 'value 0.0' with"):
        sample_configurations(project, ["a"], 5, Sampler.BALANCED, np.random.default_rng(0))
    assert list(find_empty_labels(project)) == ["a"]
    assert count_configurations(project, "a").value == 0


def test_a_dimension_without_values_for_the_label_is_left_out_with_a_warning():
    data = make_project([2, 2], labels=("a", "b")).to_data()
    data["dimensions"]["d1"]["class_dependent"] = True
    for value in data["dimensions"]["d1"]["values"].values():
        value["labels"] = ["a"]
    project = parse_project(data)
    assert build_space(project, ["a"]).warnings == ()
    space = build_space(project, ["b"])
    assert space.warnings == ("The dimension 'dimension 1' has no value for b and is left out of its prompts.",)
    drawn = sample_configurations(project, ["b"], 4, Sampler.BALANCED, np.random.default_rng(0))
    assert all(set(configuration) == {"d0"} for configuration in drawn)


@pytest.mark.parametrize("sampler", list(Sampler))
def test_a_fixed_value_is_in_every_configuration_and_a_dimension_left_out_in_none(sampler):
    project = make_project([3, 4, 2])
    drawn = sample_configurations(
        project, ["a"], 20, sampler, np.random.default_rng(0), fixed={"d1": "v2"}, without=["d2"]
    )
    assert all(configuration["d1"] == ("v2",) and "d2" not in configuration for configuration in drawn)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_ids": ["x"]}, "no label with the id 'x'"),
        ({"label_ids": []}, "at least one label"),
        ({"fixed": {"d9": "v0"}}, "no dimension with the id 'd9'"),
        ({"fixed": {"d0": "v9"}}, "has no value with the id 'v9'"),
        ({"fixed": {"d0": "v0"}, "without": ["d0"]}, "both fixed and left out"),
    ],
)
def test_unknown_names_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        build_space(make_project([2, 2]), **{"label_ids": ["a"], **arguments})


def test_a_value_of_another_label_cannot_be_fixed():
    data = make_project([2], labels=("a", "b")).to_data()
    data["dimensions"]["d0"]["class_dependent"] = True
    data["dimensions"]["d0"]["values"]["v0"]["labels"] = ["a"]
    data["dimensions"]["d0"]["values"]["v1"]["labels"] = ["a", "b"]
    project = parse_project(data)
    assert build_space(project, ["b"], fixed={"d0": "v1"}).slots[0].value_ids == ("v1",)
    with pytest.raises(InputError, match=r"'value 0.0' is not a value of 'dimension 0' for b"):
        build_space(project, ["b"], fixed={"d0": "v0"})


class TestASpaceTooLargeForATable:
    """Five dimensions of 30 values under one constraint: 24.3 million combinations in one group."""

    project = make_project(
        [30] * 5, constraints=[{f"d{d}": range(15) for d in range(5)}, {"d0": range(29), "d1": range(10), "d2": [3]}]
    )

    def test_its_count_is_an_estimate_near_the_truth(self):
        count = count_configurations(self.project, "a")
        both = 15 * 10 * 1 * 15 * 15  # combinations that break both constraints
        truth = 30**5 - 15**5 - 29 * 10 * 1 * 30 * 30 + both
        assert not count.is_exact
        assert abs(count.value - truth) < 4 * count.standard_error

    @pytest.mark.parametrize("sampler", list(Sampler))
    def test_every_sampler_keeps_its_constraints(self, sampler):
        drawn = sample_configurations(self.project, ["a"], 60, sampler, np.random.default_rng(1))
        assert all(is_allowed(self.project, ["a"], configuration) for configuration in drawn)


def test_expected_share_is_the_coupon_formula():
    assert expected_space_share(346, 600) == pytest.approx(0.438, abs=0.001)
    assert expected_space_share(0, 10) == 0
    with pytest.raises(InputError):
        expected_space_share(1, 0)
