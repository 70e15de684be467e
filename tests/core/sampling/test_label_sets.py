from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.presets import load_preset
from attrprompt.project import parse_project
from attrprompt.sampling import (
    LabelSetOptions,
    Sampler,
    build_space,
    draw_label_sets,
    leading_dimension,
    read_row,
    sample_configurations,
)
from attrprompt.sampling.label_sets import parse_label_sets, zipf_sizes
from tests.core.sampling.strategies import is_allowed, sampling_projects


def papers():
    """Two subtopics of one field, one on the border of two, one on the border of three; one technique is shared."""
    subtopics = {"s0": ["ai"], "s1": ["bio"], "s2": ["ai", "bio"], "s3": ["ai", "bio", "math"]}
    techniques = {"t0": ["ai"], "t1": ["ai", "bio"], "t2": ["bio"], "t3": ["math"], "t4": ["math"]}

    def values(of):
        return {key: {"text": key, "labels": labels, "order": i} for i, (key, labels) in enumerate(of.items())}

    return parse_project(
        {
            "task": {"multi_label": True, "text": "abstract"},
            "labels": {name: {"name": name, "order": i} for i, name in enumerate(["ai", "bio", "math"])},
            "dimensions": {
                "sub": {"name": "subtopic", "class_dependent": True, "values": values(subtopics), "order": 0},
                "tec": {"name": "technique", "class_dependent": True, "values": values(techniques), "order": 1},
                "sty": {"name": "style", "values": {"x": {"text": "x"}, "y": {"text": "y"}}, "order": 2},
            },
        }
    )


def draw(project, total, rng=0, **options):
    counts = dict.fromkeys(project.labels, total)
    return draw_label_sets(project, counts, LabelSetOptions(**options), np.random.default_rng(rng))


def test_the_references_procedure_uses_every_subtopic_equally_often():
    assert draw(papers(), 4) == {("ai",): 3, ("ai", "bio"): 3, ("ai", "bio", "math"): 3, ("bio",): 3}


def test_labels_without_prompts_bring_no_label_sets():
    project = papers()
    drawn = draw_label_sets(project, {"ai": 6, "bio": 0, "math": 0}, LabelSetOptions(), np.random.default_rng(0))
    assert ("bio",) not in drawn
    assert sum(drawn.values()) == 6


@pytest.mark.parametrize("sampler", list(Sampler))
def test_one_leading_value_for_all_labels_and_one_technique_for_each(sampler):
    project = papers()
    drawn = sample_configurations(project, ["ai", "bio"], 30, sampler, np.random.default_rng(0))
    technique = project.dimensions["tec"].values
    for configuration in drawn:
        assert configuration["sub"] == ("s2",)  # the one that belongs to these labels and no other
        assert 1 <= len(configuration["tec"]) <= 2
        for label_id in ("ai", "bio"):
            assert any(label_id in technique[value_id].labels for value_id in configuration["tec"])
        assert len(configuration["sty"]) == 1


def test_a_set_that_no_leading_value_has_takes_one_value_for_each_label():
    project = papers()
    space = build_space(project, ["bio", "math"])
    assert [(slot.dimension_id, slot.label_id) for slot in space.slots[:1]] == [("sub", None)]  # s3 has them and more
    data = project.to_data()
    data["dimensions"]["sub"]["values"]["s3"]["labels"] = ["math"]
    space = build_space(parse_project(data), ["bio", "math"])
    assert [slot.label_id for slot in space.slots if slot.dimension_id == "sub"] == ["bio", "math"]


def test_given_sets_get_their_shares():
    sets = ({"labels": ["bio", "ai"], "share": 2}, {"labels": ["math"], "share": 1})
    assert draw(papers(), 4, source="sets", sets=sets) == {("ai", "bio"): 8, ("math",): 4}


def test_given_sizes_get_their_shares_and_every_label_is_used():
    drawn = draw(papers(), 20, source="sizes", sizes={1: 3, 2: 1})
    sizes = Counter()
    for label_ids, count in drawn.items():
        sizes[len(label_ids)] += count
    assert sizes == {1: 45, 2: 15}
    assert {label_id for label_ids in drawn for label_id in label_ids} == {"ai", "bio", "math"}


