"""Shares of texts that obey a value, compared with the other texts."""

import pytest

from attrprompt.analysis.adherence.values import compare_shares, rate_value


def test_two_shares_are_compared_as_by_hand():
    # pooled 15 ÷ 40, error √(.375 · .625 · .1) = .1531, z = .25 ÷ .1531 = 1.633
    assert compare_shares(10, 20, 5, 20) == pytest.approx(0.1025, abs=1e-4)
    assert compare_shares(0, 20, 0, 20) == 1.0


def test_thirty_texts_are_enough_for_a_share():
    assert rate_value("location", "Peru", 20, 29).obeyed is None
    assert rate_value("location", "Peru", 20, 30).obeyed.n == 30
