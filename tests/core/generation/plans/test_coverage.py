"""What each sampler covers of the nyt preset, counted on the plan itself."""

from attrprompt.generation.plans.plan import PlanOptions, PlanStatistics, make_plan
from attrprompt.presets import load_preset
from attrprompt.project import Method
from attrprompt.sampling import Sampler, build_space, least_prompts

PROJECT = load_preset("nyt")


def count(sampler, **sizes):
    options = PlanOptions(method=Method.ATTRPROMPT, sampler=sampler, **sizes)
    statistics = PlanStatistics(PROJECT, options)
    for item in make_plan(PROJECT, options):
        statistics.add(item)
    return statistics


def share_by_dimension(statistics):
    shares = {}
    for _, dimension in PROJECT.ordered_dimensions():
        cells = [cell for cell in statistics.value_counts(dimension=dimension.name) if cell.allowed]
        shares[dimension.name] = sum(cell.count > 0 for cell in cells) / len(cells)
    return shares


def test_60_prompts_a_class_cover_all_values_of_every_dimension_only_when_balanced():
    balanced, independent = (count(sampler, per_class=60) for sampler in (Sampler.BALANCED, Sampler.INDEPENDENT))
    assert set(share_by_dimension(balanced).values()) == {1.0}
    assert balanced.summarise().value_coverage == 1.0
    assert share_by_dimension(independent)["subtopic"] < 1.0
    assert independent.summarise().value_coverage < 1.0


def test_pairwise_covers_every_allowed_pair_with_as_many_prompts_as_the_lower_bound():
    least = {label_id: least_prompts(build_space(PROJECT, [label_id])) for label_id in PROJECT.labels}
    by_name = {PROJECT.labels[label_id].name: number for label_id, number in least.items()}
    summary = count(Sampler.PAIRWISE, class_counts=by_name).summarise()
    assert (summary.prompts, summary.least_prompts) == (sum(least.values()), sum(least.values()))
    assert summary.pair_coverage == 1.0
    assert count(Sampler.BALANCED, class_counts=by_name).summarise().pair_coverage < 1.0
