import json
import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.generation.plans.plan import (
    PlanItem,
    PlanOptions,
    make_item_seed,
    make_plan,
    plan_label_sets,
    read_options,
    write_plan,
)
from attrprompt.presets import load_preset
from attrprompt.project import Method, parse_project
from attrprompt.sampling import Sampler, find_empty_labels
from tests.core.sampling.strategies import is_allowed, make_project, sampling_projects

PROJECT = make_project([4, 3, 2], labels=("x", "y", "z"), text="story")


def plan(project=PROJECT, **options):
    return list(make_plan(project, read_options(options)))


def lines(items, *, multi_label=False):
    file = StringIO()
    write_plan(items, file, multi_label=multi_label)
    return file.getvalue()


@settings(max_examples=40, deadline=None)
@given(
    sampling_projects(),
    st.sampled_from([Method.SIMPROMPT, Method.ATTRPROMPT]),
    st.sampled_from(list(Sampler)),
    st.integers(1, 12),
    st.integers(0, 2**63 - 1),
)
def test_the_same_seed_gives_the_same_bytes(project, method, sampler, per_class, seed):
    if not find_empty_labels(project):
        options = PlanOptions(method=method, sampler=sampler, per_class=per_class, seed=seed)
        first, second = lines(make_plan(project, options)), lines(make_plan(project, options))
        assert first == second
        assert len(first.splitlines()) == per_class * len(project.labels)


def test_the_bytes_do_not_depend_on_the_process(tmp_path):
    script = (
        "import sys; from attrprompt.generation.plans.plan import *; from attrprompt.presets import load_preset\n"
        "for name in ('agnews', 'arxiv'):\n"
        "    project = load_preset(name)\n"
        "    for sampler in ('independent', 'balanced', 'pairwise'):\n"
        "        plan = make_plan(project, PlanOptions(per_class=20, seed=7, sampler=sampler))\n"
        "        write_plan(plan, f'{sys.argv[1]}-{name}-{sampler}.jsonl', multi_label=project.task.multi_label)\n"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / seed)],
            check=True,
            cwd=Path(__file__).parents[4],
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    for name in ("agnews", "arxiv"):
        for sampler in ("independent", "balanced", "pairwise"):
            first, second = (tmp_path / f"{seed}-{name}-{sampler}.jsonl" for seed in ("1", "2"))
            assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_another_plan():
    assert lines(plan(seed=1)) != lines(plan(seed=2))


def test_rows_have_the_fields_of_the_contract_in_order(tmp_path):
    path = tmp_path / "plan.jsonl"
    assert write_plan(plan(per_class=2), path) == 6
    raw = path.read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    rows = [json.loads(line) for line in raw.decode("utf-8").splitlines()]
    assert [list(row) for row in rows] == [["item", "label", "attributes", "prompt", "seed"]] * 6
    assert [row["item"] for row in rows] == list(range(6))
    assert list(rows[0]["attributes"]) == ["dimension 0", "dimension 1", "dimension 2"]
    assert all(text in row["prompt"] for row in rows for text in row["attributes"].values())


def test_a_system_message_stands_in_the_row_where_there_is_one():
    data = PROJECT.to_data()
    data["templates"] = {"attrprompt": {"text": "{{ label }}", "system": "You write a {{ text }}."}}
    item = plan(parse_project(data), per_class=1)[0]
    assert item.system == "You write a story."
    assert item.to_row(False)["system"] == "You write a story."


def test_texts_stay_as_they_are(tmp_path):
    data = PROJECT.to_data()
    texts = ["Zürich — “quoted”", "日本\u2028语", 'a "b" \\ c', "{value} {{ label }}"]
    for key, text in zip(data["dimensions"]["d0"]["values"], texts, strict=True):
        data["dimensions"]["d0"]["values"][key]["text"] = text
    path = tmp_path / "plan.jsonl"
    write_plan(make_plan(parse_project(data), PlanOptions(per_class=4)), path)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    assert {row["attributes"]["dimension 0"] for row in rows} == set(texts)
    assert all(row["attributes"]["dimension 0"] in row["prompt"] for row in rows)


def test_a_plan_that_fails_midway_leaves_no_file(tmp_path):
    def broken():
        yield PlanItem(0, ("x",), {}, "p", 1)
        raise RuntimeError

    path = tmp_path / "plan.jsonl"
    path.write_text("before")
    with pytest.raises(RuntimeError):
        write_plan(broken(), path)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.jsonl"]
    assert path.read_text() == "before"
    with pytest.raises(InputError, match="cannot be written"):
        write_plan(plan(), tmp_path / "missing" / "plan.jsonl")


def test_classes_take_turns():
    labels = [item.labels[0] for item in plan(per_class=5)]
    assert labels == ["x", "y", "z"] * 5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=3, max_size=3).filter(sum))
def test_every_beginning_holds_the_classes_in_their_proportions(counts):
    wanted = dict(zip("xyz", counts, strict=True))
    items = plan(class_counts=wanted)
    seen = Counter()
    for number, item in enumerate(items, start=1):
        seen[item.labels[0]] += 1
        assert all(abs(seen[name] - number * count / len(items)) <= 1.5 for name, count in wanted.items())
    assert {name: seen[name] for name in wanted} == wanted


def test_counts_by_class_and_long_tails():
    counts = Counter(item.labels[0] for item in plan(distribution="long_tailed", per_class=100, ratio=25))
    assert counts == {"x": 100, "y": 20, "z": 4}
    assert Counter(item.labels[0] for item in plan(class_counts={"Y": 7})) == {"y": 7}


