"""Ablations: each variant differs from its base run in one thing, and one table compares them."""

import pytest

from attrprompt.elicitation.proposals import ProposalKind, ProposalStatus, accept_proposals
from attrprompt.errors import InputError
from attrprompt.evaluation.steps.ablations import (
    find_variants,
    is_variant,
    list_ablations,
    plan_ablation,
)
from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from attrprompt.project import Method
from attrprompt.store.proposals import NewProposal


@pytest.fixture
def document():
    return load_preset("agnews")


@pytest.fixture
def plan_base(make_run, project):
    """The run that is varied: attributed prompts, with a seed, a parameter and a limit of its own."""
    base = {"name": "base", "method": Method.ATTRPROMPT, "per_class": 10, "seed": 3, "endpoint": Endpoint.embedded()}
    return lambda of=project, **options: make_run(of, **base | {"temperature": 0.7, "concurrency": 4} | options)


def plan_of(store, run):
    return list(store.runs.iterate_plan(run.id))


def variant_of(store, base, key):
    return next(each for each in list_ablations(store, base) if each.key == key)


def test_each_dimension_can_be_left_out_or_fixed_and_all_of_them_fixed(store, project, plan_base):
    names = [dimension.name for _, dimension in project.document.ordered_dimensions()]
    keys = [each.key for each in list_ablations(store, plan_base())]
    assert keys == [*(f"without:{name}" for name in names), *(f"fixed:{name}" for name in names), "fixed"]


def test_a_variant_is_planned_with_everything_else_as_in_the_base_run(store, project, plan_base):
    base = plan_base()
    run = plan_ablation(store, project, base, variant_of(store, base, "without:location"))
    assert run.name == "base: without location"
    assert (run.parameters, run.limits, run.model) == (base.parameters, base.limits, base.model)
    assert run.content_hash == base.content_hash
    before, after = plan_of(store, base), plan_of(store, run)
    assert len(after) == len(before) == 40
    assert [each.labels for each in after] == [each.labels for each in before]
    assert set(before[0].attributes) - set(after[0].attributes) == {"location"}
    assert is_variant(run)
    assert not is_variant(base)
    assert find_variants(base, [base, run]) == {"without:location": run}


def test_a_fixed_dimension_takes_one_value_and_a_class_dependent_one_a_value_a_label(store, project, plan_base):
    base = plan_base()
    for key, label_wise in (("fixed:style", {"style": False}), ("fixed:subtopic", {"subtopic": True})):
        plan = plan_of(store, plan_ablation(store, project, base, variant_of(store, base, key)))
        ((name, by_label),) = label_wise.items()
        values = {(item.labels if by_label else (), item.attributes[name]) for item in plan}
        assert len(values) == (4 if by_label else 1)
        assert len({item.attributes["location"] for item in plan}) > 5


def test_all_fixed_asks_for_one_configuration_a_label(store, project, plan_base):
    base = plan_base()
    plan = plan_of(store, plan_ablation(store, project, base, variant_of(store, base, "fixed")))
    assert len({item.prompt for item in plan}) == 4


def test_what_the_base_run_left_out_or_fixed_is_not_varied_again(store, project, plan_base):
    base = plan_base(without=("style",), fixed={"location": "Kenya"})
    keys = {each.key for each in list_ablations(store, base)}
    assert {"without:style", "fixed:style", "fixed:location"}.isdisjoint(keys)
    without = variant_of(store, base, "without:location")
    assert (without.options.without, without.options.fixed) == (("style", "location"), {})


def propose_removal(store, project, status):
    (dimension_id,) = [key for key, each in project.document.dimensions.items() if each.name == "subtopic"]
    label_id = project.document.ordered_labels()[0][0]
    value_id, value = project.document.dimensions[dimension_id].values_for(label_id)[0]
    payload = {"value_id": value_id, "text": value.text, "similar": "Sports", "suggestion": "drop"}
    (number,) = store.proposals.add(
        project.id, [NewProposal(ProposalKind.FILTER, value.text, payload, dimension_id, label_id)], maker="test"
    )
    if status == ProposalStatus.ACCEPTED:
        store.proposals.decide(
            project.id,
            [number],
            ProposalStatus.ACCEPTED,
            actor="ana",
            accept=accept_proposals,
        )
    return value.text


def list_texts(document):
    return {value.text for dimension in document.dimensions.values() for value in dimension.values.values()}


def test_the_filter_is_a_variant_only_where_it_took_or_would_take_something(store, project, plan_base):
    assert not [each for each in list_ablations(store, plan_base()) if each.key.startswith("filter")]
    text = propose_removal(store, project, ProposalStatus.OPEN)
    before = plan_base(name="before")
    on = variant_of(store, before, "filter:on")
    assert on.title == "filter on: 1 values less"
    assert text in list_texts(store.runs.load_document(before.id))
    assert text not in list_texts(on.document)


def test_the_filter_off_puts_back_what_it_took(store, project, plan_base):
    text = propose_removal(store, project, ProposalStatus.ACCEPTED)
    changed = store.projects.load(project.id)
    base = plan_base(changed, name="after")
    off = variant_of(store, base, "filter:off")
    assert text not in {item.attributes["subtopic"] for item in plan_of(store, base)}
    assert text in list_texts(off.document)


def test_a_run_without_attributes_has_no_ablations(store, project, plan_base):
    with pytest.raises(InputError, match="made without attributes"):
        list_ablations(store, plan_base(method=Method.SIMPROMPT))
