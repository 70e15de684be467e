"""Views of a plan: the prompts with their attribute values marked, its figures, its coverage."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from attrprompt.generation.metaprompt.stored_prompts import MetaPrompts
from attrprompt.generation.plans.plan import PlanItem, PlanOptions, PlanStatistics, PlanSummary, make_plan, write_plan
from attrprompt.llm.prices import FREE, UNKNOWN, Rate, format_usd
from attrprompt.project import Method, Project
from attrprompt.prompts.rendering import find_value_spans
from attrprompt.store import StoredProject
from components.kit.defects import made_on_press
from components.kit.row_choice import choose_row
from components.kit.text import Markdown, escape

COLOURS = ("blue", "green", "orange", "violet", "red", "gray")
PLANS_KEPT = 3
SECONDS_KEPT = 900


def draw_prompt(item: PlanItem, dimensions: Sequence[str]) -> None:
    """One prompt, each attribute value in its dimension's colour, the values named below."""
    colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(dimensions)}
    with st.container(border=True):
        st.markdown(f":small[:gray[Prompt {item.item}]] **{escape(' + '.join(item.labels))}**")
        if item.system:
            st.caption(f"System: {escape(item.system)}")
        parts: list[str] = []
        end = 0
        for start, stop, name in find_value_spans(item.prompt, item.attributes):
            parts += [
                escape(item.prompt[end:start]),
                f":{colours.get(name, 'gray')}-background[{escape(item.prompt[start:stop])}]",
            ]
            end = stop
        parts.append(escape(item.prompt[end:]))
        st.markdown(Markdown("".join(parts).replace("\n", "  \n")))
        if item.attributes:
            st.markdown(
                " ".join(
                    f":{escape(colours.get(name, 'gray'))}-badge[{escape(name)}: {escape(value)}]"
                    for name, value in item.attributes.items()
                )
            )


def draw_summary(summary: PlanSummary, method: Method, rate: Rate | None) -> None:
    """A plan in figures, before anything is spent."""
    figures = iter(st.columns(4))
    next(figures).metric("Prompts", f"{summary.prompts:,}")
    if summary.value_coverage is not None:
        next(figures).metric(
            "Values covered",
            f"{summary.value_coverage:.0%}",
            help="Share of the allowed pairs of label and value that occur at least once.",
        )
    if summary.pair_coverage is not None:
        next(figures).metric(
            "Pairs covered",
            f"{summary.pair_coverage:.0%}",
            help="Share of the allowed combinations of two values of a label that occur at least once. "
            f"Covering all takes at least {summary.least_prompts or 0:,} prompts; Pairwise comes close to that.",
        )
    tokens = summary.estimated_prompt_tokens + summary.estimated_completion_tokens
    cost = UNKNOWN
    notes: list[str] = []
    if rate is not None and summary.estimated_cost is not None:
        cost = FREE if rate.is_free else f"about {format_usd(summary.estimated_cost)}"
        notes = [f"Cost at the {rate.note}."] if rate.note else []
    next(figures).metric("Expected tokens", f"{tokens:,}", escape(cost), delta_color="off", delta_arrow="off")
    if summary.duplicates and method is Method.SIMPROMPT:
        notes.append(
            f"{summary.duplicates:,} prompts repeat another: SimPrompt asks the same of every text of a class."
        )
    elif summary.duplicates:
        notes.append(f"{summary.duplicates:,} prompts repeat another word for word.")
    if summary.largest_deviation is not None and summary.largest_deviation >= 1:
        notes.append(f"Furthest from its share: {summary.deviating_value}.")
    elif summary.largest_deviation is not None:
        notes.append(f"No value is further than {summary.largest_deviation:.2g} prompts from its share.")
    for note in notes:
        st.caption(escape(note))
    for warning in summary.warnings:
        st.warning(escape(warning))


def draw_coverage(statistics: PlanStatistics, project: Project, summary: PlanSummary) -> list[int] | None:
    """Counts of values and of pairs of values; returns the prompts behind a chosen cell, None where none is chosen."""
    names = [dimension.name for _, dimension in project.ordered_dimensions()]
    titles = [label.title for _, label in project.ordered_labels()]
    by_title = {label.title: label.name for _, label in project.ordered_labels()}
    which, rows, columns = st.columns(3)
    label = which.selectbox("Label", ["All labels", *titles], key="prompts_coverage_label")
    first = rows.selectbox("Rows", names, key="prompts_coverage_rows")
    others = [name for name in names if name != first]
    second = columns.selectbox("Columns", ["Count only", *others], key="prompts_coverage_columns")
    wanted = by_title.get(label)
    if second == "Count only":
        chosen = _draw_value_counts(statistics, first, wanted)
    else:
        chosen = _draw_pair_counts(statistics, first, second, wanted)
    with st.expander("How much of all configurations is used"):
        _draw_space_share(summary)
    return chosen


