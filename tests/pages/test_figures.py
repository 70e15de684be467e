"""The rows of dots with intervals can be read at the width of a telephone."""

import re

import pytest

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.palette import DARK
from components.kit.figures import Measured, plot_intervals

ROOM = 63  # signs that fit beside each other on a page 390 px wide


@pytest.mark.parametrize("metric", METRICS)
def test_what_stands_above_a_row_is_not_cut(metric):
    measured = [Measured(metric, "one", Estimate(0.5, 0.4, 0.6, n=100, m=50, repeats=9, method=""), None)]
    (heading,) = plot_intervals(["one"], measured, {"one": DARK.primary}, DARK).layout.annotations
    assert len(re.sub("<.*?>", "", heading.text)) <= ROOM
