"""What two documents differ in, in sentences: how an export learns what its layout could not carry.

The comparison covers what `content_hash` covers, so it finds nothing exactly when the hashes are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrprompt.edits.parts import count_of
from attrprompt.project import Project, describe_content

_SHOWN = 5


def list_losses(original: Project, copy: Project) -> list[str]:
    """What of the original is not in the copy, one sentence for each kind of thing."""
    before, after = describe_content(original), describe_content(copy)
    losses = _compare_tasks(before["task"], after["task"])
    losses += _compare_labels(before["labels"], after["labels"])
    losses += _compare_dimensions(before["dimensions"], after["dimensions"])
    if before["constraints"] != after["constraints"]:
        losses.append(f"{count_of(len(before['constraints']), 'constraint')} not carried.")
    if before["templates"] != after["templates"]:
        losses.append(f"The prompt templates are not carried: {', '.join(sorted(before['templates']))}.")
    return losses


def _compare_tasks(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [
        f"The task's {field.replace('_', ' ')} is not carried: {_show(before[field])} becomes {_show(after[field])}."
        for field in before
        if before[field] != after[field]
    ]


def _compare_labels(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [label["name"] for label in before]
    copied = [label["name"] for label in after]
    if names != copied:
        missing = [name for name in names if name not in copied]
        if missing:
            return [f"{count_of(len(missing), 'label name')} not carried as given: {_join(missing)}."]
        return ["The order of the labels is not carried."]
    losses = []
    nouns = {"display": "display name", "description": "description", "similar": "list of similar labels"}
    for field, noun in nouns.items():
        changed = [old["name"] for old, new in zip(before, after, strict=True) if old[field] != new[field]]
        if changed:
            what = count_of(len(changed), f"label's {noun}", f"labels' {noun}s")
            losses.append(f"{what} not carried: {_join(changed)}.")
    return losses


def _compare_dimensions(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [dimension["name"] for dimension in before]
    by_name = {dimension["name"]: dimension for dimension in after}
    losses = []
    missing = [name for name in names if name not in by_name]
    if missing:
        losses.append(f"{count_of(len(missing), 'dimension')} not carried under this name: {_join(missing)}.")
    kept = [name for name in names if name in by_name]
    if kept != [dimension["name"] for dimension in after if dimension["name"] in kept]:
        losses.append(f"The order of the dimensions is not carried: {', '.join(names)}.")
    for dimension in before:
        if dimension["name"] in by_name:
            losses += _compare_dimension(dimension, by_name[dimension["name"]])
    return losses


def _compare_dimension(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    name = before["name"]
    losses = [
        f"The {field} of the dimension '{name}' is not carried: {_show(before[field])} becomes {_show(after[field])}."
        for field in ("kind", "description", "clause")
        if before[field] != after[field]
    ]
    if before["class_dependent"] != after["class_dependent"]:
        return [*losses, f"Whether the values of '{name}' depend on the label is not carried."]
    if not before["class_dependent"]:
        return losses + _compare_values(name, [("", before["values"], after["values"])])
    labels = before["values"]
    return losses + _compare_values(name, [(label, labels[label], after["values"].get(label, [])) for label in labels])


def _compare_values(
    name: str, groups: Iterable[tuple[str, Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]]
) -> list[str]:
    missing: list[str] = []
    added: list[str] = []
    disordered: list[str] = []
    changed: dict[str, list[str]] = {}
    for label, before, after in groups:
        where = f" ({label})" if label else ""
        new = {value["text"]: value for value in after}
        old = {value["text"] for value in before}
        missing += [f"'{value['text']}'{where}" for value in before if value["text"] not in new]
        added += [f"'{value['text']}'{where}" for value in after if value["text"] not in old]
        kept = [value["text"] for value in before if value["text"] in new]
        if kept != [value["text"] for value in after if value["text"] in old]:
            disordered.append(label or "all labels")
        for value in before:
            for field in ("description", "weight", "minimum", "maximum"):
                if value["text"] in new and value[field] != new[value["text"]][field]:
                    changed.setdefault(field, []).append(f"'{value['text']}'{where}")
    losses = []
    if missing:
        instead = f"; instead there is {_join(added)}" if added else ""
        losses.append(f"{count_of(len(missing), 'value')} of '{name}' not carried: {_join(missing)}{instead}.")
    elif added:
        losses.append(f"{count_of(len(added), 'value')} of '{name}' read back that should not be: {_join(added)}.")
    if disordered:
        losses.append(f"The order of the values of '{name}' is not carried for {_join(disordered)}.")
    for field, values in changed.items():
        what = count_of(len(values), f"value's {field}", f"values' {field}s")
        losses.append(f"{what} in '{name}' not carried: {_join(values)}.")
    return losses


def _show(value: object) -> str:
    text = str(value) if value not in ("", (), []) else "empty"
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _join(names: Sequence[str]) -> str:
    shown = ", ".join(name[:80] for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
