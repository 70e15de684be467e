"""Bars of shares with their intervals, as the charts of this page draw them."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.palette import Palette


def make_share_bars(
    name: str, groups: Sequence[str], shares: Sequence[Estimate | None], colour: str, palette: Palette, *, by: str = ""
) -> go.Bar:
    """The shares of one data set in per cent, a bar a group; a click tells the data set and the group.

    Args:
        by: who says so, shown with the name of the data set.
    """
    return go.Bar(
        x=list(groups),
        y=[None if share is None else 100 * share.value for share in shares],
        name=name,
        offsetgroup=name,
        marker={"color": colour},
        customdata=[[name, group] for group in groups],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [None if share is None else _reach(share, share.high) for share in shares],
            "arrayminus": [None if share is None else _reach(share, share.low) for share in shares],
            "color": palette.muted,
        },
        hovertemplate=f"%{{x}}: %{{y:.1f}} %<extra>{name}{by and f', {by}'}</extra>",
    )


def _reach(share: Estimate, end: float | None) -> float | None:
    return None if end is None else 100 * abs(end - share.value)
