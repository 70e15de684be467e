"""Examples in the prompts: whose texts, how many of each class, and what is remembered of gold."""

import pytest

from attrprompt import edits
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.analysis_jobs.loading import read_texts
from attrprompt.errors import InputError
from attrprompt.generation.fewshot import choose_few_shots, read_few_shot_texts
from attrprompt.project import Project, Task
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample


@pytest.fixture
def document():
    return edits.add_labels(Project(task=Task(text="news item")), ["World", "Sci_Tech"])


def put(store, project, kind=DatasetKind.GOLD, name="gold", labels=("world", "Sci Tech")):
    rows = [
        NewSample(item, f"{labels[item % len(labels)]} text number {item}", "", (labels[item % len(labels)],), {})
        for item in range(12)
    ]
    return store.datasets.import_rows(project.id, name, kind, rows, info={})


def test_each_prompt_holds_examples_of_its_own_class(store, project, make_run):
    few_shots = choose_few_shots(store, project, put(store, project), 2, seed=3)
    run = make_run(project, per_class=2, few_shots=few_shots)
    for item in store.runs.iterate_plan(run.id):
        assert [message["role"] for message in item.messages] == ["user", "assistant"] * 2 + ["user"]
        assert item.messages[-1]["content"] == item.prompt
        wanted = "world" if item.labels == ("World",) else "Sci Tech"
        answers = [message["content"] for message in item.messages if message["role"] == "assistant"]
        assert len(set(answers)) == 2
        assert all(answer.startswith(wanted) for answer in answers)
    assert sorted(read_few_shot_texts(run)) == sorted(few_shots.texts())


def test_the_same_seed_draws_the_same_examples(store, project):
    dataset = put(store, project)
    drawn = [choose_few_shots(store, project, dataset, 2, seed=seed).texts() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_gold_that_entered_a_prompt_is_left_out_of_every_reference(store, project, make_run):
    dataset = put(store, project)
    few_shots = choose_few_shots(store, project, dataset, 2)
    make_run(project, per_class=2, few_shots=few_shots)
    assert store.datasets.used_gold(project.id) == set(few_shots.hashes())
    left = {each.text for each in read_texts(store, dataset, TextChoice())}
    assert len(left) == 8
    assert not left & set(few_shots.texts())


def test_generated_texts_are_examples_only_once_accepted(store, project, make_run):
    dataset = put(store, project, DatasetKind.SIMPROMPT, "sim", ("World", "Sci_Tech"))
    with pytest.raises(InputError, match="no accepted text for: World, Sci Tech"):
        choose_few_shots(store, project, dataset, 1)
    store.review.decide(dataset.id, [2, 5], {"status": "accepted"}, actor="ana")
    few_shots = choose_few_shots(store, project, dataset, 3)
    assert sorted(few_shots.texts()) == ["Sci_Tech text number 5", "World text number 2"]
    make_run(project, per_class=2, few_shots=few_shots)
    assert store.datasets.used_gold(project.id) == frozenset()


def test_a_number_out_of_range_is_refused(store, project):
    with pytest.raises(InputError, match="1 to 20"):
        choose_few_shots(store, project, put(store, project), 0)
