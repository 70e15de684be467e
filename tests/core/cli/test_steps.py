"""The commands ablate, reweigh and feedback: from a run's texts to plans, weights and tables."""

import csv
import json

import pytest

from attrprompt.records import default_comparison
from tests.homes import finish_run

TOPICS = {
    "World": "The minister signed a treaty at the border with {place}",
    "Sports": "The striker of {place} scored twice in the final of the cup",
    "Business": "Shares of the bank of {place} fell after it named its profit",
    "Sci_Tech": "A telescope in {place} measured the light of a far planet",
}


def answer_all(store, name):
    """Put a text into the store for each prompt of a run, as if a model had written it."""
    project = store.projects.find("p")

    def write(item):
        return f"{TOPICS[item.labels[0]].format(place=item.attributes.get('location', 'Rome'))}, letter {item.item}."

    finish_run(store, store.runs.find(project.id, name), write)


@pytest.fixture
def base(run, store, tmp_path):
    run("new", "p", "--preset", "agnews")
    assert run("generate", "p", "--per-class", 8, "--run", "base", "--no-send")[0] == 0
    answer_all(store, "base")
    rows = [
        {"text": f"{TOPICS[label].format(place=place)}, wrote {place} on day {n}.", "label": label}
        for label in TOPICS
        for n, place in enumerate(("Lima", "Oslo", "Cairo", "Perth", "Delhi", "Quito"))
    ]
    file = tmp_path / "gold.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert run("import-dataset", "p", file, "--as", "gold", "--kind", "gold")[0] == 0


def test_variants_are_listed_planned_and_compared(run, store, base):
    status, listed, err = run("ablate", "p", "base")
    assert status == 0, err
    assert {"key": "without:style", "title": "without style", "run": None} in listed["variants"]
    status, planned, err = run("ablate", "p", "base", "--plan", "without:style", "--plan", "fixed")
    assert status == 0, err
    names = [each["run"] for each in planned["variants"] if each["run"]]
    assert sorted(names) == ["base: all dimensions fixed", "base: without style"]
    status, _, err = run("ablate", "p", "base", "--test", "gold")
    assert (status, "resume" in err) == (2, True)
    answer_all(store, "base: without style")
    status, compared, err = run("ablate", "p", "base", "--test", "gold")
    assert status == 0, err
    by_title = {each["title"]: each for each in compared["rows"]}
    assert by_title["without style"]["texts"] == 32
    assert by_title["without style"]["difference"] is not None
    assert by_title["all dimensions fixed"]["difference"] is None


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("ablate", "p", "gold"), "gold"),
        (("ablate", "p", "base", "--plan", "without:smell"), "without:style"),
        (("reweigh", "p", "nope", "--test", "gold"), "nope"),
        (("feedback", "p", "base", "--test", "gold", "--per-class", 99), "1 to 20"),
    ],
)
def test_bad_steps_exit_2_with_one_line(run, base, arguments, part):
    status, printed, err = run(*arguments)
    assert (status, printed) == (2, None)
    assert part in err


def test_variants_are_not_proposed_by_themselves(run, store, base):
    assert run("ablate", "p", "base", "--plan", "without:style")[0] == 0
    answer_all(store, "base: without style")
    datasets = store.datasets.list_all(store.projects.find("p").id)
    assert [each.name for each in default_comparison(datasets)] == ["base", "gold"]


def test_a_variant_is_planned_once(run, base):
    assert run("ablate", "p", "base", "--plan", "fixed:style")[0] == 0
    status, _, err = run("ablate", "p", "base", "--plan", "fixed:style")
    assert (status, "already" in err) == (2, True)


def test_a_comparison_of_variants_is_not_what_the_report_shows(run, store, base, home):
    assert run("ablate", "p", "base", "--plan", "without:style")[0] == 0
    answer_all(store, "base: without style")
    assert run("ablate", "p", "base", "--test", "gold")[0] == 0
    assert not list(home.rglob("cache/evaluations/*.json"))


def test_weights_come_with_scores_before_and_after(run, base, tmp_path):
    out = tmp_path / "weights.csv"
    status, printed, err = run("reweigh", "p", "base", "--test", "gold", "--out", out)
    assert status == 0, err
    assert set(printed["before"]) >= {"accuracy", "macro_f1"}
    assert [each["a"] for each in printed["comparisons"]] == ["weighted", "weighted"]
    assert printed["held_out_loss"]["after"] <= printed["held_out_loss"]["before"] + 0.02
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == printed["n"] == 32
    weights = [float(row["weight"]) for row in rows]
    assert weights == sorted(weights)
    assert 0 <= weights[0] <= weights[-1] <= 1


def test_the_most_helpful_texts_become_examples_of_the_next_round(run, store, base):
    status, printed, err = run("feedback", "p", "base", "--test", "gold", "--per-class", 1, "--plan")
    assert status == 0, err
    assert len(printed["helpful"]) == 4
    assert {each["label"] for each in printed["helpful"]} == set(TOPICS)
    assert all(each["influence"] < 0 for each in printed["helpful"])
    assert printed["run"] == "base: round 2"
    project_id = store.projects.find("p").id
    base, following = (store.runs.find(project_id, name) for name in ("base", printed["run"]))
    assert following.options["seed"] == base.options["seed"] + 1
    assert following.options["feedback"]["items"] == [each["item"] for each in printed["helpful"]]
    item = next(store.runs.iterate_plan(following.id))
    example = store.datasets.read_page(base.id, limit=50)[printed["helpful"][0]["item"]]
    assert any(turn["content"] == example.text for turn in item.messages) == (item.labels == example.labels)
    assert run("feedback", "p", "base", "--test", "gold", "--per-class", 1, "--plan")[1]["run"] == "base: round 3"


def test_rejected_and_cut_texts_never_become_examples(run, store, base):
    first = run("feedback", "p", "base", "--test", "gold", "--per-class", 1)[1]["helpful"]
    base = store.runs.find(store.projects.find("p").id, "base")
    store.review.decide(base.id, [first[0]["item"]], {"status": "rejected"}, actor="ana")
    second = run("feedback", "p", "base", "--test", "gold", "--per-class", 1)[1]["helpful"]
    assert first[0]["item"] not in [each["item"] for each in second]
