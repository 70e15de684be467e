"""The prompt templates: edited as text, checked while one types, errors at their line."""

from __future__ import annotations

import streamlit as st

from attrprompt import edits
from attrprompt.project import Method
from attrprompt.prompts.rendering import check_template, template_for
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

VARIABLES = (
    ("label", "the class, as people read it"),
    ("text", "what one text is called: news article, review"),
    ("domain", "the domain: news, reviews"),
    ("source", "the data source"),
    ("description", "what the task says"),
    ("label_description", "what the class's description says"),
    ("requirements", "AttrPrompt only: the list of attribute clauses"),
    ("similar", "titles of the classes easily confused with this one"),
)


def draw_template_editor(page: ProjectPage, method: Method) -> None:
    """One method's template; it is saved only when it works."""
    project = page.project.document
    current = template_for(project, method)
    key = f"template_{method.value}_{page.project.revision}"
    text = st.text_area("Template", value=current.text, height=200, key=f"{key}_text")
    system = st.text_area("System message", value=current.system, height=68, key=f"{key}_system", placeholder="none")
    problems = [problem for part in (text, system) if (problem := check_template(part, method=method)) is not None]
    for problem in problems:
        st.error(escape(str(problem)), icon=":material/error:")
        if problem.line:
            lines = text.splitlines()
            if problem.line <= len(lines):
                st.code(f"{problem.line:>3} | {lines[problem.line - 1]}", language=None)
    changed = (text, system) != (current.text, current.system)
    save, reset, _ = st.columns([1, 1, 3])
    save.button(
        "Save template",
        key=f"{key}_save",
        width="stretch",
        disabled=bool(problems) or not changed,
        on_click=in_callback,
        args=(lambda: _save(page, method, text, system),),
    )
    reset.button(
        "Use the default",
        key=f"{key}_reset",
        width="stretch",
        disabled=method not in project.templates,
        on_click=in_callback,
        args=(lambda: _reset(page, method),),
    )
    with st.popover("What can stand in a template"):
        st.markdown("Templates are Jinja. In double braces:")
        for name, meaning in VARIABLES:
            st.markdown(f"- **{escape(name)}**: {escape(meaning)}")


def _save(page: ProjectPage, method: Method, text: str, system: str) -> str:
    document = edits.set_template(page.project.document, method, text, system=system)
    page.runtime.store.projects.save(
        page.project.id, page.project, document, actor=page.actor, summary=f"Template of {method.display} changed"
    )
    return "Template saved."


def _reset(page: ProjectPage, method: Method) -> str:
    document = edits.reset_template(page.project.document, method)
    page.runtime.store.projects.save(
        page.project.id, page.project, document, actor=page.actor, summary=f"Template of {method.display} reset"
    )
    return "The default template is back."
