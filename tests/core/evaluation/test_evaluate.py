"""Evaluation: scores by hand, agreement with scikit-learn, intervals that cover, leakage, and the whole command."""

import json

import numpy as np
import pytest
from sklearn import metrics

from attrprompt.evaluation.curves import TokenCost, find_budget_share, measure_curve, smooth_monotone
from attrprompt.evaluation.probe import Texts, compare, draw_share, train
from attrprompt.evaluation.request import make_evaluation
from attrprompt.evaluation.scores import (
    bin_reliability,
    count_confusion,
    measure_calibration_error,
    resample_scores,
    score,
)
from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from attrprompt.project import Method
from attrprompt.records import DatasetKind, hash_text
from attrprompt.store import NewSample

CLASSES = 3


def make_texts(n, seed, noise=1.5, part=0):
    """Points around three centres; the same centres for every seed."""
    centres = np.random.default_rng(99).normal(size=(CLASSES, 8))
    codes = np.arange(n) % CLASSES
    vectors = centres[codes] + np.random.default_rng(seed).normal(size=(n, 8)) * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Texts(vectors.astype(np.float32), codes, np.full(n, part))


def test_scores_of_a_tiny_confusion_are_those_worked_out_by_hand():
    truth, predicted = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 0])
    assert count_confusion(truth, predicted, 3).tolist() == [[2, 1, 0], [0, 2, 0], [1, 0, 0]]
    assert score(truth, predicted, 3) == pytest.approx([4 / 6, (2 / 3 + 4 / 5 + 0) / 3, 2 / 3, 4 / 5, 0])


def test_scores_agree_with_scikit_learn():
    rng = np.random.default_rng(1)
    truth, predicted = rng.integers(0, 7, 500), rng.integers(0, 7, 500)
    found = score(truth, predicted, 7)
    assert found[0] == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert found[1] == pytest.approx(metrics.f1_score(truth, predicted, average="macro"))
    assert found[2:] == pytest.approx(metrics.f1_score(truth, predicted, average=None))


def test_resampled_accuracy_varies_as_the_binomial_does():
    truth = np.zeros(400, dtype=int)
    predicted = np.array([0] * 300 + [1] * 100)
    drawn = resample_scores(truth, [predicted], 2, seed=0)[:, 0, 0]
    assert drawn.std() == pytest.approx(np.sqrt(0.75 * 0.25 / 400), rel=0.1)


def test_two_equal_classifiers_never_differ_in_a_resample():
    rng = np.random.default_rng(2)
    truth, predicted = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    drawn = resample_scores(truth, [predicted, predicted], 3, seed=0)
    assert (drawn[:, 0] == drawn[:, 1]).all()


def test_calibration_of_two_bins_is_worked_out_by_hand():
    confidence, right = np.array([0.9, 0.95, 0.55, 0.5]), np.array([True, False, True, True])
    assert measure_calibration_error(confidence, right) == pytest.approx((0.85 + 0.95) / 4)
    bins = bin_reliability(confidence, right)
    assert [(each.low, each.n, each.accuracy) for each in bins] == [(0.5, 2, 1.0), (0.9, 2, 0.5)]


def test_draws_keep_four_fifths_of_each_class_and_are_shared_by_mixes():
    alone = make_texts(60, 1, part=4)
    other = make_texts(30, 2, part=5)
    mix = Texts(*(np.concatenate([getattr(alone, f), getattr(other, f)]) for f in ("vectors", "codes", "parts")))
    rows = draw_share(alone, 3, seed=0)
    assert np.bincount(alone.codes[rows]).tolist() == [16, 16, 16]
    in_mix = draw_share(mix, 3, seed=0)
    assert in_mix[in_mix < 60].tolist() == rows.tolist()


def test_one_source_is_rarely_called_different():
    test = make_texts(300, 1000)
    different = 0
    for seed in range(8):
        a, b = (train(make_texts(60, 2 * seed + side), test, CLASSES, seed=seed) for side in (0, 1))
        different += compare(("a", a), ("b", b), "all texts")[0].p < 0.05
    assert different <= 2


