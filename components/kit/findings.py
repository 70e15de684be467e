"""Findings in words, each with its verdict, interval and the way to its definition, parameters and texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from attrprompt.analysis.result import NOTE
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.analysis_jobs.findings import Finding, describe_primary
from attrprompt.analysis_jobs.result import Analysis
from attrprompt.records import Dataset
from components.kit.figures import describe_figure, describe_parameters
from components.kit.frame import ProjectPage
from components.kit.samples import link_to_texts
from components.kit.text import escape

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
            _draw_words(finding)
    if findings:
        st.caption(NOTE)


def draw_warnings(analysis: Analysis) -> None:
    """What stands in the way of a clean comparison, in one notice."""
    warnings = [escape(warning) for warning in analysis.warnings]
    if warnings:
        st.warning("  \n".join(warnings), icon=":material/info:")


def draw_primary_findings(page: ProjectPage, datasets: Sequence[Dataset], analysis: Analysis) -> None:
    """The figures that carry a verdict, each with how it is made and the texts behind it."""
    findings = list(describe_primary(analysis))
    for index, finding in enumerate(findings):
        with st.container(border=True):
            words, about = st.columns([5, 1], vertical_alignment="top")
            with words:
                _draw_words(finding)
            with about.popover("How it is made", key=f"finding_{finding.metric}_{index}", width="stretch"):
                st.markdown(describe_figure(finding.metric))
                st.caption(escape(describe_parameters(analysis.parameters)))
                link_to_texts(page, datasets)
    if findings:
        st.caption(NOTE)
    elif len(datasets) == 1:
        st.caption("One data set: its figures stand below. A second one is needed to compare.")


def _draw_words(finding: Finding) -> None:
    st.markdown(f":small[:gray[{escape(finding.title)}]] {VERDICTS[finding.is_different]}")
    st.markdown(f"##### {escape(finding.headline)}")
    if finding.interval:
        st.caption(escape(finding.interval))


def draw_definitions(keys: Iterable[str]) -> None:
    """What each figure means, closed at the foot of a page."""
    with st.expander("Definitions and sources"):
        for key in keys:
            if key in METRICS:
                st.markdown(describe_figure(key))
