"""Learning curves: bands, what falls is pooled, and how many texts reach a score."""

import numpy as np
import pytest

from attrprompt.evaluation.curves import TokenCost, find_budget_share, measure_curve, smooth_monotone
from attrprompt.evaluation.probe import Texts, train
from tests.core.evaluation.points import CLASSES, make_texts


def test_the_curve_ends_at_the_full_score_and_its_bands_hold_their_values():
    texts, test = make_texts(120, 7), make_texts(300, 8)
    full = train(texts, test, CLASSES, seed=0)
    points = measure_curve(texts, test, full, seed=0)
    assert [point.n for point in points] == [6, 15, 30, 60, 120]
    assert points[-1].scores["accuracy"].value == pytest.approx(full.scores[0])
    scores = [point.scores["macro_f1"] for point in points]
    assert all(score.low <= score.value <= score.high for score in scores)


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
