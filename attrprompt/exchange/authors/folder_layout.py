"""Which files of an AttrPrompt folder hold what, before any value is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from attrprompt.errors import InputError
from attrprompt.exchange.attribute_lines import parse_labels
from attrprompt.exchange.known_layout import FILTERED, SIMILAR
from attrprompt.exchange.label_names import LabelNames
from attrprompt.files import read_text
from attrprompt.project import fold_text

LABEL_FILE = "label.txt"
METHOD_FOLDER = "attrprompt"


@dataclass(frozen=True)
class DimensionFolder:
    """One dimension and where its values stand: exactly one of the three, or nothing in an empty folder."""

    name: str
    label_files: tuple[Path, ...] = ()
    shared_file: Path | None = None
    labelled_json: Path | None = None
    by_label: bool = False
    alternatives: tuple[str, ...] = ()

    @property
    def class_dependent(self) -> bool:
        """True where the values differ between labels."""
        return self.by_label or self.labelled_json is not None

    @property
    def source(self) -> str:
        """What `use` calls the file or folder that is read; empty where nothing is."""
        if self.by_label and self.label_files:
            return self.label_files[0].parent.name.strip()
        file = self.shared_file or self.labelled_json
        return file.stem.strip() if file is not None else ""


@dataclass(frozen=True)
class FoundDimensions:
    """All dimensions of a model's folder, and the folder of similar classes."""

    dimensions: tuple[DimensionFolder, ...]
    similar: DimensionFolder | None
    warnings: tuple[str, ...]


def read_labels(folder: Path) -> tuple[str, ...]:
    """The labels of `label.txt`, one a line, in their order.

    Raises:
        InputError: there is no such file, or a name in it is empty, too long, double, or one too many.
    """
    if not folder.is_dir():
        raise InputError(
            f"There is no folder '{folder}'; name the folder that holds {LABEL_FILE} and {METHOD_FOLDER}/."
        )
    path = folder / LABEL_FILE
    if not path.is_file():
        inside = sorted(file.parent.name for file in folder.glob(f"*/{LABEL_FILE}"))
        hint = f" Data-set folders inside it: {', '.join(inside[:20])}." if inside else ""
        raise InputError(
            f"'{folder}' holds no {LABEL_FILE}; an AttrPrompt data-set folder has {LABEL_FILE} and "
            f"{METHOD_FOLDER}/<model>/<dimension>/.{hint}"
        )
    return parse_labels(read_text(path), LABEL_FILE)


def choose_model_folder(folder: Path, model: str | None) -> tuple[Path, list[str]]:
    """The folder under `attrprompt/` to read, with a warning that names the others.

    Raises:
        InputError: there is none, or not the wanted one.
    """
    parent = folder / METHOD_FOLDER
    found = {entry.name.strip(): entry for entry in _visible(parent) if entry.is_dir()} if parent.is_dir() else {}
    if not found:
        raise InputError(f"'{folder}' holds no {METHOD_FOLDER}/<model>/ folder with attribute dimensions.")
    names = sorted(found)
    if model is not None and model.strip() not in found:
        raise InputError(f"'{parent}' has no folder '{model}'; it has: {', '.join(names)}.")
    chosen = model.strip() if model is not None else names[0]
    others = [name for name in names if name != chosen]
    if model is None and others:
        return found[chosen], [f"Read {METHOD_FOLDER}/{chosen}; also there: {', '.join(others)}."]
    return found[chosen], []


def find_dimensions(model_folder: Path, labels: LabelNames, use: Mapping[str, str]) -> FoundDimensions:
    """What each folder under a model's folder is.

    Raises:
        InputError: `use` names a dimension, a file or a folder that is not there.
    """
    wanted = {fold_text(name): choice.strip() for name, choice in use.items()}
    groups: dict[str, list[Path]] = {}
    loose = []
    for path in _visible(model_folder):
        if path.is_dir():
            groups.setdefault(path.name.strip().removesuffix(FILTERED) or path.name, []).append(path)
        else:
            loose.append(path.name)
    warnings = [f"Left out, because it lies in no dimension's folder: {name}." for name in loose]
    unknown = wanted.keys() - {fold_text(name) for name in groups}
    if unknown:
        raise InputError(
            f"There is no dimension '{min(unknown)}' in this folder. Its dimensions are: "
            f"{', '.join(sorted(name for name in groups if name != SIMILAR)) or 'none'}."
        )
    dimensions = []
    similar = None
    for name, folders in groups.items():
        found = _describe(name, folders, labels, wanted.get(fold_text(name)), warnings)
        if name == SIMILAR:
            similar = found
        else:
            dimensions.append(found)
    return FoundDimensions(tuple(dimensions), similar, tuple(warnings))


