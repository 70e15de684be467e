"""The Projects page: open, create, rename, duplicate and delete projects; the demo."""

from __future__ import annotations

import streamlit as st

from attrprompt.demo import find_demo, reset_demo, seed_demo
from attrprompt.presets import list_presets
from components.kit.frame import forget_project, open_page, remember_project
from components.kit.notices import errors_shown, in_callback
from components.projects.forms import draw_new_project, draw_project_row


def renew_demo() -> str:
    """Make the demo anew, whatever became of it."""
    forget_project()
    reset_demo(page.runtime)
    return "The demo is as it was at first."


page = open_page("Projects", "A project holds a task, its labels and attributes, and every text made for it.")
store = page.runtime.store
demo_id = find_demo(page.runtime)

# --- The demo ---
with st.container(border=True):
    text, actions = st.columns([3, 1], vertical_alignment="center")
    text.markdown(
        "**Look around first.** The demo holds 400 texts made with SimPrompt and 400 made with AttrPrompt by the small "
        "model that comes with this app. It needs no key and no network."
    )
    if actions.button("Open the demo", type="primary", icon=":material/play_arrow:", width="stretch"):
        with errors_shown():
            demo = seed_demo(page.runtime)
            remember_project(demo.id)
            st.switch_page("pages/overview.py", query_params={"project": demo.id})
    if demo_id is not None:
        with actions.popover("Reset demo", icon=":material/restart_alt:", width="stretch", key="projects_reset"):
            st.write("The demo is made anew. What was changed or generated in it is deleted.")

            st.button("Delete changes and reset", key="projects_reset_now", on_click=in_callback, args=(renew_demo,))

# --- All projects ---
st.subheader("Your projects", anchor=False)
projects = [project for project in store.projects.list_all() if project.id != demo_id]
if not projects:
    st.write("None yet. Start one below: from a ready task, from your own labels, or from a file.")
for info in projects:
    draw_project_row(page, info)

# --- A new one ---
st.subheader("New project", anchor=False)
draw_new_project(page, list_presets())