def _draw_space_share(summary: PlanSummary) -> None:
    shares = summary.space_share
    st.dataframe(
        {
            "Label": list(shares),
            "Prompts": [share.prompts for share in shares.values()],
            "Configurations": [
                f"{'' if share.is_exact else 'about '}{share.configurations:,}" for share in shares.values()
            ],
            "Different here": [share.distinct for share in shares.values()],
            "Share used": [share.distinct / max(1, share.configurations) for share in shares.values()],
            "Expected by chance": [share.expected for share in shares.values()],
            "Least for all pairs": [share.least_prompts for share in shares.values()],
        },
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="percent", help=words)
            for name, words in (
                ("Share used", "Different configurations in this plan, of all that values and constraints allow."),
                (
                    "Expected by chance",
                    "Share that as many independent draws would hit: 1 - exp(-prompts / configurations).",
                ),
            )
        }
        | {"Least for all pairs": st.column_config.NumberColumn(help="No fewer prompts can hold all pairs of values.")},
        alt="Share of all configurations that the plan uses, by label",
    )


def _draw_value_counts(statistics: PlanStatistics, dimension: str, label: str | None) -> list[int] | None:
    cells = [cell for cell in statistics.value_counts(label=label, dimension=dimension) if cell.allowed]
    frame = pd.DataFrame(
        {
            "Label": [cell.label for cell in cells],
            "Value": [cell.value for cell in cells],
            "Prompts": [cell.count for cell in cells],
            "Its share": [cell.target for cell in cells],
        }
    )
    picked = choose_row(
        frame,
        key=f"prompts_values_{dimension}_{label}",
        columns={
            "Prompts": st.column_config.ProgressColumn(
                min_value=0, max_value=max([cell.count for cell in cells], default=1), format="%d"
            ),
            "Its share": st.column_config.NumberColumn(format="%.1f", help="Prompts that its weight asks for."),
        },
        alt=f"How often each value of {dimension} is asked for",
    )
    st.caption("Choose a row to see its prompts.")
    if picked is None:
        return None
    cell = cells[picked]
    return statistics.items_with({dimension: cell.value}, label=cell.label, limit=20)


def _draw_pair_counts(statistics: PlanStatistics, first: str, second: str, label: str | None) -> list[int] | None:
    table = statistics.pair_counts(first, second, label=label)
    frame = pd.DataFrame(table.counts, index=list(table.rows), columns=list(table.columns)).astype("object")
    frame = frame.mask(~pd.DataFrame(table.allowed, index=frame.index, columns=frame.columns), "not allowed")
    event = st.dataframe(
        frame,
        key=f"prompts_pairs_{first}_{second}_{label}",
        on_select="rerun",
        selection_mode="single-cell",
        alt=f"How often values of {first} and {second} meet",
    )
    st.caption("Each cell: how many prompts take both values. Choose one to see its prompts.")
    if not event.selection.cells:
        return None
    row, column = event.selection.cells[0]
    return statistics.items_with({first: table.rows[row], second: str(column)}, label=label, limit=20)


@dataclass(frozen=True)
class Planned:
    """All prompts of a plan with their figures."""

    items: tuple[PlanItem, ...]
    statistics: PlanStatistics


def plan_prompts(project: StoredProject, options: PlanOptions, written: MetaPrompts | None) -> Planned:
    """The plan of a project as it stands; the same object while nothing of it changes.

    Raises:
        InputError: the project or the options cannot make a plan.
    """
    prompts = "" if written is None else json.dumps({key: list(texts) for key, texts in written.prompts.items()})
    return _plan(project.id, project.revision, options.model_dump_json(), prompts, project.document)


@st.cache_resource(max_entries=PLANS_KEPT, ttl=SECONDS_KEPT, show_spinner="Planning the prompts")
def _plan(project_id: str, revision: int, options: str, prompts: str, _document: Project) -> Planned:
    chosen = PlanOptions.model_validate_json(options)
    statistics = PlanStatistics(_document, chosen)
    plan = make_plan(_document, chosen, meta_prompts=json.loads(prompts) if prompts else None)
    return Planned(tuple(statistics.watch(plan)), statistics)


def draw_plan_download(items: Sequence[PlanItem], *, multi_label: bool) -> None:
    """A button that writes the plan when pressed."""

    def make() -> str:
        file = io.StringIO()
        write_plan(items, file, multi_label=multi_label)
        return file.getvalue()

    st.download_button(
        f"Download {len(items):,} prompts",
        data=made_on_press(make, "plan.jsonl"),
        file_name="plan.jsonl",
        key="prompts_download",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
