"""A whole project in one file, YAML or JSON: readable, diffable, with the hash of its content at the top."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from attrprompt.errors import InputError
from attrprompt.exchange.documents.plain_form import SECTIONS, describe_plainly, read_plainly
from attrprompt.exchange.documents.strict_json import parse_json
from attrprompt.exchange.documents.strict_yaml import parse_yaml
from attrprompt.files import decode_text
from attrprompt.project import Project
from attrprompt.prompts.rendering import check_template

FORMAT = "attrprompt-project"
VERSION = 1
_HEADER = ("format", "version", "name", "title", "description", "content_hash")


@dataclass(frozen=True)
class ProjectFile:
    """What a project file holds.

    Attributes:
        project: the document.
        name: the project's name as the file gives it; empty where it does not.
        warnings: what a reader should know, in sentences.
    """

    project: Project
    name: str
    warnings: tuple[str, ...]


def write_project_yaml(project: Project, *, name: str = "") -> str:
    """The project as YAML; the same project gives the same text."""
    return yaml.dump(
        _describe(project, name),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=110,
        default_flow_style=False,
    )


def write_project_json(project: Project, *, name: str = "") -> str:
    """The project as JSON; the same project gives the same text."""
    return json.dumps(_describe(project, name), ensure_ascii=False, indent=2) + "\n"


def read_project_file(content: bytes | str, file_name: str) -> ProjectFile:
    """A project from a YAML or JSON file that this module wrote or a person did.

    Raises:
        InputError: the file is no usable project; the sentence says where and why.
    """
    text = decode_text(content, file_name)
    parse = parse_json if text.lstrip()[:1] in ("{", "[") or file_name.casefold().endswith(".json") else parse_yaml
    data = parse(text, file_name)
    if not isinstance(data, dict) or "labels" not in data:
        raise InputError(f"'{file_name}' is no project file: it needs at least 'labels', beside {', '.join(SECTIONS)}.")
    header = {key: data.pop(key) for key in _HEADER if key in data}
    for key, value in header.items():
        if not isinstance(value, str | int):
            raise InputError(f"'{file_name}': '{key}' must be text.")
    if str(header.get("format", FORMAT)) != FORMAT:
        raise InputError(f"'{file_name}' is in the format '{str(header['format'])[:60]}', not '{FORMAT}'.")
    if str(header.get("version", VERSION)) != str(VERSION):
        raise InputError(
            f"'{file_name}' is of version {str(header['version'])[:20]}, but this program reads version {VERSION}; "
            "update the program."
        )
    project = read_plainly(data, origin=f"import:{file_name}")
    warnings = []
    stated = str(header.get("content_hash", ""))
    if stated and stated != project.content_hash:
        warnings.append(
            "The file was changed after it was exported: its content no longer has the hash that it states."
        )
    for method, template in project.templates.items():
        for part in (template.text, template.system):
            problem = check_template(part, method=method)
            if problem is not None:
                warnings.append(f"The template of {method.display} has a problem. {problem}")
    return ProjectFile(project, str(header.get("name", "")), tuple(warnings))


def _describe(project: Project, name: str) -> dict[str, Any]:
    header: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if name:
        header["name"] = name
    return {**header, "content_hash": project.content_hash, **describe_plainly(project)}


class _Dumper(yaml.SafeDumper):
    """Lists indented under their key, long texts as blocks, never an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)
