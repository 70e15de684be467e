"""The Prompts page: the exact prompts of a plan, before anything is spent."""

from __future__ import annotations

from itertools import islice

import streamlit as st

from attrprompt.errors import AttrPromptError
from attrprompt.generation.plans.plan import make_plan
from attrprompt.project import Method
from attrprompt.runtime.endpoints import choose_endpoint
from components.kit.frame import open_project_page
from components.kit.meta_prompts import draw_meta_prompts
from components.kit.notices import show_empty, show_error
from components.kit.plan_form import draw_plan_form, list_methods
from components.kit.text import escape
from components.prompts.plan_views import draw_coverage, draw_plan_download, draw_prompt, draw_summary, plan_prompts
from components.prompts.template_editor import draw_template_editor

SHOWN = 4

page = open_project_page("Prompts", "Exactly what will be asked, and what it covers. Nothing is sent from here.")
project = page.project.document
if not project.labels:
    show_empty(
        "No labels yet",
        "Prompts are made for each label of the task, and from its attribute values.",
        link=("pages/attributes.py", "Add labels and attributes"),
        project_id=page.project.id,
    )
    st.stop()

# --- What is planned ---
methods = list_methods(project)
method = (
    st.segmented_control(
        "Method",
        methods,
        default=methods[0],
        format_func=lambda option: escape(option.display),
        key="prompts_method",
    )
    or methods[0]
)
endpoint = choose_endpoint(page.project)
written = None
try:
    options = draw_plan_form(project, key="plan", method=method)
    if method is Method.METAPROMPT:
        written = draw_meta_prompts(page, options, endpoint, key="prompts_meta")
        if written is None:
            draw_template_editor(page, method)
            st.stop()
    planned = plan_prompts(page.project, options, written)
    simple = list(islice(make_plan(project, options.model_copy(update={"method": Method.SIMPROMPT})), SHOWN))
except AttrPromptError as error:
    show_error(error)
    st.stop()
items, statistics = planned.items, planned.statistics
rate = page.runtime.prices_for(page.project.id).find(endpoint.model, endpoint.base_url)
summary = statistics.summarise(cost_of=None if rate is None else rate.cost)

# --- The answer first ---
draw_summary(summary, method, rate)
if rate is None:
    st.page_link(
        "pages/settings.py",
        label=f"Enter the price of {escape(endpoint.model)} to see what this costs",
        icon=":material/payments:",
        query_params={"project": page.project.id},
    )
names = [dimension.name for _, dimension in project.ordered_dimensions()]
shown, matrix, template = st.tabs(["Prompts", "Coverage", "Template"], on_change="rerun", key="prompts_view")
if shown.open:
    with shown:
        mine, beside = st.columns(2)
        first = st.session_state.get("prompts_first", 0) % max(1, len(items))
        with mine:
            st.markdown(f"###### {escape(method.display)}")
            for item in items[first : first + SHOWN]:
                draw_prompt(item, names)
            if len(items) > SHOWN and st.button("Show others", key="prompts_others", icon=":material/refresh:"):
                st.session_state["prompts_first"] = first + SHOWN
                st.rerun()
        if method is not Method.SIMPROMPT:
            with beside:
                st.markdown("###### SimPrompt, for the same classes")
                for item in simple:
                    draw_prompt(item, names)
if matrix.open:
    with matrix:
        if method is Method.ATTRPROMPT:
            behind = draw_coverage(statistics, project, summary)
            for number in behind or []:
                draw_prompt(items[number], names)
        else:
            st.caption(f"{escape(method.display)} has no attributes to cover.")
if template.open:
    with template:
        draw_template_editor(page, method)

# --- Next ---
left, right, _ = st.columns([1, 1, 2], vertical_alignment="center")
with left:
    draw_plan_download(items, multi_label=project.task.multi_label)
right.page_link(
    "pages/generate.py",
    label="Generate from this plan",
    icon=":material/play_circle:",
    query_params={"project": page.project.id},
)
