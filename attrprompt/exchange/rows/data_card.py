"""The data card of a generated data set: what is in it, how it was made, and what its licence still has to say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from attrprompt.edits.parts import count_of
from attrprompt.project import Project
from attrprompt.records import Flag

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_SHOWN_VALUES = 60
_SHOWN_MODELS = 10

_REAL = ("gold", "")

_LICENCE = """## Licence

To fill in before you publish: name a licence here and in `license` above. Check the terms of the model that wrote the
texts; they may limit what its output can be used for."""

_LIMITS = """## Limits

A language model wrote these texts. They may be false, name real people or firms, and lean towards some regions and
views. A text carries the label that was asked for; unless a person reviewed it, nobody checked that it fits. Test a
model that was trained on them on real texts."""


class Census:
    """Counts what a data card reports while rows pass through."""

    def __init__(self) -> None:
        self.rows = 0
        self.labels: Counter[str] = Counter()
        self.methods: Counter[str] = Counter()
        self.models: Counter[str] = Counter()
        self.parameters: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.edited = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.attributes: dict[str, Counter[str]] = {}
        self.prompts: dict[str, str] = {}
        self.multi_label = False

    def watch(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The same rows, counted on their way."""
        for row in rows:
            self._count(row)
            yield row

    def _count(self, row: Mapping[str, Any]) -> None:
        self.rows += 1
        self.multi_label = self.multi_label or "labels" in row
        self.labels.update(row["labels"] if "labels" in row else [row.get("label") or ""])
        method = str(row.get("method") or "")
        self.methods[method] += 1
        if row.get("model"):
            self.models[str(row["model"])] += 1
        if row.get("parameters"):
            shared = {name: value for name, value in row["parameters"].items() if name != "seed"}
            self.parameters[json.dumps(shared, sort_keys=True, ensure_ascii=False)] += 1
        if row.get("prompt"):
            self.prompts.setdefault(method, str(row["prompt"]))
        self.flags.update(row.get("flags") or ())
        self.statuses[str(row.get("status") or "new")] += 1
        self.edited += bool(row.get("edited"))
        tokens = row.get("tokens") or {}
        self.prompt_tokens += tokens.get("prompt") or 0
        self.completion_tokens += tokens.get("completion") or 0
        for dimension, value in (row.get("attributes") or {}).items():
            self.attributes.setdefault(dimension, Counter())[value] += 1


def write_data_card(
    census: Census,
    *,
    title: str,
    project: Project | None,
    data_file: str,
    columns: Sequence[str],
    changed: str = "",
) -> str:
    """The README of a Hugging Face data-set folder: front matter that its loader reads, then the card for people.

    Args:
        changed: what of the texts is not in the file as it is in the data set, in a sentence.
    """
    size = next((name for limit, name in _SIZES if census.rows < limit), "n>1M")
    generated = any(method not in _REAL for method in census.methods)
    front = {
        "pretty_name": title,
        "license": "unknown",
        "task_categories": ["text-classification"],
        "task_ids": ["multi-label-classification" if census.multi_label else "multi-class-classification"],
        "tags": ["synthetic", "attrprompt"] if generated else [],
        "size_categories": [size],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": data_file}]}],
    }
    sections = [
        f"# {_inline(title)}",
        _describe_origin(census, project),
        _LICENCE,
        _describe_fields(columns),
        f"## Cells that were changed\n\n{changed}" if changed else "",
        "## Labels\n\n" + _table(("label", "texts"), census.labels.items()),
        _describe_attributes(census),
        _describe_making(census),
        _describe_state(census),
        _LIMITS if generated else "",
    ]
    header = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
    return f"---\n{header}---\n\n" + "\n\n".join(section for section in sections if section) + "\n"


