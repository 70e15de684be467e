"""The prompts of the three methods, and how a label and a configuration become one.

The words are ours; the structure follows the paper: SimPrompt names the class, AttrPrompt adds one requirement per
attribute dimension and, last, what the text must not be mistaken for. MetaPrompt's template is the request that has
the model write generation prompts itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrprompt.errors import InputError
from attrprompt.project import AttributeDimension, Method, Project, PromptTemplate
from attrprompt.prompts.templating import CompiledTemplate, TemplateFailure, TemplateProblem, check_text

__all__ = [
    "DEFAULT_TEMPLATES",
    "VARIABLES",
    "PromptRenderer",
    "TemplateProblem",
    "check_template",
    "find_value_spans",
    "template_for",
]

VARIABLES = (
    "label", "labels", "text", "domain", "source", "description", "label_description", "requirements", "similar",
    "attributes",
)  # fmt: skip
META_VARIABLES = (*VARIABLES, "count")
MAX_TEMPLATE_CHARACTERS = 20_000

_CATEGORY = """\
{% if labels | length > 1 %}that belongs to these categories: {{ labels | join(", ") }}\
{% else %}of the category "{{ label }}"{% endif %}"""
_SOURCE = "{% if source %}, as it could appear in {{ source }}{% endif %}"

DEFAULT_TEMPLATES: dict[Method, PromptTemplate] = {
    Method.SIMPROMPT: PromptTemplate(
        text=f"Write one {{{{ text }}}} {_CATEGORY}{_SOURCE}.\nReply with the {{{{ text }}}} only."
    ),
    Method.ATTRPROMPT: PromptTemplate(
        text=f"""\
Write one {{{{ text }}}} {_CATEGORY}{_SOURCE}. It meets these requirements:
{{% for requirement in requirements %}}
{{{{ loop.index }}}}. {{{{ requirement }}}}
{{% endfor %}}
{{% if similar %}}
It is clearly about {{{{ label }}}}, and not about {{{{ similar | join(", ") }}}}.
{{% endif %}}
Reply with the {{{{ text }}}} only."""
    ),
    Method.METAPROMPT: PromptTemplate(
        text=f"""\
We collect examples of the following kind: one {{{{ text }}}} {_CATEGORY}{_SOURCE}.
{{% if label_description %}}
The category means: {{{{ label_description }}}}
{{% endif %}}
Write {{{{ count }}}} different prompts, each of which makes a language model write one such {{{{ text }}}}.
Together they lead to texts that are as different from each other as possible.
List the prompts with numbers, one a line, and nothing else."""
    ),
}


def template_for(project: Project, method: Method) -> PromptTemplate:
    """The project's own template of a method, else the default."""
    return project.templates.get(method, DEFAULT_TEMPLATES[method])


def check_template(
    text: str, *, method: Method = Method.ATTRPROMPT, project: Project | None = None
) -> TemplateProblem | None:
    """What is wrong with a template, for the editor to show at its line; None for a good one.

    Args:
        text: the template, or its system message, which may be empty.
        method: whose template it is; MetaPrompt's knows `count`, the number of prompts that the model shall write.
        project: with it the template is also tried on each label, with the first value of every dimension, so that an
            unknown attribute name is found before a plan is made.
    """
    problem = check_text(text, _variables_of(method))
    if problem is not None or project is None or not text.strip():
        return problem
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        return TemplateProblem(f"The template is longer than {MAX_TEMPLATE_CHARACTERS:,} characters.")
    tried = project.model_copy(update={"templates": {**project.templates, method: PromptTemplate(text=text)}})
    renderer = PromptRenderer(tried, method)
    for label_id, _ in project.ordered_labels():
        configuration = {
            dimension_id: (values[0][0],)
            for dimension_id, dimension in project.ordered_dimensions()
            if method is Method.ATTRPROMPT and (values := dimension.values_for(label_id))
        }
        try:
            renderer.render([label_id], configuration)
        except TemplateFailure as failure:
            return failure.problem
    return None