def _describe(
    name: str, folders: list[Path], labels: LabelNames, wanted: str | None, warnings: list[str]
) -> DimensionFolder:
    by_name = {folder.name.strip(): folder for folder in folders}
    preferred = f"{name}{FILTERED}" if f"{name}{FILTERED}" in by_name else min(by_name)
    chosen = wanted if wanted in by_name else preferred
    folder = by_name[chosen]
    others = sorted(set(by_name) - {chosen})
    files = [path for path in _visible(folder) if path.is_file()]
    known = [path for path in files if path.suffix.casefold() in {".txt", ".jsonl", ".json"}]
    warnings += [f"{name}: '{path.name}' is no attribute file and was left out." for path in files if path not in known]
    stem = None if wanted in by_name else wanted
    json_file = _named(known, ".json", name, folder.name.strip())
    listed = [path for path in known if path.suffix.casefold() == ".jsonl" and labels.find_file(path.stem)]
    if stem is None and json_file is not None:
        warnings += _left_out(name, others, [path for path in known if path != json_file])
        return DimensionFolder(name, labelled_json=json_file, alternatives=tuple(others))
    shared = _named(known, ".txt", name, folder.name.strip())
    texts = [path for path in known if path.suffix.casefold() != ".json"]
    if stem is None and (listed or name == SIMILAR or (shared is None and _any_label(texts, labels))):
        kept = [path for path in texts if path.suffix.casefold() == ".jsonl" or not listed]
        warnings += _left_out(name, others, [path for path in known if path not in kept])
        return DimensionFolder(name, label_files=tuple(kept), by_label=True, alternatives=tuple(others))
    return _describe_shared(name, texts, shared, stem, others, warnings)


def _describe_shared(
    name: str, texts: list[Path], shared: Path | None, stem: str | None, others: list[str], warnings: list[str]
) -> DimensionFolder:
    stems = {path.stem.strip(): path for path in texts}
    if stem is not None and stem not in stems:
        choices = ", ".join(sorted({*stems, *others})) or "none"
        raise InputError(f"The dimension '{name}' has no file '{stem}'. Its choices are: {choices}.")
    chosen = stems[stem] if stem is not None else shared or _named(texts, ".jsonl", name, name)
    if chosen is None and texts:
        chosen = texts[0]
        warnings.append(f"{name}: no file is named like the folder; '{chosen.name}' was read.")
    alternatives = sorted({key for key, path in stems.items() if path != chosen} | set(others))
    if alternatives:
        warnings.append(
            f"{name}: read from '{chosen.name if chosen else name}'; alternatives left out: {', '.join(alternatives)} "
            f"(take one with --use {name}={alternatives[0]})."
        )
    return DimensionFolder(name, shared_file=chosen, alternatives=tuple(alternatives))


def _left_out(name: str, folders: list[str], files: list[Path]) -> list[str]:
    warnings = []
    if folders:
        warnings.append(
            f"{name}: the folder {', '.join(folders)} was left out (take it with --use {name}={folders[0]})."
        )
    if files:
        warnings.append(f"{name}: left out {', '.join(path.name for path in files)}.")
    return warnings


def _named(files: Sequence[Path], suffix: str, *names: str) -> Path | None:
    for name in names:
        for path in files:
            if path.suffix.casefold() == suffix and fold_text(path.stem) == fold_text(name):
                return path
    return None


def _any_label(files: Sequence[Path], labels: LabelNames) -> bool:
    return any(labels.find_file(path.stem) for path in files)


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise InputError(f"'{folder}' cannot be read: {error.strerror}.") from error
