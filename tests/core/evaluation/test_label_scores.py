"""Scores with several labels a text: by hand, against scikit-learn, and by what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from attrprompt.errors import InputError
from attrprompt.evaluation.confusion import make_label_confusion
from attrprompt.evaluation.label_scores import LabelPredictions, LabelScoring, give_labels, rank_labels
from attrprompt.evaluation.probe import Texts, compare, draw_equal, train

TRUTH = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [1, 0, 0, 1, 0, 1]], dtype=bool)
SHARES = np.array(
    [
        [0.9, 0.2, 0.6, 0.1, 0.05, 0.01],  # gives 0 and 2: one right, one wrong; the true ones stand 1st and 3rd
        [0.4, 0.1, 0.3, 0.2, 0.05, 0.01],  # none reaches 0.5: gives 0, wrong; the true one stands 2nd
        [0.8, 0.1, 0.2, 0.7, 0.05, 0.6],  # gives 0, 3 and 5: all right, 1st to 3rd
    ]
)


def named(scoring, row):
    return dict(zip(scoring.metrics, row[: len(scoring.metrics)], strict=True))


def draw_case(seed, texts=60, labels=7, ties=False):
    rng = np.random.default_rng(seed)
    truth = rng.random((texts, labels)) < 0.3
    truth[np.arange(texts), rng.integers(0, labels, texts)] = True
    shares = rng.integers(0, 4, (texts, labels)) / 4 if ties else rng.random((texts, labels))
    return truth, shares


def test_scores_of_three_texts_are_those_worked_out_by_hand():
    scoring = LabelScoring(TRUTH)
    found = named(scoring, scoring.score(LabelPredictions(SHARES)))
    # given 0,2 | 0 | 0,3,5: four of six are right, there are six true labels
    assert found["micro_f1"] == pytest.approx(2 * 4 / (6 + 6))
    # label 0: 2 right, given 3, true 2; label 1: true once; 2: given once, true once; 3 and 5: right; 4: nowhere
    assert found["macro_f1"] == pytest.approx((4 / 5 + 0 + 0 + 1 + 0 + 1) / 6)
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["precision_at_1"] == pytest.approx((1 + 0 + 1) / 3)
    assert found["precision_at_3"] == pytest.approx((2 / 3 + 1 / 3 + 1) / 3)
    assert found["precision_at_5"] == pytest.approx((2 / 5 + 1 / 5 + 3 / 5) / 3)
    assert found["mrr"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    third = 1 / np.log2(4)
    second = 1 / np.log2(3)
    assert found["ndcg_at_3"] == pytest.approx(((1 + third) / (1 + second) + second + 1) / 3)


def test_f1_and_exact_matches_agree_with_scikit_learn():
    truth, shares = draw_case(1)
    scoring, predictions = LabelScoring(truth), LabelPredictions(shares)
    row = scoring.score(predictions)
    found = named(scoring, row)
    for average in ("micro", "macro"):
        expected = metrics.f1_score(truth, predictions.given, average=average)
        assert found[f"{average}_f1"] == pytest.approx(expected)
    assert row[len(scoring.metrics) :] == pytest.approx(metrics.f1_score(truth, predictions.given, average=None))
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, predictions.given))


@pytest.mark.parametrize("ties", [False, True])
def test_ndcg_agrees_with_scikit_learn_at_every_cutoff(ties):
    truth, shares = draw_case(2, ties=ties)
    found = named(LabelScoring(truth), LabelScoring(truth).score(LabelPredictions(shares)))
    for k in (1, 3, 5):
        assert found[f"ndcg_at_{k}"] == pytest.approx(metrics.ndcg_score(truth, shares, k=k))


def test_precision_at_1_agrees_with_scikit_learns_top_1_where_each_text_has_one_label():
    rng = np.random.default_rng(3)
    codes, shares = rng.integers(0, 6, 80), rng.random((80, 6))
    truth = np.eye(6, dtype=bool)[codes]
    found = named(LabelScoring(truth), LabelScoring(truth).score(LabelPredictions(shares)))
    assert found["precision_at_1"] == pytest.approx(metrics.top_k_accuracy_score(codes, shares, k=1))
    assert 3 * found["precision_at_3"] == pytest.approx(metrics.top_k_accuracy_score(codes, shares, k=3))


@pytest.mark.parametrize("ties", [False, True])
def test_mrr_is_scikit_learns_ranking_precision_where_each_text_has_one_label(ties):
    _, shares = draw_case(4, ties=ties)
    truth = np.eye(7, dtype=bool)[np.random.default_rng(5).integers(0, 7, 60)]
    found = named(LabelScoring(truth), LabelScoring(truth).score(LabelPredictions(shares)))
    assert found["mrr"] == pytest.approx(metrics.label_ranking_average_precision_score(truth, shares))


def test_with_one_label_a_text_micro_f1_of_the_best_label_is_accuracy():
    rng = np.random.default_rng(6)
    codes = rng.integers(0, 4, 50)
    shares = rng.dirichlet(np.ones(4), 50) * 0.5  # none reaches 0.5, so each text gets its best label alone
    truth = np.eye(4, dtype=bool)[codes]
    found = named(LabelScoring(truth), LabelScoring(truth).score(LabelPredictions(shares)))
    assert found["micro_f1"] == pytest.approx(metrics.accuracy_score(codes, shares.argmax(axis=1)))


def test_a_text_always_gets_its_most_probable_label():
    assert give_labels(np.array([[0.1, 0.3, 0.2], [0.6, 0.5, 0.1]])).tolist() == [
        [False, True, False],
        [True, True, False],
    ]


def test_precision_and_ndcg_stop_at_the_number_of_labels():
    scoring = LabelScoring(TRUTH[:, :3][[0, 1]])
    assert scoring.metrics[3:] == ("precision_at_1", "precision_at_3", "ndcg_at_1", "ndcg_at_3", "mrr")


def test_a_text_without_any_label_cannot_be_tested_on():
    with pytest.raises(InputError, match="none of the labels"):
        LabelScoring(np.array([[True, False], [False, False]]))


def test_resampled_scores_spread_around_the_score_and_equal_classifiers_never_differ():
    truth, shares = draw_case(7, texts=200)
    scoring, predictions = LabelScoring(truth), LabelPredictions(shares)
    drawn = scoring.resample([predictions, predictions], seed=0)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert drawn[:, 0].mean(axis=0) == pytest.approx(scoring.score(predictions), abs=0.02)
    exact = named(scoring, scoring.score(predictions))["precision_at_1"]
    place = scoring.metrics.index("precision_at_1")
    assert drawn[:, 0, place].std() == pytest.approx(np.sqrt(exact * (1 - exact) / 200), rel=0.15)


def test_hits_of_the_headline_score_add_up_to_it():
    truth, shares = draw_case(8)
    scoring, predictions = LabelScoring(truth), LabelPredictions(shares)
    assert scoring.count_hits(predictions).value == pytest.approx(
        named(scoring, scoring.score(predictions))["micro_f1"]
    )


@st.composite
def cases(draw):
    labels = draw(st.integers(2, 6))
    rows = draw(st.lists(st.lists(st.booleans(), min_size=labels, max_size=labels).filter(any), min_size=1, max_size=8))
    shares = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.8]), min_size=labels, max_size=labels)
    given_shares = draw(st.lists(shares, min_size=len(rows), max_size=len(rows)))
    return np.array(rows, dtype=bool), np.array(given_shares)


@given(cases())
@settings(max_examples=100, deadline=None)
def test_every_score_lies_between_0_and_1_and_knowing_the_truth_gives_1(case):
    truth, shares = case
    scoring = LabelScoring(truth)
    found = scoring.score(LabelPredictions(shares))
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    best = named(scoring, scoring.score(LabelPredictions(truth.astype(float))))
    for name in ("micro_f1", "accuracy", "precision_at_1", "ndcg_at_1"):
        assert best[name] == pytest.approx(1)
    known = truth.astype(float) - np.arange(truth.shape[1]) * 1e-6  # no ties: the first true label stands first
    assert named(scoring, scoring.score(LabelPredictions(known)))["mrr"] == pytest.approx(1)


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_texts_and_of_labels_changes_no_score(case, random):
    truth, shares = case
    rows, columns = list(range(len(truth))), list(range(truth.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    scoring, turned = LabelScoring(truth), LabelScoring(truth[rows][:, columns])
    count = len(scoring.metrics)
    # without a best label that is shared, which label is given does not hang on the order of labels
    spread = shares + np.arange(truth.shape[1]) * 1e-3
    found = scoring.score(LabelPredictions(spread))[:count]
    assert turned.score(LabelPredictions(spread[rows][:, columns]))[:count] == pytest.approx(found)


@given(cases())
@settings(max_examples=50, deadline=None)
def test_a_higher_share_for_a_true_label_never_lowers_its_ranking(case):
    truth, shares = case
    _, before = rank_labels(truth, shares, 1)
    raised = np.where(truth, shares + 0.1, shares)
    _, after = rank_labels(truth, raised, 1)
    assert (after <= before).all()


def test_the_confusion_of_labels_holds_every_error_in_a_cell():
    truth = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=bool)
    given_labels = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    found = make_label_confusion(truth, given_labels, ["a", "b", "c"], [10, 11, 12])
    cells = {(cell.label, cell.predicted): cell.items for cell in found.cells}
    assert cells == {("a", "a"): (10, 11), ("b", "c"): (10,), ("", "b"): (11,), ("b", ""): (12,)}
    for cell in found.cells:
        row, column = found.rows.index(cell.label), found.columns.index(cell.predicted)
        assert found.counts[row][column] == cell.n


def make_texts(n, seed, labels=4, noise=0.8, part=0):
    """Texts whose vector is the sum of their labels' directions."""
    directions = np.random.default_rng(99).normal(size=(labels, 16))
    rng = np.random.default_rng(seed)
    membership = rng.random((n, labels)) < 0.25
    codes = np.arange(n) % labels
    membership[np.arange(n), codes] = True
    vectors = membership @ directions + rng.normal(size=(n, 16)) * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Texts(vectors.astype(np.float32), codes, np.full(n, part), membership)