class PromptRenderer:
    """Renders the prompts of one method of a project; made once, used for every prompt.

    Raises:
        InputError: the template has a problem, with its line.
    """

    def __init__(self, project: Project, method: Method) -> None:
        template = template_for(project, method)
        self.project = project
        self.method = method
        self._template = _compile_part(template.text, method)
        self._system = _compile_part(template.system, method) if template.system.strip() else None
        self._label_variables: dict[tuple[str, ...], dict[str, Any]] = {}
        self._dimensions = {
            dimension_id: (dimension.name, dimension.prompt_clause, _render_clauses(dimension))
            for dimension_id, dimension in project.ordered_dimensions()
        }

    @property
    def has_system(self) -> bool:
        """The template has a system message."""
        return self._system is not None

    def render(
        self,
        label_ids: Sequence[str],
        configuration: Mapping[str, tuple[str, ...]] | None = None,
        *,
        count: int = 1,
    ) -> str:
        """The prompt for these labels and this configuration; `count` is used by MetaPrompt's template only.

        Raises:
            TemplateFailure: the template does not suit these values, or nothing comes of it.
        """
        prompt = self._template.render(self._variables(tuple(label_ids), configuration or {}, count))
        if not prompt:
            raise TemplateFailure(TemplateProblem("The prompt is empty. Write what the model shall do."))
        return prompt

    def render_system(
        self, label_ids: Sequence[str], configuration: Mapping[str, tuple[str, ...]] | None = None
    ) -> str:
        """The system message; empty where the template has none."""
        if self._system is None:
            return ""
        return self._system.render(self._variables(tuple(label_ids), configuration or {}, 1))

    def _variables(
        self, label_ids: tuple[str, ...], configuration: Mapping[str, tuple[str, ...]], count: int
    ) -> dict[str, Any]:
        requirements: list[str] = []
        attributes: dict[str, str] = {}
        for dimension_id, value_ids in configuration.items():
            name, clause, ready = self._dimensions[dimension_id]
            if len(value_ids) == 1:
                wording, requirement = ready[value_ids[0]]
            else:
                wording = join_words([ready[value_id][0] for value_id in value_ids])
                requirement = clause.replace("{value}", wording)
            requirements.append(requirement)
            attributes[name] = wording
        variables = self._label_variables.get(label_ids)
        if variables is None:
            variables = self._label_variables[label_ids] = self._describe_labels(label_ids)
        return {**variables, "requirements": requirements, "attributes": attributes, "count": count}

    def _describe_labels(self, label_ids: tuple[str, ...]) -> dict[str, Any]:
        labels = [self.project.labels[label_id] for label_id in label_ids]
        task = self.project.task
        similar = {other: None for label in labels for other in label.similar if other not in label_ids}
        return {
            "label": " and ".join(label.title for label in labels),
            "labels": [label.title for label in labels],
            "text": task.text,
            "domain": task.domain,
            "source": task.source,
            "description": task.description,
            "label_description": " ".join(label.description for label in labels if label.description),
            "similar": [self.project.labels[other].title for other in similar if other in self.project.labels],
        }


def _render_clauses(dimension: AttributeDimension) -> dict[str, tuple[str, str]]:
    """Each value's wording and clause. Plain replacement: braces in a text or a clause never mean anything else."""
    return {
        value_id: (value.wording, dimension.prompt_clause.replace("{value}", value.wording))
        for value_id, value in dimension.values.items()
    }


def join_words(texts: Sequence[str]) -> str:
    """Several values in one clause: `a`, `a and b`, `a, b and c`."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def find_value_spans(prompt: str, attributes: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Where the values of a configuration stand in a prompt: (start, end, dimension), in order, never overlapping.

    Longer values are looked for first; a value counts only as whole words, in any case.
    """
    wanted = [(text, name) for name, joined in attributes.items() for text in {joined, *joined.split("; ")} if text]
    spans: list[tuple[int, int, str]] = []
    for text, name in sorted(wanted, key=lambda pair: (-len(pair[0]), pair[1], pair[0])):
        pattern = rf"(?<!\w){re.escape(text)}(?!\w)"
        for found in re.finditer(pattern, prompt, re.IGNORECASE):
            if all(found.end() <= start or found.start() >= end for start, end, _ in spans):
                spans.append((found.start(), found.end(), name))
    return sorted(spans)


def _variables_of(method: Method) -> tuple[str, ...]:
    return META_VARIABLES if method is Method.METAPROMPT else VARIABLES


def _compile_part(text: str, method: Method) -> CompiledTemplate:
    problem = check_template(text, method=method)
    if problem is not None:
        raise InputError(f"The template of {method.display} has a problem. {problem}")
    return CompiledTemplate(text, _variables_of(method))
