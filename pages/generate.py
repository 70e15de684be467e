"""The Generate page: launch runs, see them go, stop and resume them."""

from __future__ import annotations

import streamlit as st

from attrprompt.generation.sending import list_runs
from attrprompt.records import RunState
from components.generate.launch_form import draw_launch_form
from components.generate.run_panel import draw_run_panel
from components.kit.frame import open_project_page
from components.kit.notices import show_empty

page = open_project_page("Generate", "Sends the planned prompts to a model and stores every answer when it arrives.")

runs = list_runs(page.runtime, page.project.id)

# --- A new run ---
if page.project.document.labels:
    with st.expander("New run", expanded=not runs, icon=":material/add:"):
        draw_launch_form(page)
else:
    show_empty(
        "There is nothing to ask for yet",
        "A run needs labels, and attributes if its prompts shall differ from one another.",
        link=("pages/attributes.py", "Add labels and attributes"),
        project_id=page.project.id,
    )

# --- Runs ---
if not runs and page.project.document.labels:
    st.caption("No run yet. What is generated will appear here while it arrives.")
current = [run for run in runs if run.state is RunState.RUNNING] or runs[:1]
for run in current:
    draw_run_panel(page, run.id)
earlier = [run for run in runs if run not in current]
if earlier:
    st.subheader("Earlier runs", anchor=False)
    for run in earlier:
        draw_run_panel(page, run.id, compact=True)
