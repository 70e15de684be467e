"""Bars of shares: each at its group, and none where a set has no share."""

from attrprompt.analysis.regions.bars import describe_shares
from attrprompt.analysis.statistics.estimate import Estimate


def test_a_bar_stands_at_its_group_and_tells_what_was_clicked():
    share = Estimate(0.25, 0.2, 0.3, 100, None, None, "test")
    shares = {"one": {"Asia": share, "Europe": share}, "two": {"Europe": share}}
    plot = describe_shares(
        ["Asia", "Europe"], shares, {"one": "#111111", "two": "#222222"}, of="texts", interval_colour="#000000"
    )
    bars = {series.name: [(point.x, *point.key) for point in series.points] for series in plot.series}
    assert bars == {"one": [(0, "one", "Asia"), (1, "one", "Europe")], "two": [(1, "two", "Europe")]}
    assert plot.x.names == ("Asia", "Europe")
