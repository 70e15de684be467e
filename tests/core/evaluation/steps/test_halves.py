"""Halves of a training set: each class in both, and none with too few texts."""

import numpy as np
import pytest

from attrprompt.errors import InputError
from attrprompt.evaluation.steps.halves import refuse_few, split_in_half
from tests.core.evaluation.steps.spoilt import make_texts


def test_halves_share_out_each_class():
    codes = np.array([0] * 7 + [1] * 5 + [2] * 4)
    first, second = split_in_half(codes, seed=3)
    assert sorted([*first, *second]) == list(range(16))
    for half in (first, second):
        assert np.bincount(codes[half], minlength=3).min() >= 2
    assert abs(len(first) - len(second)) <= 1


def test_a_class_of_three_is_refused_with_what_to_do():
    texts, _ = make_texts(9, 9)
    with pytest.raises(InputError, match="only 3 texts"):
        refuse_few(texts, 3)
