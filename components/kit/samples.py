"""The texts behind a figure: some of them to read, and the way to all of them on the Review page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from attrprompt.records import Dataset, Flag, Sample
from attrprompt.store import SampleFilter
from components.kit.frame import ProjectPage
from components.kit.text import Markdown, escape

SHOWN = 8


def draw_texts_behind(
    page: ProjectPage,
    datasets: Sequence[Dataset],
    name: str,
    items: Sequence[int],
    *,
    what: str,
    total: int | None = None,
) -> None:
    """Some texts of one data set.

    Args:
        name: of the data set.
        items: numbers of the texts, in the order in which they are shown.
        what: which texts these are, for people: "texts that name Africa".
        total: how many there are in all, where `items` are only some.
    """
    dataset = next(candidate for candidate in datasets if candidate.name == name)
    number = len(items) if total is None else total
    st.markdown(f"**{number:,} {escape(what)} in {escape(name)}**")
    shown = list(items[:SHOWN])
    found = {
        sample.item: sample
        for sample in page.runtime.store.datasets.read_page(dataset.id, SampleFilter(items=tuple(shown)))
    }
    for item in shown:
        if item in found:
            draw_text(found[item])
    if number > len(shown):
        st.caption(f"The first {len(shown)} of {number:,}.")


def draw_matching_texts(
    page: ProjectPage, datasets: Sequence[Dataset], name: str, wanted: SampleFilter, *, what: str
) -> None:
    """Some texts of one data set that pass a filter of the store."""
    dataset = next(candidate for candidate in datasets if candidate.name == name)
    store = page.runtime.store.datasets
    number = store.count(dataset.id, wanted)
    st.markdown(f"**{number:,} {escape(what)} in {escape(name)}**")
    samples = store.read_page(dataset.id, wanted, limit=SHOWN)
    for sample in samples:
        draw_text(sample)
    if number > len(samples):
        st.caption(f"The first {len(samples)} of {number:,}.")


def filter_of_scope(dimension: str, value: str) -> SampleFilter:
    """The texts with a label (`dimension` is "label") or an attribute value."""
    if dimension == "label":
        return SampleFilter(labels=(value,))
    return SampleFilter(attributes=((dimension, value),))


def link_to_texts(page: ProjectPage, datasets: Sequence[Dataset]) -> None:
    """Links to all texts of each data set on the Review page."""
    for dataset in datasets:
        st.page_link(
            "pages/review.py",
            label=f"Read the {dataset.rows:,} texts of {escape(dataset.name)}",
            icon=":material/article:",
            query_params={"project": page.project.id, "review_dataset": dataset.name},
        )


def say_overlap(page: ProjectPage, dimension: str) -> Markdown:
    """A sentence for tables by label, where a text may have several; else nothing."""
    is_overlapping = dimension == "label" and page.project.document.task.multi_label
    return Markdown(" A text counts for each of its labels." if is_overlapping else "")


def describe_flag(flag: str) -> str:
    """A flag in words."""
    return Flag(flag).meaning if flag in set(Flag) else flag.replace("_", " ")


def draw_text(sample: Sample) -> None:
    """One generated text with its label and its attribute values."""
    with st.container(border=True):
        values = escape(" · ".join(sample.attributes.values()))
        st.markdown(f"**{escape(sample.label)}**" + (f" :small[:gray[{values}]]" if values else ""))
        st.text(sample.text or "(empty answer)")
        if sample.flags:
            st.markdown(" ".join(f":orange-badge[{escape(describe_flag(flag))}]" for flag in sample.flags))
