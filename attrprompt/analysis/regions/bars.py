"""Shares of several data sets beside one another, a bar a group: continents, classes, groups of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.plots.plot import Axis, Mark, Plot, Point, Series, Unit


def describe_shares(
    groups: Sequence[str],
    shares: Mapping[str, Mapping[str, Estimate]],
    colours: Mapping[str, str],
    *,
    of: str,
    interval_colour: str,
) -> Plot:
    """The shares by data set and group, with intervals; a click tells the data set and the group.

    Args:
        shares: a set needs none for a group.
        of: what they are shares of.
    """
    series = [
        Series(
            tuple(
                Point(
                    index, share.value, share.low, share.high, hover=(f"{group}: {share.value:.1%}",), key=(name, group)
                )
                for index, group in enumerate(groups)
                if (share := known.get(group))
            ),
            Mark.BARS,
            colours[name],
            name,
            interval_colour=interval_colour,
        )
        for name, known in shares.items()
    ]
    amount = Axis(f"Share of {of}", unit=Unit.SHARE, is_amount=True)
    return Plot(Axis(names=tuple(groups)), amount, tuple(series))
