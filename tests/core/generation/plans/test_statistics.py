from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.generation.plans.plan import PlanItem, PlanOptions, PlanStatistics, make_plan, summarise_plan
from attrprompt.llm.tokens import TOKENS_PER_MESSAGE, estimate_tokens
from attrprompt.presets import load_preset
from attrprompt.project import DimensionKind, Method, parse_project
from attrprompt.sampling import Sampler, find_empty_labels
from tests.core.sampling.strategies import enumerate_configurations, make_project, sampling_projects


def collect(project, **options):
    statistics = PlanStatistics(project, PlanOptions(**options))
    items = list(statistics.watch(make_plan(project, PlanOptions(**options))))
    return statistics, items


@settings(max_examples=60, deadline=None)
@given(sampling_projects(), st.sampled_from(list(Sampler)), st.integers(1, 25), st.integers(0, 99))
def test_coverage_agrees_with_a_count_by_hand(project, sampler, per_class, seed):
    if find_empty_labels(project):
        return
    statistics, items = collect(project, sampler=sampler, per_class=per_class, seed=seed)
    summary = statistics.summarise()
    values, used_values, pairs, used_pairs = set(), set(), set(), set()
    for label_id in project.labels:
        for configuration in enumerate_configurations(project, label_id):
            named = {
                project.dimensions[d].name: project.dimensions[d].values[v].text for d, (v,) in configuration.items()
            }
            values |= {(label_id, *pair) for pair in named.items()}
            pairs |= {(label_id, *both) for both in combinations(sorted(named.items()), 2)}
    for item in items:
        used_values |= {(item.labels[0], *pair) for pair in item.attributes.items()}
        used_pairs |= {(item.labels[0], *both) for both in combinations(sorted(item.attributes.items()), 2)}
    assert used_values <= values
    assert used_pairs <= pairs
    assert summary.value_coverage == pytest.approx(len(used_values) / len(values))
    assert summary.pair_coverage == (pytest.approx(len(used_pairs) / len(pairs)) if pairs else None)
    assert summary.prompts == len(items)
    assert summary.distinct_configurations == len({(i.labels, *i.attributes.items()) for i in items})
    assert summary.duplicates == len(items) - len({item.prompt for item in items})


@settings(max_examples=40, deadline=None)
@given(sampling_projects(multi_label=True, most_labels=4), st.integers(1, 8), st.integers(0, 99))
def test_cells_name_the_prompts_behind_them(project, per_class, seed):
    try:
        statistics, items = collect(project, per_class=per_class, seed=seed)
    except InputError:
        return
    taken = {item.item: {name: joined.split("; ") for name, joined in item.attributes.items()} for item in items}
    for cell in statistics.value_counts():
        found = statistics.items_with({cell.dimension: cell.value}, label=cell.label)
        behind = [
            i.item for i in items if cell.label in i.labels and cell.value in taken[i.item].get(cell.dimension, [])
        ]
        assert set(found) <= set(behind)  # in a set of labels a value may stand there for another label
        assert statistics.items_with({cell.dimension: cell.value}) == sorted(
            item for item, names in taken.items() if cell.value in names.get(cell.dimension, [])
        )
    for first, second in combinations(taken[0], 2):
        table = statistics.pair_counts(first, second)
        for row, text in enumerate(table.rows):
            for column, other in enumerate(table.columns):
                behind = statistics.items_with({first: text, second: other})
                assert table.counts[row, column] == len(behind)
                assert not behind or table.allowed[row, column]


def test_value_counts_stand_beside_their_targets():
    project = make_project([2, 3], weights=[[3.0, 1.0], [1.0, 1.0, 1.0]], labels=("x", "y"))
    statistics, _ = collect(project, per_class=8)
    cells = statistics.value_counts(label="x", dimension="dimension 0")
    assert [(cell.value, cell.count, cell.target, cell.allowed) for cell in cells] == [
        ("value 0.0", 6, 6.0, True),
        ("value 0.1", 2, 2.0, True),
    ]
    summary = statistics.summarise()
    assert summary.largest_deviation == pytest.approx(2 / 3)
    assert summary.deviating_value.startswith("x: dimension 1 'value 1.")


def test_forbidden_pairs_are_marked_and_not_asked_for():
    project = make_project([2, 2], constraints=[{"d0": [0], "d1": [1]}])
    statistics, _ = collect(project, per_class=6, sampler="pairwise")
    table = statistics.pair_counts("dimension 0", "dimension 1", label="a")
    assert table.allowed.tolist() == [[True, False], [True, True]]
    assert table.counts[0, 1] == 0
    assert statistics.summarise().pair_coverage == 1
    with pytest.raises(InputError, match="two different dimensions"):
        statistics.pair_counts("dimension 0", "Dimension 0")


def make_length(minimum, maximum):
    return {"text": f"{minimum} to {maximum} words", "minimum": minimum, "maximum": maximum}


