"""YAML as a data file: mappings, lists and text, nothing that can act or grow.

Tags, anchors, aliases, merge keys, double keys, several documents and deep nesting are refused. Every scalar is text,
so `no`, `1.10` and `2024-05-01` stay what they are; the document's rules turn numbers into numbers.
"""

from __future__ import annotations

from typing import Any

import yaml

from attrprompt.errors import InputError
from attrprompt.records import make_storable

MAX_DEPTH = 20

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str, name: str) -> Any:
    """The data of a YAML text.

    Raises:
        InputError: it is no YAML, or holds something that is refused.
    """
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"'{name}' is no valid YAML: {error.problem or error.context}{line}.") from error
    except yaml.YAMLError as error:
        raise InputError(f"'{name}' is no valid YAML: it holds a character that YAML does not allow.") from error
    return builder.root


class _Builder:
    """Turns parse events into data; a key that waits for its value lies on the stack with its mapping."""

    def __init__(self, name: str) -> None:
        self.root: Any = None
        self._name = name
        self._open: list[Any] = []
        self._keys: list[str | None] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._refuse(event, "several documents; keep one")
        elif isinstance(event, yaml.AliasEvent):
            raise self._refuse(event, "an alias (*); write the value out instead")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._check(event)
            if isinstance(event, yaml.ScalarEvent):
                if make_storable(event.value)[1]:
                    raise self._refuse(event, "a NUL or half a character; write it anew")
                self._add(event.value, event)
            else:
                data: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                self._add(data, event)
                self._open.append(data)
                self._keys.append(None)
                if len(self._open) > MAX_DEPTH:
                    raise self._refuse(event, f"more than {MAX_DEPTH} levels of nesting")

    def _check(self, event: Any) -> None:
        if event.anchor is not None:
            raise self._refuse(event, "an anchor (&); write the value out instead")
        if event.tag is not None:
            raise self._refuse(event, "a tag (!); delete it")

    def _add(self, data: Any, event: yaml.Event) -> None:
        if not self._open:
            self.root = data
            return
        parent, key = self._open[-1], self._keys[-1]
        if isinstance(parent, list):
            parent.append(data)
        elif key is not None:
            parent[key] = data
            self._keys[-1] = None
        elif not isinstance(data, str):
            raise self._refuse(event, "a key that is no text")
        elif data == "<<":
            raise self._refuse(event, "a merge key (<<); write the values out instead")
        elif data in parent:
            raise self._refuse(event, f"the key '{data[:80]}' twice; keep one of them")
        else:
            self._keys[-1] = data

    def _refuse(self, event: yaml.Event, what: str) -> InputError:
        line = f", line {event.start_mark.line + 1}," if event.start_mark else ""
        return InputError(f"'{self._name}'{line} holds {what}.")
