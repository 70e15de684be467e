"""One figure opened: what it means, where it comes from, how it was made, and the way to its texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from attrprompt.analysis.regions.definitions import DEFINITIONS
from attrprompt.analysis.regions.divergence import METRIC as DIVERGENCE
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.records import Dataset
from components.kit.frame import ProjectPage
from components.kit.samples import link_to_texts
from components.kit.text import escape_markdown

REVIEW_WORDS = {
    "ignored": "reviewed or not",
    "not rejected": "without rejected texts",
    "accepted": "accepted texts only",
}


def draw_about(page: ProjectPage, datasets: Sequence[Dataset], result: Mapping[str, Any], metric: str) -> None:
    """A figure's definition, source, parameters and texts, in a card."""
    with st.container(border=True):
        st.markdown(describe_figure(metric))
        estimates = [
            f"{escape_markdown(name)}: {figures[metric]['value']:.4g} ({say_method(figures[metric])})"
            for name, figures in result["datasets"].items()
            if isinstance(figures.get(metric), Mapping)
        ]
        if estimates:
            st.markdown("  \n".join(estimates))
        st.caption(escape_markdown(describe_parameters(result)))
        link_to_texts(page, datasets)


def describe_figure(metric: str) -> str:
    """Title, definition and source, as Markdown."""
    known = METRICS.get(metric)
    if known is not None:
        role = "carries a verdict" if known.primary else "exploratory"
        return (
            f"**{known.title}** ({known.direction.value}; {role}; {known.basis.value}): "
            f"{escape_markdown(known.definition)} :gray[{escape_markdown(known.source)}]"
        )
    if metric == DIVERGENCE:
        found = next(each for each in DEFINITIONS if each.title == "Divergence")
        return (
            f"**{found.title} of continents** (lower is nearer to the reference; carries a verdict): "
            f"{escape_markdown(found.text)} :gray[{escape_markdown(found.source)}]"
        )
    return escape_markdown(metric)


def say_method(estimate: Mapping[str, Any]) -> str:
    """How an estimate was made: n, m and method."""
    interval = "no interval" if estimate["low"] is None else f"95 % {estimate['low']:.4g} to {estimate['high']:.4g}"
    drawn = f", {estimate['repeats']} draws of {estimate['m']:,}" if estimate["m"] else ""
    return f"{interval}; n = {estimate['n']:,}{drawn}; {estimate['method']}"


def describe_parameters(result: Mapping[str, Any]) -> str:
    """The parameters behind a result, in a sentence."""
    parameters = result["parameters"]
    texts = parameters["texts"]
    parts = [
        f"{parameters['repeats']} draws, seed {parameters['seed']}",
        f"{texts['text']} text without {' and '.join(texts['excluded_flags'])}, {REVIEW_WORDS[texts['review']]}",
    ]
    if parameters["m"]:
        parts.append(f"common size {parameters['m']:,} texts")
    if parameters["tokens"]:
        parts.append(f"or {parameters['tokens']:,} words for lexical figures")
    if parameters.get("near_duplicate_threshold") and parameters["encoder"]:
        parts.append(f"near-duplicates from cosine {parameters['near_duplicate_threshold']:.2f}")
    if parameters["encoder"]:
        parts.append(f"encoder {parameters['encoder']}")
    parts.append(f"words: {parameters['tokeniser']}")
    return f"Parameters: {'; '.join(parts)}."