def test_without_a_leading_dimension_sizes_follow_the_references_zipf():
    data = papers().to_data()
    data["dimensions"] = {"sty": data["dimensions"]["sty"]}
    drawn = draw(parse_project(data), 100)
    alone = sum(count for label_ids, count in drawn.items() if len(label_ids) == 1)
    assert alone == pytest.approx(300 * zipf_sizes(3)[1] / sum(zipf_sizes(3).values()), abs=1)
    with pytest.raises(InputError, match="dimension whose values differ by label"):
        draw(parse_project(data), 100, source="values")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "sizes", "sizes": {9: 1.0}}, "needs as many labels"),
        ({"source": "sets", "sets": ({"labels": ["nobody"], "share": 1},)}, "no label 'nobody'"),
    ],
)
def test_sets_that_the_project_cannot_give_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        draw(papers(), 4, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"source": "sets"},
        {"sizes": {1: 1.0}},
        {"source": "sizes", "sizes": {0: 1.0}},
        {"source": "sizes", "sizes": {1: 0}},
    ],
)
def test_options_that_contradict_themselves_are_refused(options):
    with pytest.raises(ValueError, match=r"source|size|sizes"):
        LabelSetOptions(**options)


@settings(max_examples=80, deadline=None)
@given(
    sampling_projects(multi_label=True, most_labels=4), st.sampled_from(list(Sampler)), st.integers(0, 2**32), st.data()
)
def test_multi_label_configurations_never_violate_a_constraint(project, sampler, seed, data):
    labels = (
        data.draw(st.lists(st.sampled_from(sorted(project.labels)), min_size=2, unique=True))
        if len(project.labels) > 1
        else ["label0"]
    )
    labels.sort()
    space = build_space(project, labels)
    if not space.is_empty:
        drawn = sample_configurations(project, labels, 10, sampler, np.random.default_rng(seed))
        assert all(is_allowed(project, labels, configuration) for configuration in drawn)


@settings(max_examples=80, deadline=None)
@given(sampling_projects(multi_label=True, constraints=False, most_labels=4), st.integers(0, 2**32))
def test_a_row_is_read_back_from_its_joined_texts(project, seed):
    labels = sorted(project.labels)
    space = build_space(project, labels)
    rng = np.random.default_rng(seed)
    for row in np.column_stack([rng.integers(0, slot.size, 5) for slot in space.slots] or [[]]).tolist():
        configuration = space.configuration(row)
        for dimension_id, value_ids in configuration.items():
            slots = [i for i, slot in enumerate(space.slots) if slot.dimension_id == dimension_id]
            text = "; ".join(project.dimensions[dimension_id].values[value_id].text for value_id in value_ids)
            again = read_row(project, space, slots, text)
            found = tuple(dict.fromkeys(space.slots[s].value_ids[i] for s, i in zip(slots, again, strict=True)))
            assert found == value_ids


def test_the_arxiv_preset_plans_its_border_subtopics_with_all_their_labels():
    project = load_preset("arxiv")
    leading = project.dimensions[leading_dimension(project)]
    drawn = draw(project, 10)
    wanted = Counter(len(set(value.labels)) for value in leading.values.values())
    assert sum(drawn.values()) == 10 * len(project.labels)
    assert {len(label_ids) for label_ids in drawn} == set(wanted)


def test_written_label_sets_are_read_with_their_shares():
    found = parse_label_sets("ai + bio = 3\n\nmath\n  bio = 0.5 ")
    assert [(each.labels, each.share) for each in found] == [(("ai", "bio"), 3), (("math",), 1), (("bio",), 0.5)]


@pytest.mark.parametrize("text", ["", "ai = much", "= 3", "ai = -1"])
def test_lines_that_are_no_label_set_are_told(text):
    with pytest.raises(InputError, match="optics"):
        parse_label_sets(text)


@pytest.mark.parametrize("per_class", [1, 2])
def test_with_fewer_texts_than_subtopics_no_label_is_left_out(per_class):
    for seed in range(5):
        drawn = draw(load_preset("arxiv"), per_class, rng=seed)
        assert sum(drawn.values()) == 25 * per_class
        texts = Counter(label_id for label_ids, count in drawn.items() for label_id in [*label_ids] * count)
        assert len(texts) == 25
        several = sum(count for label_ids, count in drawn.items() if len(label_ids) > 1)
        assert 2 * per_class <= several <= 8 * per_class
