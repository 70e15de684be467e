"""Findings in words, each with its verdict, interval and the way to its definition."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from attrprompt.analysis.metrics import METRICS
from attrprompt.analysis.result import NOTE
from attrprompt.inspection.words import Finding
from components.text import escape_markdown

VERDICTS = {
    True: ":green-badge[:material/check: different]",
    False: ":gray-badge[not distinguishable at this n]",
    None: ":orange-badge[no verdict]",
}


def draw_findings(findings: Iterable[Finding]) -> None:
    """One card for each finding, then once what the intervals cover."""
    findings = list(findings)
    for finding in findings:
        with st.container(border=True):
            st.markdown(f":small[:gray[{finding.title}]] {VERDICTS[finding.is_different]}")
            st.markdown(f"##### {escape_markdown(finding.headline)}")
            if finding.interval:
                st.caption(escape_markdown(finding.interval))
    if findings:
        st.caption(NOTE)


def draw_definitions(keys: Iterable[str]) -> None:
    """What each figure means, closed at the foot of a page."""
    with st.expander("Definitions and sources"):
        for key in keys:
            metric = METRICS.get(key)
            if metric is not None:
                st.markdown(
                    f"**{metric.title}** ({metric.direction.value}, {metric.basis.value}): "
                    f"{escape_markdown(metric.definition)} :gray[{escape_markdown(metric.source)}]"
                )
