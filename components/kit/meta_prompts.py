"""MetaPrompt's prompts on the Prompts and Generate pages: written by the model on request, and shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from attrprompt.generation.metaprompt.stored_prompts import (
    DEFAULT_COUNT,
    MetaPrompts,
    MetaWritings,
    find_stale,
    find_unwritten,
    read_meta_prompts,
)
from attrprompt.generation.metaprompt.writing import MOST_PROMPTS, TOKENS_PER_PROMPT
from attrprompt.generation.plans.plan import PlanOptions, plan_label_sets
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.tokens import TokenLimit
from attrprompt.sampling import LabelSet
from attrprompt.store.jobs import JobState
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.keys import find_endpoint_key
from components.kit.notices import in_callback
from components.kit.text import escape
from components.kit.token_limit import draw_token_limit, read_token_limit
from components.kit.work import draw_stoppable

POLL_SECONDS = 1.0


def draw_meta_prompts(page: ProjectPage, options: PlanOptions, endpoint: Endpoint, *, key: str) -> MetaPrompts | None:
    """What the model wrote; None while classes of the plan lack prompts, which can be asked for here."""
    written = read_meta_prompts(page.project, endpoint.model)
    unwritten = find_unwritten(page.project, options, written, None)
    stale = find_stale(page.project, options, written)
    _draw_job(page, key)
    is_open = bool(unwritten or stale)
    with st.expander(f"Prompts written by {escape(endpoint.model)}", expanded=is_open, icon=":material/edit_note:"):
        if not unwritten:
            _draw_prompts(page, written, stale)
        _draw_request(page, options, endpoint, unwritten or stale, key, is_first=bool(unwritten))
    return None if unwritten else written


def _draw_request(
    page: ProjectPage,
    options: PlanOptions,
    endpoint: Endpoint,
    missing: Sequence[LabelSet],
    key: str,
    *,
    is_first: bool,
) -> None:
    wanted = list(missing) or list(plan_label_sets(page.project.document, options))
    number, most = st.columns(2)
    count = int(number.number_input("Prompts for each class", 1, MOST_PROMPTS, DEFAULT_COUNT, key=f"{key}_count"))
    draw_token_limit(most, key=key)
    st.caption(
        f"{len(wanted):,} request{'' if len(wanted) == 1 else 's'} or more, about "
        f"{2 * TOKENS_PER_PROMPT * count * len(wanted):,} tokens, to {escape(endpoint.model)}."
    )
    job = page.runtime.background(MetaWritings).find(page.project.id)
    st.button(
        f"Let the model write {count * len(wanted):,} prompts" if is_first else f"Write {count * len(wanted):,} anew",
        key=f"{key}_write",
        icon=":material/edit_note:",
        disabled=job is not None and job.is_open,
        on_click=in_callback,
        args=(lambda: _start(page, wanted, count, endpoint, read_token_limit(key)),),
    )


def _draw_prompts(page: ProjectPage, written: MetaPrompts, stale: Sequence[LabelSet]) -> None:
    if stale:
        number = len(stale)
        st.warning(
            f"The task, a label or the template changed since the prompts of {number:,} "
            f"class{'' if number == 1 else 'es'} were written. They can be used as they are, or be written anew.",
            icon=":material/history:",
        )
    old = {"+".join(label_set) for label_set in stale}
    labels = page.project.document.labels
    rows = [
        {
            "class": " and ".join(labels[part].title for part in key.split("+")),
            "prompt": text,
            **({"written for": "an earlier task" if key in old else "this task"} if old else {}),
        }
        for key, texts in written.prompts.items()
        if all(part in labels for part in key.split("+"))
        for text in texts
    ]
    st.dataframe(rows, hide_index=True, width="stretch", height=min(300, 38 + 35 * len(rows)))
    tokens = written.prompt_tokens + written.completion_tokens
    st.caption(f"{len(rows):,} prompts, used in turn. Writing them took {tokens:,} tokens.")
    for problem in written.problems:
        st.caption(escape(problem))


def _draw_job(page: ProjectPage, key: str) -> None:
    begun = page.runtime.background(MetaWritings).find(page.project.id)
    if begun is None or begun.state is JobState.DONE:
        return
    running = begun.is_open

    @fragment(run_every=POLL_SECONDS if running else None)
    def poll() -> None:
        job = page.runtime.background(MetaWritings).find(page.project.id)
        if running and (job is None or not job.is_open):
            st.rerun()
        assert job is not None
        if job.is_open:
            draw_stoppable(
                job.progress,
                f"The model writes its prompts: {job.message or 'starting'}",
                key=f"{key}_stop",
                stop=page.runtime.background(MetaWritings).stop,
                subject=page.project.id,
                stopping=job.stopping,
            )
        elif job.message:
            st.error(escape(job.message), icon=":material/error:")

    poll()


def _start(page: ProjectPage, label_sets: Sequence[LabelSet], count: int, endpoint: Endpoint, limit: TokenLimit) -> str:
    key = find_endpoint_key(endpoint)
    page.runtime.background(MetaWritings).start(page.project, label_sets, count, endpoint, key, limit=limit)
    return f"{endpoint.model} writes prompts."
