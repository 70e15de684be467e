"""Which labels the texts of a multi-label task carry: the control that a plan has for it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from attrprompt.project import Project
from attrprompt.sampling.label_sets import LARGEST_ZIPF_SET, LabelSetSource, parse_label_sets, zipf_sizes
from attrprompt.sampling.space import leading_dimension

SOURCE_WORDS = {
    LabelSetSource.VALUES: "From the values",
    LabelSetSource.SIZES: "By number of labels",
    LabelSetSource.SETS: "Given sets",
}


def draw_label_set_form(project: Project, *, key: str) -> dict[str, Any]:
    """How label sets are drawn, as the plan's options take it.

    Raises:
        InputError: a given set cannot be read.
    """
    leading = leading_dimension(project)
    sources = [each for each in LabelSetSource if leading is not None or each is not LabelSetSource.VALUES]
    source = (
        st.segmented_control(
            "Label sets",
            sources,
            default=sources[0],
            format_func=SOURCE_WORDS.get,
            key=f"{key}_label_sets",
            help="A text of this task may carry several labels. From the values: each value of the leading dimension "
            "brings its own labels, as in the authors' procedure. By number of labels: every label in turn, joined by "
            "others. Given sets: those that you write, with their shares.",
        )
        or sources[0]
    )
    if source is LabelSetSource.VALUES and leading is not None:
        dimension = project.dimensions[leading]
        several = sum(len(value.labels) > 1 for value in dimension.values.values())
        st.caption(f"{several:,} of the {len(dimension.values):,} values of {dimension.name} belong to several labels.")
        return {"source": source}
    if source is LabelSetSource.SIZES:
        return {"source": source, "sizes": _draw_sizes(len(project.labels), key)}
    names = [label.name for _, label in project.ordered_labels()]
    given = st.text_area(
        "One label set on each line, with its share",
        value="\n".join([f"{name} = 2" for name in names[:2]] + [f"{' + '.join(names[:2])} = 1"]),
        key=f"{key}_given_sets",
    )
    return {"source": source, "sets": parse_label_sets(given)}


def _draw_sizes(labels: int, key: str) -> dict[int, float]:
    usual = zipf_sizes(labels)
    whole = sum(usual.values())
    columns = st.columns(min(LARGEST_ZIPF_SET, labels))
    return {
        size: column.number_input(
            f"{size} label{'' if size == 1 else 's'}, %",
            0.0,
            100.0,
            round(100 * usual.get(size, 0.0) / whole, 1),
            key=f"{key}_size_{size}",
        )
        for size, column in enumerate(columns, start=1)
    }
