"""The multi-label form of a dimension: `{"value": {"lbl": [names], "lbl_idx": [positions], "n_lbl": k}}`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attrprompt.errors import InputError
from attrprompt.exchange.attribute_lines import is_filler
from attrprompt.exchange.documents.strict_json import parse_json
from attrprompt.exchange.label_names import LabelNames
from attrprompt.files import read_text
from attrprompt.project import MAX_TEXT_LENGTH, fold_text


@dataclass
class LabelledValues:
    """The values of such a file with their labels; `keys` are all its texts in their order."""

    keys: list[str] = field(default_factory=list)
    values: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    skipped: list[tuple[int, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_labelled_values(path: Path, dimension: str, labels: LabelNames) -> LabelledValues:
    """Read a file of the multi-label form.

    Raises:
        InputError: it is not in this form.
    """
    data = parse_json(read_text(path), path.name)
    if not isinstance(data, dict) or not all(isinstance(entry, dict) for entry in data.values()):
        raise InputError(
            f"'{path.name}' is not in the multi-label form: it must map each value to "
            '{"lbl": [label names], "lbl_idx": [their positions], "n_lbl": their number}.'
        )
    found = LabelledValues(keys=list(data))
    seen: dict[str, int] = {}
    strange: dict[str, int] = {}
    for number, (key, entry) in enumerate(data.items(), start=1):
        text = key.strip()
        named = _names_of(entry, labels.names, path.name, key)
        known = list(dict.fromkeys(label for name in named if (label := labels.find(name)) is not None))
        for name in named:
            if name not in labels:
                strange[name] = strange.get(name, 0) + 1
        reason = _reason_to_skip(text, known, dimension, seen)
        if reason:
            found.skipped.append((number, text, reason))
        else:
            seen[fold_text(text)] = number
            found.values.append((text, tuple(sorted(known, key=labels.names.index))))
    if strange:
        listed = "; ".join(labels.describe(name, f"{count:,}") for name, count in strange.items())
        found.warnings.append(
            f"{dimension}: labels that {path.name} names but label.txt does not: {listed}."
            f"{labels.explain_rename(list(strange))}"
        )
    return found


def write_labelled_values(values: Sequence[tuple[str, Sequence[str]]], labels: Sequence[str]) -> str:
    """A file of this form from values and the names of their labels."""
    entries = {
        text: {
            "lbl": [file_name_of(name) for name in names],
            "lbl_idx": [labels.index(name) for name in names],
            "n_lbl": len(names),
        }
        for text, names in values
    }
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def file_name_of(label: str) -> str:
    """A label's name as the authors' code writes it in file names: in lower case, spaces as underscores."""
    return label.lower().replace(" ", "_")


def _names_of(entry: Mapping[str, Any], labels: Sequence[str], file: str, key: str) -> list[str]:
    names = entry.get("lbl")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    positions = entry.get("lbl_idx")
    if isinstance(positions, list) and all(
        type(position) is int and 0 <= position < len(labels) for position in positions
    ):
        return [labels[position] for position in positions]
    raise InputError(f"'{file}': the value '{key[:60]}' names its labels neither in 'lbl' nor in 'lbl_idx'.")


def _reason_to_skip(text: str, known: Sequence[str], dimension: str, seen: Mapping[str, int]) -> str:
    if not text:
        return "is empty"
    if is_filler(text, dimension):
        return "stands for no value of its own"
    if len(text) > MAX_TEXT_LENGTH:
        return f"has over {MAX_TEXT_LENGTH:,} characters"
    if not known:
        return "names no known label"
    if fold_text(text) in seen:
        return f"repeats entry {seen[fold_text(text)]}"
    return ""
