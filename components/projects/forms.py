"""What the Projects page is made of: one row for each project, and the forms for a new one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from attrprompt import edits
from attrprompt.presets import PresetInfo, load_preset
from attrprompt.project import Project, Task
from attrprompt.records import format_time
from attrprompt.store import ProjectInfo
from components.kit.frame import Page, forget_project, remember_project
from components.kit.notices import errors_shown, in_callback
from components.kit.text import escape


def draw_project_row(page: Page, info: ProjectInfo) -> None:
    """One project with what can be done to it."""
    store = page.runtime.store
    with st.container(border=True, key=f"project_{info.id}"):
        name, open_it, more = st.columns([6, 1, 1], vertical_alignment="center")
        changed = format_time(info.changed)[:16].replace("T", " ")
        changes = f"{info.revision} change{'' if info.revision == 1 else 's'}"
        name.markdown(
            f"**{escape(info.name)}**  \n"
            f":small[:gray[{escape(f'changed {changed} UTC · {changes} · by {info.owner}')}]]"
        )
        if open_it.button("Open", key=f"project_open_{info.id}", width="stretch"):
            remember_project(info.id)
            st.switch_page("pages/overview.py", query_params={"project": info.id})
        with more.popover("More", key=f"project_more_{info.id}", width="stretch"):
            st.text_input("Name", value=info.name, key=f"project_name_{info.id}", max_chars=200)
            st.button(
                "Rename",
                key=f"project_rename_{info.id}",
                width="stretch",
                on_click=lambda: in_callback(
                    lambda: store.projects.rename(info.id, st.session_state[f"project_name_{info.id}"])
                ),
            )
            st.button(
                "Duplicate without texts",
                key=f"project_copy_{info.id}",
                width="stretch",
                on_click=lambda: in_callback(lambda: _duplicate(page, info)),
            )
            sure = st.checkbox("Delete it with all its texts", key=f"project_sure_{info.id}")
            st.button(
                "Delete for good",
                key=f"project_delete_{info.id}",
                width="stretch",
                disabled=not sure,
                on_click=lambda: in_callback(lambda: _delete(page, info)),
            )


def draw_new_project(page: Page, presets: Sequence[PresetInfo]) -> None:
    """The forms for a new project: from a preset, from labels."""
    from_preset, from_labels = st.tabs(["From a ready task", "From your own labels"])
    with from_preset, st.form("projects_preset", border=False):
        by_title = {f"{preset.title}: {preset.description}": preset for preset in presets}
        chosen = st.radio(
            "Task",
            list(by_title),
            format_func=escape,
            captions=[escape(f"{preset.labels} labels · {', '.join(preset.dimensions)}") for preset in presets],
        )
        name = st.text_input("Name", placeholder=by_title[chosen].title, max_chars=200, key="projects_preset_name")
        if st.form_submit_button("Create project", icon=":material/add:"):
            preset = by_title[chosen]
            with errors_shown():
                _create(page, name or preset.title, load_preset(preset.name), f"preset:{preset.name}")
    with from_labels, st.form("projects_labels", border=False):
        name = st.text_input("Name", max_chars=200, key="projects_labels_name")
        domain = st.text_input("What is one text called?", placeholder="support ticket", max_chars=100)
        labels = st.text_area("Labels, one a line", placeholder="billing\nshipping\nreturns", height=140)
        multi_label = st.checkbox("A text may carry several labels")
        if st.form_submit_button("Create project", icon=":material/add:"):
            with errors_shown():
                word = domain.strip() or "text"
                project = Project(task=Task(domain=word, text=word, multi_label=multi_label))
                project = edits.add_labels(project, [line.strip() for line in labels.splitlines() if line.strip()])
                _create(page, name, project, "by hand")


def _create(page: Page, name: str, document: Project, source: str) -> None:
    stored = page.runtime.store.projects.create(name, document, owner=page.actor, source=source)
    remember_project(stored.id)
    st.switch_page("pages/attributes.py", query_params={"project": stored.id})


def _duplicate(page: Page, info: ProjectInfo) -> str:
    store = page.runtime.store
    original = store.projects.load(info.id)
    taken = {project.name for project in store.projects.list_all()}
    copies = (f"{original.name} copy{'' if number == 1 else f' {number}'}" for number in range(1, len(taken) + 2))
    name = next(copy for copy in copies if copy not in taken)
    store.projects.create(name, original.document, owner=page.actor, source=f"copy of {original.name}")
    return f"Copied as {name}."


def _delete(page: Page, info: ProjectInfo) -> str:
    forget_project()
    page.runtime.store.projects.delete(info.id)
    return f"Deleted {info.name}."
