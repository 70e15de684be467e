"""The probe: shared draws, and how often one source is called different."""

import numpy as np

from attrprompt.evaluation.probe import Texts, compare, draw_share, train
from tests.core.evaluation.points import CLASSES, make_texts


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