def _describe_origin(census: Census, project: Project | None) -> str:
    names = {"simprompt": "SimPrompt", "attrprompt": "AttrPrompt", "metaprompt": "MetaPrompt", "gold": "imported"}
    methods = ", ".join(f"{names.get(name, name) or 'unknown'} ({count:,})" for name, count in census.methods.items())
    text = f"{count_of(census.rows, 'text')}. How they were made: {methods or 'unknown'}."
    if project is None:
        return text
    task = project.task
    source = f" as in {_inline(task.source)}" if task.source else ""
    about = f" {_inline(task.description)}" if task.description else ""
    return (
        f"{text} Task: {_inline(task.domain)}, each text a {_inline(task.text)}{source}.{about}\n\n"
        f"Content hash of the project: `{project.content_hash}`."
    )


def _describe_fields(columns: Sequence[str]) -> str:
    meanings = {
        "text": "the text as it is to be used",
        "raw": "all that the model wrote, its thinking and wrappers included",
        "label": "the label, after review where there was one",
        "labels": "the labels, after review where there was one",
        "asked_label": "the label that the prompt asked for",
        "asked_labels": "the labels that the prompt asked for",
        "attributes": "the attribute configuration: dimension to value",
        "prompt": "the exact prompt",
        "messages": "the exact messages that were sent",
        "tokens": "tokens of prompt and answer",
        "status": "new, accepted or rejected by a reviewer",
        "flags": "what is doubtful about the text",
        "edited": "whether a person changed the text",
        "extra": "other columns of the file that the text was imported from",
        "format": "marks the row as written by AttrPrompt Studio",
    }
    listed = "\n".join(f"- `{name}`: {meanings[name]}" for name in columns if name in meanings)
    others = ", ".join(f"`{name}`" for name in columns if name not in meanings)
    return f"## Columns\n\n{listed}" + (f"\n- also {others}" if others else "")


def _describe_attributes(census: Census) -> str:
    if not census.attributes:
        return ""
    parts = ["## Attributes"]
    for dimension, values in census.attributes.items():
        rows = values.most_common(_SHOWN_VALUES)
        rest = len(values) - len(rows)
        more = f"\n\n… and {count_of(rest, 'more value')}." if rest else ""
        parts.append(
            f"### {_inline(dimension)}: {count_of(len(values), 'value')}\n\n{_table(('value', 'texts'), rows)}{more}"
        )
    return "\n\n".join(parts)


def _describe_making(census: Census) -> str:
    parts = ["## How it was made"]
    if census.models:
        parts.append(_table(("model", "texts"), census.models.most_common(_SHOWN_MODELS)))
    if census.parameters:
        parts.append(_table(("parameters", "texts"), census.parameters.most_common(_SHOWN_MODELS)))
    if census.completion_tokens:
        parts.append(f"Tokens: {census.prompt_tokens:,} in prompts, {census.completion_tokens:,} in answers.")
    for method, prompt in census.prompts.items():
        parts.append(f"One prompt ({_inline(method)}):\n\n{_fence(prompt)}")
    return "\n\n".join(parts) if len(parts) > 1 else ""


def _describe_state(census: Census) -> str:
    reviewed = ", ".join(f"{count:,} {name}" for name, count in census.statuses.items())
    flags = ", ".join(f"{count:,} {_describe_flag(name)}" for name, count in census.flags.most_common()) or "none"
    return f"## Review\n\nStatus: {reviewed or 'none'}; {census.edited:,} edited by a person. Flags: {flags}."


def _describe_flag(name: str) -> str:
    """The name of a flag as it stands in the rows, and what it means where the name does not say it."""
    meaning = Flag(name).meaning if name in set(Flag) else name
    return name if meaning == name.replace("_", " ") else f"{name} ({meaning})"


def _table(head: Sequence[str], rows: Iterable[tuple[str, int]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---|---:|"]
    lines += [f"| {_inline(name) or '(none)'} | {count:,} |" for name, count in rows]
    return "\n".join(lines)


def _inline(text: str) -> str:
    """Text on one line that Markdown and HTML leave as it is."""
    flat = " ".join(text.split())
    for sign in "\\`*_[]<>|#":
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def _fence(text: str) -> str:
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}text\n{text}\n{ticks}"