def test_dimensions_are_fixed_and_left_out_by_name():
    items = plan(fixed={"Dimension 1": "VALUE 1.2"}, without=["dimension 0"], per_class=8)
    assert all(list(item.attributes) == ["dimension 1", "dimension 2"] for item in items)
    assert {item.attributes["dimension 1"] for item in items} == {"value 1.2"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fixed": {"mood": "x"}}, "no dimension 'mood'.*dimension 0, dimension 1"),
        ({"fixed": {"dimension 0": "x"}}, "has no value 'x'.*value 0.0, value 0.1"),
        ({"without": ["mood"]}, "no dimension 'mood'"),
        ({"class_counts": {"w": 1}}, "no label 'w'.*x, y, z"),
        ({"class_counts": {"x": 0}}, "add up to no prompt"),
        ({"class_counts": {"x": -1}}, "between 0 and"),
        ({"class_counts": {"x": 1}, "distribution": "long_tailed"}, "not both"),
        ({"per_class": 0}, "greater than or equal to 1"),
        ({"sampler": "best"}, "independent"),
        ({"colour": 1}, "Extra inputs"),
        ({"method": "metaprompt"}, "MetaPrompt has no prompt for x yet"),
    ],
)
def test_options_that_make_no_plan_are_refused_before_the_first_prompt(options, message):
    with pytest.raises(InputError, match=message):
        make_plan(PROJECT, read_options(options))


def test_a_project_without_labels_or_dimensions_is_told_what_to_do():
    with pytest.raises(InputError, match="no label yet"):
        make_plan(parse_project({}), PlanOptions())
    bare = parse_project({"labels": {"a": {"name": "a"}}})
    with pytest.raises(InputError, match="choose SimPrompt"):
        make_plan(bare, PlanOptions())
    assert len(plan(bare, method="simprompt", per_class=3)) == 3


def test_a_label_without_configurations_stops_the_plan_and_is_named():
    project = make_project([2, 2], labels=("a",), constraints=[{"d0": [0, 1], "d1": [0, 1]}])
    with pytest.raises(InputError, match="a has no allowed configuration left"):
        make_plan(project, PlanOptions())


def test_a_template_that_names_a_left_out_dimension_says_so():
    data = PROJECT.to_data()
    data["templates"] = {"attrprompt": {"text": "{{ attributes['dimension 0'] }}"}}
    with pytest.raises(InputError, match="There is no 'dimension 0' here"):
        plan(parse_project(data), without=["dimension 0"])


def test_meta_prompts_are_used_in_turn():
    prompts = {"x": ["one", "two"], "y": ["three"], "z": ["four", "five", "six"]}
    items = list(make_plan(PROJECT, PlanOptions(method=Method.METAPROMPT, per_class=3), meta_prompts=prompts))
    by_label = {name: [item.prompt for item in items if item.labels == (name,)] for name in "xyz"}
    assert by_label == {"x": ["one", "two", "one"], "y": ["three"] * 3, "z": ["four", "five", "six"]}
    assert all(item.attributes == {} for item in items)


def test_item_seeds_are_stable_31_bit_numbers():
    assert [make_item_seed(7, item) for item in range(3)] == [1664739778, 1207947808, 1549940327]
    seeds = {make_item_seed(0, item) for item in range(10_000)}
    assert len(seeds) > 9_990
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert make_item_seed(0, 5) == make_item_seed(0, 5) != make_item_seed(1, 5)


@settings(max_examples=40, deadline=None)
@given(sampling_projects(multi_label=True, most_labels=4), st.sampled_from(list(Sampler)), st.integers(0, 99))
def test_multi_label_plans_keep_constraints_and_name_known_values(project, sampler, seed):
    options = PlanOptions(sampler=sampler, per_class=6, seed=seed)
    try:
        items = list(make_plan(project, options))
    except InputError:
        return
    assert len(items) == 6 * len(project.labels)
    texts = {
        dimension.name: {value.text: value_id for value_id, value in dimension.values.items()}
        for dimension in project.dimensions.values()
    }
    ids = {dimension.name: key for key, dimension in project.dimensions.items()}
    for item in items:
        configuration = {
            ids[name]: tuple(texts[name][text] for text in joined.split("; "))
            for name, joined in item.attributes.items()
        }
        assert is_allowed(project, item.labels, configuration)


def test_a_multi_label_row_lists_its_labels():
    project, options = load_preset("arxiv"), PlanOptions(per_class=4)
    text = lines(make_plan(project, options), multi_label=True)
    rows = [json.loads(line) for line in text.splitlines()]
    names = {
        tuple(project.labels[label_id].name for label_id in label_ids): count
        for label_ids, count in plan_label_sets(project, options).items()
    }
    assert Counter(tuple(row["labels"]) for row in rows) == names
    assert all("label" not in row for row in rows)


def test_simprompt_and_attrprompt_of_one_seed_ask_for_the_same_label_sets():
    project = load_preset("arxiv")
    first, second = (
        Counter(item.labels for item in make_plan(project, PlanOptions(method=method, per_class=5)))
        for method in (Method.SIMPROMPT, Method.ATTRPROMPT)
    )
    assert first == second


def test_memory_stays_flat_while_a_plan_streams():
    project = make_project([20, 40, 5, 3], labels=("a", "b"))
    iterator = make_plan(project, PlanOptions(per_class=2_000))
    next(iterator)
    tracemalloc.start()
    for _ in iterator:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6


def test_classes_share_what_remains_of_the_values():
    project = make_project([36], labels=[f"l{i:02}" for i in range(18)])
    counts = Counter(item.attributes["dimension 0"] for item in make_plan(project, PlanOptions(per_class=10)))
    assert set(counts.values()) == {5}