def test_the_probe_learns_several_labels_and_its_intervals_hold_its_scores():
    test = make_texts(300, 1)
    found = train(make_texts(200, 2), test, 4, seed=0)
    estimates = found.estimate_metrics()
    assert estimates["micro_f1"].value > 0.75
    assert estimates["mrr"].value > 0.9
    assert all(each.low <= each.value <= each.high for each in estimates.values())


def test_a_label_that_no_training_text_has_is_never_given():
    texts, test = make_texts(80, 3), make_texts(60, 4)
    membership = texts.membership.copy()
    membership[:, 2] = False
    spoilt = Texts(texts.vectors, texts.codes, texts.parts, membership)
    found = train(spoilt, test, 4, seed=0)
    assert not found.whole.given[:, 2].any()
    assert found.scores[len(found.scoring.metrics) + 2] == 0


def test_wrong_labels_are_called_worse_and_one_source_is_rarely_called_different():
    test, good = make_texts(200, 5), make_texts(100, 6)
    shuffled = np.random.default_rng(0).permutation(good.membership)
    spoilt = Texts(good.vectors, good.codes, good.parts, shuffled)
    judged = compare(("good", train(good, test, 4, seed=0)), ("spoilt", train(spoilt, test, 4, seed=0)), "all texts")
    by_metric = {each.metric: each for each in judged}
    assert by_metric["macro_f1"].low > 0
    different = 0
    for seed in range(6):
        a, b = (train(make_texts(80, 2 * seed + side + 20), test, 4, seed=seed) for side in (0, 1))
        pair = {each.metric: each for each in compare(("a", a), ("b", b), "all texts")}
        different += pair["macro_f1"].p < 0.05
    assert different <= 1


def test_equal_draws_take_the_same_number_of_each_class_from_every_set():
    sets = [make_texts(40, 7), make_texts(100, 8)]
    rows = draw_equal(sets, seed=0)
    counts = [np.bincount(each.codes[chosen], minlength=4).tolist() for each, chosen in zip(sets, rows, strict=True)]
    assert counts[0] == counts[1] == [10, 10, 10, 10]