def test_tokens_follow_the_rule_and_the_lengths_asked_for():
    data = make_project([2]).to_data()
    data["dimensions"]["len"] = {
        "name": "length",
        "kind": DimensionKind.LENGTH,
        "order": 1,
        "values": {"s": make_length(20, 40), "l": make_length(100, 140)},
    }
    project = parse_project(data)
    statistics, items = collect(project, per_class=10)
    summary = statistics.summarise(cost_of=lambda prompt, completion: prompt * 1e-6 + completion * 2e-6)
    assert summary.estimated_prompt_tokens == sum(estimate_tokens(item.prompt) + TOKENS_PER_MESSAGE for item in items)
    assert summary.estimated_completion_tokens == 5 * (30 + 120) * 4 / 3
    assert summary.estimated_cost == pytest.approx(summary.estimated_prompt_tokens * 1e-6 + 1000 * 2e-6)


def test_an_unknown_price_gives_no_cost():
    statistics, _ = collect(make_project([2]))
    assert statistics.summarise().estimated_cost is None
    assert statistics.summarise(cost_of=lambda prompt, completion: None).estimated_cost is None


def test_simprompt_has_no_coverage_and_repeats_its_prompts():
    project = make_project([3], labels=("x", "y"))
    summary = collect(project, method=Method.SIMPROMPT, per_class=10)[0].summarise()
    assert (summary.prompts, summary.distinct_configurations, summary.duplicates) == (20, 2, 18)
    assert (summary.value_coverage, summary.pair_coverage, summary.largest_deviation) == (None, None, None)
    assert summary.warnings == ()


def test_more_prompts_than_configurations_are_a_warning():
    summary = collect(make_project([2, 2]), per_class=9)[0].summarise()
    assert summary.space_share["a"].configurations == 4
    assert summary.space_share["a"].distinct == 4
    assert summary.space_share["a"].expected == pytest.approx(0.8946, abs=1e-4)
    assert "a has 4 configurations for 9 prompts" in summary.warnings[0]


def test_a_short_pairwise_plan_says_what_it_covers_and_what_all_would_take():
    project = make_project([10, 6, 5])
    short = collect(project, sampler="pairwise", per_class=30)[0].summarise()
    assert short.pair_coverage == pytest.approx(90 / 140)
    assert short.warnings == ("30 prompts cover 64.3% of the pairs of values; covering all takes at least 60.",)
    full = collect(project, sampler="pairwise", per_class=60)[0].summarise()
    assert (full.pair_coverage, full.warnings) == (1, ())


def test_fixed_and_left_out_dimensions_are_measured_against_what_remains():
    summary = collect(
        make_project([4, 3, 2]), per_class=6, fixed={"dimension 1": "value 1.1"}, without=("dimension 2",)
    )[0].summarise()
    assert summary.value_coverage == 1
    assert summary.space_share["a"].configurations == 4


def test_a_missing_dimension_is_named_once_per_label():
    data = make_project([2, 2], labels=("x", "y")).to_data()
    data["dimensions"]["d1"]["class_dependent"] = True
    for value in data["dimensions"]["d1"]["values"].values():
        value["labels"] = ["x"]
    summary = collect(parse_project(data), per_class=2)[0].summarise()
    assert summary.warnings == ("The dimension 'dimension 1' has no value for y and is left out of its prompts.",)
    assert summary.value_coverage == 1


def test_a_prompt_with_a_value_that_the_project_no_longer_has_is_counted_as_a_prompt():
    statistics = PlanStatistics(make_project([2, 2]), PlanOptions())
    statistics.add(PlanItem(0, ("a",), {"dimension 0": "value 0.0", "dimension 1": "gone"}, "p", 1))
    summary = statistics.summarise()
    assert (summary.prompts, summary.value_coverage) == (1, 0.25)
    with pytest.raises(InputError, match="no label 'nobody'"):
        statistics.add(PlanItem(1, ("nobody",), {}, "p", 1))


def test_figures_can_be_read_while_the_plan_goes_on():
    project = make_project([3, 3])
    statistics = PlanStatistics(project, PlanOptions(per_class=9))
    seen = []
    for _ in statistics.watch(make_plan(project, PlanOptions(per_class=9))):
        seen.append(statistics.summarise().pair_coverage)
    assert seen == sorted(seen)
    assert seen[-1] <= 1


def test_the_json_holds_what_the_command_line_promises():
    data = summarise_plan(
        load_preset("agnews"), PlanOptions(per_class=5), make_plan(load_preset("agnews"), PlanOptions(per_class=5))
    ).to_json()
    assert {
        "prompts", "distinct_configurations", "value_coverage", "pair_coverage", "least_prompts",
        "estimated_prompt_tokens",
        "estimated_cost", "largest_deviation", "duplicates", "space_share", "warnings",
    } <= set(data)  # fmt: skip
    assert data["space_share"]["World"]["prompts"] == 5


def test_multi_label_coverage_counts_each_label_of_a_text():
    project = load_preset("arxiv")
    statistics, items = collect(project, per_class=20)
    counts = Counter()
    for item in items:
        for name in item.labels:
            counts[name] += 1
    for name in list(counts)[:5]:
        cells = statistics.value_counts(label=name, dimension="style")
        assert sum(cell.count for cell in cells) == counts[name]
    assert statistics.summarise().value_coverage > 0.9
