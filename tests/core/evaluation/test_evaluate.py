"""The evaluation through the command line: scores, comparisons, cells, and what is refused."""

import json

import numpy as np
import pytest

from attrprompt.evaluation.result import Evaluation
from attrprompt.records import hash_text
from tests.kept import assert_comes_back

TOPICS = {
    "sports": ["The striker scored twice in the final of the cup", "The coach praised her team after the match"],
    "world": ["The minister signed a treaty on the border", "Voters in the capital chose a new parliament"],
}


def write_rows(path, n, offset, labels=("sports", "world")):
    names = ["Ana", "Bo", "Chen", "Dia", "Emil", "Fay", "Gus", "Hana", "Ida", "Jon", "Kim", "Lea"]
    lines = []
    for number in range(n):
        label = labels[number % len(labels)]
        start = TOPICS[label.casefold()][number // 2 % 2]
        day = number + offset
        text = f"{start}, {names[day % 12]} wrote on day {day} in letter {day * 7}."
        lines.append(json.dumps({"text": text, "label": label}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def run(run, tmp_path):
    run("new", "p", "--labels", "sports,world", "--domain", "news")
    for name, n, offset, labels in (
        ("a", 40, 0, ("sports", "world")),
        ("b", 30, 500, ("Sports", "World")),
        ("gold", 24, 990, ("sports", "world")),
    ):
        run(
            "import-dataset",
            "p",
            write_rows(tmp_path / f"{name}.jsonl", n, offset, labels),
            "--as",
            name,
            "--kind",
            "gold",
        )
    return run


def test_evaluate_prints_scores_comparisons_and_cells(run):
    status, printed, err = run("evaluate", "p", "--train", "a", "--train", "a+b", "--test", "gold", "--curve")
    assert status == 0, err
    assert set(printed["models"]) == {"a", "a+b"}
    one = printed["models"]["a"]
    assert one["accuracy"]["value"] > 0.9
    assert set(one["accuracy"]) == {"value", "low", "high", "n", "m", "repeats", "method"}
    assert sum(each["n"] for each in one["confusion"]["cells"]) == 24
    assert sorted(item for each in one["confusion"]["cells"] for item in each["items"]) == list(range(24))
    assert one["equal"]["per_class"] == 20
    assert {(each["scope"], each["metric"]) for each in printed["comparisons"]} == {
        (scope, metric) for scope in ("equal n per class", "all texts") for metric in ("accuracy", "macro_f1")
    }
    assert [each["scope"] for each in printed["comparisons"] if each["family"] == "primary"] == ["all texts"]
    assert printed["curves"]["a"][-1]["n"] == 40
    assert printed["budget"] == []
    assert assert_comes_back(Evaluation.from_json(printed)).to_json() == printed


def test_one_training_set_stands_at_top_level_too_and_labels_match_in_any_case(run):
    status, printed, _ = run("evaluate", "p", "--train", "b", "--test", "gold")
    assert status == 0
    assert printed["accuracy"] == printed["models"]["b"]["accuracy"]
    assert printed["classes"] == ["sports", "world"]


def test_repeated_test_texts_are_counted(run, tmp_path):
    run("import-dataset", "p", tmp_path / "gold.jsonl", "--as", "leaky", "--kind", "simprompt")
    _, printed, _ = run("evaluate", "p", "--train", "leaky", "--test", "gold")
    assert printed["leakage"]["leaky"]["exact"] == 24
    assert any("repeat a test text" in each for each in printed["warnings"])


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--train", "a", "--test", "a"), "at once"),
        (("--train", "a", "--train", "a", "--test", "gold"), "twice"),
        (("--train", "a+a", "--test", "gold"), "twice"),
        (("--train", "nope", "--test", "gold"), "no data set"),
        (("--train", "a", "--test", "gold", "--classifier", "forest"), "probe"),
    ],
)
def test_bad_evaluations_exit_2_with_one_line(run, arguments, part):
    status, printed, err = run("evaluate", "p", *arguments)
    assert (status, printed) == (2, None)
    assert part in err


def test_labels_that_are_not_shared_are_named_as_the_texts_spell_them(run, tmp_path):
    run("new", "q", "--labels", "C++,iPhone Use")
    for name, labels in (("gold", ["C++", "iPhone Use"]), ("made", ["C++"])):
        rows = [{"text": f"Text {number} of {name}.", "label": labels[number % len(labels)]} for number in range(6)]
        file = tmp_path / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert run("import-dataset", "q", file, "--as", name)[0] == 0
    status, _, err = run("evaluate", "q", "--train", "made", "--test", "gold")
    assert status == 2 and "its labels are C++, iPhone Use." in err


def test_gold_used_in_prompts_is_left_out_of_the_test(run, store):
    project = store.projects.find("p")
    gold = store.datasets.find(project.id, "gold")
    store.datasets.record_gold_use(project.id, [hash_text(store.datasets.read_page(gold.id)[0].text)], "r1")
    _, printed, _ = run("evaluate", "p", "--train", "a", "--test", "gold")
    assert (printed["test"]["n"], printed["test"]["used_in_prompts_left_out"]) == (23, 1)


def test_fine_tuning_prints_its_seeds_as_points(run):
    arguments = ("--classifier", "finetune", "--epochs", "1", "--seeds", "2")
    status, printed, err = run("evaluate", "p", "--train", "a", "--test", "gold", *arguments)
    assert status == 0, err
    assert [each["seed"] for each in printed["seeds"]] == [0, 1]
    assert printed["accuracy"]["value"] == pytest.approx(np.mean([each["accuracy"] for each in printed["seeds"]]))
    assert (printed["accuracy"]["low"], printed["comparisons"]) == (None, [])


def test_texts_without_a_label_are_left_out_and_told(run, tmp_path):
    rows = [{"text": f"A note {number} about nothing at all.", "label": ""} for number in range(7)]
    half = write_rows(tmp_path / "half.jsonl", 24, 700)
    half.write_text("\n".join([half.read_text(encoding="utf-8"), *map(json.dumps, rows)]), encoding="utf-8")
    run("import-dataset", "p", half, "--as", "half", "--kind", "gold")
    status, printed, err = run("evaluate", "p", "--train", "half", "--test", "gold")
    assert status == 0, err
    assert printed["classes"] == ["sports", "world"]
    assert printed["models"]["half"]["training_texts"]["n"] == 24
    assert "7 texts of half left out, without a label." in printed["warnings"]