def test_a_set_with_wrong_labels_is_called_worse():
    test, good = make_texts(300, 5), make_texts(90, 6)
    rng = np.random.default_rng(0)
    spoilt = Texts(good.vectors, rng.integers(0, CLASSES, good.n), good.parts)
    found = compare(
        ("good", train(good, test, CLASSES, seed=0)), ("spoilt", train(spoilt, test, CLASSES, seed=0)), "all texts"
    )
    assert all(each.low > 0 and each.p < 0.01 for each in found)


def test_the_curve_ends_at_the_full_score_and_its_bands_hold_their_values():
    texts, test = make_texts(120, 7), make_texts(300, 8)
    full = train(texts, test, CLASSES, seed=0)
    points = [each.to_json() for each in measure_curve(texts, test, full, seed=0)]
    assert [each["n"] for each in points] == [6, 15, 30, 60, 120]
    assert points[-1]["accuracy"]["value"] == pytest.approx(full.scores[0])
    assert all(each["macro_f1"]["low"] <= each["macro_f1"]["value"] <= each["macro_f1"]["high"] for each in points)


def test_the_monotone_curve_pools_what_falls():
    assert smooth_monotone(np.array([0.2, 0.5, 0.3, 0.9])).tolist() == pytest.approx([0.2, 0.4, 0.4, 0.9])


def test_budget_shares_say_where_a_score_is_reached_and_where_it_is_not():
    test = make_texts(300, 9)
    rng = np.random.default_rng(0)
    good, noisy = make_texts(120, 10), make_texts(120, 11)
    codes = np.where(rng.random(120) < 0.6, rng.integers(0, CLASSES, 120), noisy.codes)
    poor = Texts(noisy.vectors, codes, noisy.parts)
    points = {}
    for name, texts in (("good", good), ("poor", poor)):
        points[name] = measure_curve(texts, test, train(texts, test, CLASSES, seed=0), seed=0)
    cost = TokenCost(texts=12_000, once=500, rows=120)
    found = find_budget_share(("good", points["good"], cost), ("poor", points["poor"], cost), seed=0)
    assert found.share is not None
    assert found.share < 0.6
    assert found.tokens == pytest.approx(found.share * 12_500)
    missed = find_budget_share(("poor", points["poor"], cost), ("good", points["good"], cost), seed=0)
    assert (missed.share, missed.tokens, missed.high) == (None, None, None)


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


@pytest.fixture
def document():
    return load_preset("agnews")


def test_the_cost_of_attributed_texts_holds_elicitation_and_filter_and_no_other_methods_writing(
    store, project, make_run
):
    gold = store.datasets.import_rows(
        project.id, "gold", DatasetKind.GOLD, [NewSample(0, "A text", "", ("World",), {})], info={}
    )
    writer = Endpoint("http://127.0.0.1:9", "writer")
    made = {}
    for method in (Method.SIMPROMPT, Method.ATTRPROMPT):
        run = make_run(
            project,
            name=method.value,
            method=method,
            per_class=1,
            endpoint=writer,
            texts=lambda item: f"Text {item.item}",
        )
        made[method] = store.datasets.load(run.id)
    for purpose, tokens in (("values", 30), ("filter", 5), ("metaprompt", 1000)):
        store.replies.add(
            project.id, purpose=purpose, prompt="", raw="", problem="", model="helper", prompt_tokens=tokens,
            completion_tokens=1,
        )  # fmt: skip
    request = make_evaluation(store, project, [[made[Method.SIMPROMPT]], [made[Method.ATTRPROMPT]]], gold)
    simple, attributed = (each.cost for each in request.training)
    assert (simple.tokens, simple.tokens_once) == (4 * 15, 0)
    assert (attributed.tokens, attributed.tokens_once) == (4 * 15, 37)
    assert {each.model for each in attributed.once} == {"helper"}
    assert attributed.texts[0].model == "writer"
