"""Evaluation of texts with several labels, through the command line: import, probe, fine-tuning, what is left out."""

import json
from collections import Counter

import pytest

SUBJECTS = {
    "robotics": "A walking robot arm learned to grasp cups",
    "optics": "A laser beam passed through the crystal lens",
    "genomics": "The genome of the bacterium was sequenced",
    "astronomy": "A telescope saw the comet",
}


SETS = (["robotics"], ["optics"], ["genomics"], ["robotics", "optics"], ["Optics", "genomics"])


def write_rows(path, n, offset, sets=SETS, wrong_every=0):
    lines = []
    for number in range(n):
        labels = sets[number % len(sets)]
        if wrong_every and number % wrong_every == 1:  # nobody can read these labels from the text
            labels = sets[(number + 1) % len(sets)]
            lines.append(json.dumps({"text": f"A paper {number + offset} about nothing.", "labels": labels}))
            continue
        text = ". ".join(SUBJECTS[label.casefold()] for label in labels)
        lines.append(json.dumps({"text": f"{text}, paper {number + offset} of {offset}.", "labels": labels}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def run(run, tmp_path):
    run("new", "p", "--labels", "robotics,optics,genomics", "--domain", "papers", "--multi-label")
    for name, n, offset, wrong in (("a", 60, 1000, 0), ("b", 40, 3000, 0), ("gold", 30, 9000, 5)):
        path = write_rows(tmp_path / f"{name}.jsonl", n, offset, wrong_every=wrong)
        run("import-dataset", "p", path, "--as", name, "--kind", "gold")
    return run


def test_the_probe_gives_several_labels_with_every_score_and_interval(run):
    status, printed, err = run("evaluate", "p", "--train", "a", "--train", "b", "--test", "gold", "--curve")
    assert status == 0, err
    assert printed["classes"] == ["genomics", "optics", "robotics"]
    model = printed["models"]["a"]
    for metric in ("micro_f1", "macro_f1", "accuracy"):
        assert model[metric]["low"] <= model[metric]["value"] <= model[metric]["high"]
    for metric in ("precision_at_1", "ndcg_at_3", "mrr"):
        assert 0.6 < model[metric]["value"] <= 1
    assert model["micro_f1"]["value"] > 0.7
    assert model["training_texts"] == {"n": 60, "per_class": {"genomics": 24, "optics": 36, "robotics": 24}}
    assert printed["parameters"]["decision"].startswith("labels of p")
    assert printed["models"]["b"]["equal"]["n"] == model["equal"]["n"] == 40
    primary = [each for each in printed["comparisons"] if each["family"] == "primary"]
    assert [(each["metric"], each["scope"]) for each in primary] == [("macro_f1", "equal n per class")]
    assert printed["headline"] == "micro_f1"
    assert printed["curves"]["a"][-1]["micro_f1"] == model["micro_f1"]
    found = next(each for each in model["confusion"]["cells"] if each["label"] == each["predicted"] == "optics")
    assert len(found["items"]) == found["n"] > 8


def test_labels_that_one_side_lacks_are_named(run, tmp_path):
    few = write_rows(tmp_path / "few.jsonl", 30, 5000, (["robotics"], ["optics"], ["robotics", "astronomy"]))
    run("import-dataset", "p", few, "--as", "few", "--kind", "simprompt")
    status, printed, err = run("evaluate", "p", "--train", "few", "--train", "a", "--test", "gold")
    assert status == 0, err
    assert any("few has no text of these labels" in each and "genomics" in each for each in printed["warnings"])
    assert any("no test text has them: astronomy" in each for each in printed["warnings"])
    assert printed["models"]["few"]["per_class_f1"]["genomics"]["value"] == 0
    assert printed["test"]["other_labels_left_out"] == 0


def test_fine_tuning_takes_several_labels(run):
    arguments = ("--classifier", "finetune", "--epochs", "1", "--seeds", "2", "--learning-rate", "5e-4")
    status, printed, err = run("evaluate", "p", "--train", "a", "--test", "gold", *arguments)
    assert status == 0, err
    assert [each["seed"] for each in printed["seeds"]] == [0, 1]
    assert all(0 <= each["micro_f1"] <= 1 and 0 <= each["mrr"] <= 1 for each in printed["seeds"])
    assert printed["micro_f1"]["low"] is None
    assert printed["reliability"]
    assert sum(each["n"] for each in printed["reliability"]) == 30 * 3


def test_label_sets_of_a_plan_are_chosen_on_the_command_line(run, tmp_path):
    given = tmp_path / "sets.txt"
    given.write_text("robotics + optics = 3\ngenomics = 1", encoding="utf-8")
    out = tmp_path / "plan.jsonl"
    plan = ("plan", "p", "--method", "simprompt", "--per-class", "4", "--out", out)
    for label_sets, expected in (
        (given, {"robotics+optics": 9, "genomics": 3}),
        ("3=1", {"robotics+optics+genomics": 12}),
    ):
        status, _, err = run(*plan, "--label-sets", label_sets)
        assert status == 0, err
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert Counter("+".join(row["labels"]) for row in rows) == expected
    status, _, err = run(*plan, "--label-sets", "neither")
    assert status == 2
    assert "1=70,2=30" in err
    run("new", "single", "--labels", "a,b", "--domain", "news")
    status, _, err = run("plan", "single", "--method", "simprompt", "--label-sets", "sizes")
    assert status == 2
    assert "several labels" in err
