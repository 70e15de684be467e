"""The controls that decide a plan; the Prompts page and the launch form share what was chosen."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.generation.plans.plan import Distribution, PlanOptions, read_options
from attrprompt.project import Method, Project
from attrprompt.sampling import Sampler
from attrprompt.sampling.label_sets import LARGEST_ZIPF_SET, LabelSetSource, parse_label_sets, zipf_sizes
from attrprompt.sampling.space import leading_dimension
from components.kit.text import Markdown, escape

SAMPLER_WORDS = {
    Sampler.BALANCED: "Balanced",
    Sampler.INDEPENDENT: "Independent",
    Sampler.PAIRWISE: "Pairwise",
}


GIVEN = "given"
SIZE_WORDS = {
    Distribution.EQUAL.value: "Equal",
    Distribution.LONG_TAILED.value: "Long-tailed",
    GIVEN: "Given for each class",
}
SOURCE_WORDS = {
    LabelSetSource.VALUES: "From the values",
    LabelSetSource.SIZES: "By number of labels",
    LabelSetSource.SETS: "Given sets",
}


def list_methods(project: Project) -> list[Method]:
    """The methods that this project can use, the usual one first."""
    return [*([Method.ATTRPROMPT] if project.dimensions else []), Method.SIMPROMPT, Method.METAPROMPT]


def draw_plan_form(project: Project, *, key: str, method: Method) -> PlanOptions:
    """Number, sampler and seed in one row; ablations and class sizes under Options.

    Raises:
        InputError: the choices do not fit together.
    """
    attributed = method is Method.ATTRPROMPT
    count, sampler, seed = st.columns(3)
    per_class = count.number_input("Prompts per class", 1, 100_000, 10, key=f"{key}_per_class", persist_state="session")
    drawn = sampler.selectbox(
        "Sampler",
        list(SAMPLER_WORDS),
        format_func=SAMPLER_WORDS.__getitem__,
        key=f"{key}_sampler",
        disabled=not attributed,
        persist_state="session",
        help="Balanced: every value as equally often as weights and constraints allow. Independent: at random, as in "
        "the paper. Pairwise: every allowed pair of values with as few prompts as possible.",
    )
    number = seed.number_input(
        "Seed", 0, 2**31 - 1, 0, key=f"{key}_seed", persist_state="session", help="The same seed, the same prompts."
    )
    several = Markdown(", label sets" if project.task.multi_label else "")
    with st.expander(f"Options: class sizes, dimensions fixed or left out{several}"):
        sizes = _draw_class_sizes(project, key, int(per_class))
        fixed, without = _draw_dimension_choices(project, key) if attributed else ({}, [])
        label_sets = draw_label_set_form(project, key=key) if project.task.multi_label else {}
    return read_options(
        {
            "method": method,
            "sampler": drawn,
            "seed": int(number),
            "per_class": int(per_class),
            **sizes,
            "fixed": fixed,
            "without": without,
            "label_sets": label_sets,
        }
    )


def _draw_class_sizes(project: Project, key: str, per_class: int) -> dict[str, Any]:
    """Equal, long-tailed, or a number for each class; as fields of `PlanOptions`."""
    choice, number = st.columns(2)
    chosen = choice.segmented_control(
        "Class sizes",
        list(SIZE_WORDS),
        default=Distribution.EQUAL.value,
        format_func=SIZE_WORDS.__getitem__,
        key=f"{key}_distribution",
        wrap=True,
    )
    ratio = number.number_input(
        "Largest class over smallest",
        1.0,
        1e4,
        10.0,
        key=f"{key}_ratio",
        disabled=chosen != Distribution.LONG_TAILED,
    )
    if chosen != GIVEN:
        return {"distribution": chosen or Distribution.EQUAL, "ratio": float(ratio)}
    labels = [label for _, label in project.ordered_labels()]
    counts = st.data_editor(
        pd.DataFrame({"label": [label.title for label in labels], "prompts": [per_class] * len(labels)}),
        hide_index=True,
        disabled=["label"],
        key=f"{key}_counts_{per_class}",
        column_config={
            "label": st.column_config.TextColumn("Class"),
            "prompts": st.column_config.NumberColumn("Prompts", min_value=0, step=1, required=True),
        },
        alt="Prompts for each class",
    )
    numbers = [int(number) for number in counts["prompts"].fillna(0)]
    return {"class_counts": {label.name: number for label, number in zip(labels, numbers, strict=True)}}


def _draw_dimension_choices(project: Project, key: str) -> tuple[dict[str, str], list[str]]:
    """One control a dimension: drawn from its values, fixed to one, or left out."""
    fixed: dict[str, str] = {}
    without: list[str] = []
    dimensions = project.ordered_dimensions()
    for column, (dimension_id, dimension) in zip(st.columns(max(1, len(dimensions))), dimensions, strict=False):
        values = list(dict.fromkeys(value.text for _, value in dimension.ordered()))
        choice = column.selectbox(
            escape(dimension.name),
            ["all values", "leave out", *([] if dimension.class_dependent else values)],
            key=f"{key}_dimension_{dimension_id}",
        )
        if choice == "leave out":
            without.append(dimension.name)
        elif choice != "all values":
            fixed[dimension.name] = choice
    return fixed, without


def draw_label_set_form(project: Project, *, key: str) -> dict[str, Any]:
    """How label sets are drawn, as the plan's options take it.

    Raises:
        InputError: a given set cannot be read.
    """
    leading = leading_dimension(project)
    sources = [option for option in LabelSetSource if leading is not None or option is not LabelSetSource.VALUES]
    source = (
        st.segmented_control(
            "Label sets",
            sources,
            default=sources[0],
            format_func=SOURCE_WORDS.__getitem__,
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
        st.caption(
            f"{several:,} of the {len(dimension.values):,} values of {escape(dimension.name)} belong to several labels."
        )
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
