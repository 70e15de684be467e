"""What the Overview page is made of: what was made, one pair of texts, the next step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from attrprompt.generation.sending import list_runs
from attrprompt.records import Dataset, DatasetKind, Flag, RunState
from attrprompt.store.samples import Facets
from components.kit.frame import ProjectPage
from components.kit.notices import show_empty
from components.kit.samples import draw_text
from components.kit.text import Markdown, escape


def draw_made(page: ProjectPage, datasets: Sequence[Dataset]) -> None:
    """One card a data set: texts, labels, model, tokens."""
    runs = {run.id: run for run in list_runs(page.runtime, page.project.id)}
    prices = page.runtime.prices_for(page.project.id)
    for column, dataset in zip(st.columns(max(2, len(datasets))), datasets, strict=False):
        facets = page.runtime.store.datasets.count_facets(dataset.id)
        with column.container(border=True):
            st.metric(escape(dataset.name), f"{dataset.rows:,} texts")
            run = runs.get(dataset.id)
            if run is None:
                st.caption(f"Imported, {_count_labels(facets)}")
                continue
            tokens = run.counters.prompt_tokens + run.counters.completion_tokens
            cost = prices.word_cost(run.model, run.endpoint, run.counters.prompt_tokens, run.counters.completion_tokens)
            cut = facets.flags.get(Flag.TRUNCATED, 0)
            st.caption(
                f"{_count_labels(facets)}, written by {escape(run.model)}  \n"
                f"{tokens:,} tokens, {escape(cost)}  \n{cut / dataset.rows:.1%} cut at the longest length"
            )


def _count_labels(facets: Facets) -> Markdown:
    number = len(facets.labels)
    return Markdown(f"{number} label{'' if number == 1 else 's'}")


def draw_pair(page: ProjectPage, first: Dataset, second: Dataset, *, controls: bool = True) -> None:
    """One text of each data set, of the same label; another pair on demand."""
    store = page.runtime.store.datasets
    head, again = st.columns([4, 1], vertical_alignment="bottom")
    head.subheader("One text of each, of the same class", anchor=False)
    index = st.session_state.get("overview_pair", 0)
    if controls and again.button("Another pair", key="overview_another", icon=":material/refresh:", width="stretch"):
        index += 1
        st.session_state["overview_pair"] = index
    (left,) = store.read_page(first.id, limit=1, offset=index % first.rows)
    beside = [sample for sample in store.read_after(second.id, index - 1, limit=50) if sample.labels == left.labels]
    beside = beside or store.read_page(second.id, limit=1, offset=index % second.rows)
    for column, dataset, sample in zip(st.columns(2), (first, second), (left, beside[0]), strict=True):
        with column:
            st.caption(escape(dataset.name))
            draw_text(sample)


def draw_next_step(page: ProjectPage, datasets: Sequence[Dataset]) -> None:
    """The one thing to do next, from what is there and what is not."""
    document = page.project.document
    kinds = {dataset.kind for dataset in datasets}
    if not document.labels:
        step = ("Add labels", "A task begins with its labels.", "pages/attributes.py", "Add labels")
    elif not document.dimensions:
        step = (
            "Add attributes",
            "Attribute dimensions make prompts of one class differ: subtopic, location, style, length.",
            "pages/attributes.py",
            "Design attributes",
        )
    elif any(run.state is RunState.RUNNING for run in list_runs(page.runtime, page.project.id)):
        step = (
            "Texts are being written",
            "They can be read while they arrive.",
            "pages/generate.py",
            "See them arrive",
        )
    elif DatasetKind.ATTRPROMPT not in kinds:
        step = (
            "Generate with AttrPrompt",
            "Look at the exact prompts first; nothing is spent there.",
            "pages/prompts.py",
            "Look at the prompts",
        )
    elif DatasetKind.SIMPROMPT not in kinds:
        step = (
            "Generate a baseline",
            "SimPrompt asks without attributes; beside it one sees what the attributes did.",
            "pages/generate.py",
            "Generate with SimPrompt",
        )
    elif DatasetKind.GOLD not in kinds:
        step = (
            "Compare with real texts",
            "Imported gold texts show how far generated ones are from real ones, and test a trained model.",
            "pages/review.py",
            "Import texts on the Review page",
        )
    else:
        step = ("Look closer", "Where do the texts differ, and where not?", "pages/embeddings.py", "Open the map")
    show_empty(step[0], step[1], link=(step[2], step[3]), project_id=page.project.id)
