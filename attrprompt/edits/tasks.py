"""Edits of the task and of the prompt templates."""

from __future__ import annotations

from typing import TypedDict, Unpack

from attrprompt.edits.parts import change_part, change_project, make_part
from attrprompt.errors import InputError
from attrprompt.project import Method, Project, PromptTemplate
from attrprompt.prompts.rendering import check_template


class TaskFields(TypedDict, total=False):
    """The fields of a task that people edit."""

    domain: str
    text: str
    source: str
    description: str
    multi_label: bool
    examples: tuple[str, ...]


def set_task(project: Project, **changes: Unpack[TaskFields]) -> Project:
    """The project with these fields of its task changed.

    Raises:
        InputError: a field breaks a rule.
    """
    return change_project(project, task=change_part(project.task, changes))


def set_template(project: Project, method: Method, text: str, *, system: str = "") -> Project:
    """The project with its own template for one method.

    Raises:
        InputError: the text is blank or too long, or the template has a problem (with its line).
    """
    for part in (text, system):
        problem = check_template(part, method=method)
        if problem is not None:
            raise InputError(f"The template of {method.display} has a problem. {problem}")
    template = make_part(PromptTemplate, {"text": text, "system": system})
    return change_project(project, templates={**project.templates, method: template})


def reset_template(project: Project, method: Method) -> Project:
    """The project that asks with the built-in template of one method again."""
    return change_project(
        project, templates={key: template for key, template in project.templates.items() if key is not method}
    )
