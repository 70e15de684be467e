"""JSON as people send it: no key twice in one object, no nesting without end."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from attrprompt.errors import InputError
from attrprompt.records import make_storable


def parse_json(text: str, name: str) -> Any:
    """The data of a JSON text.

    Raises:
        InputError: it is no JSON, names a key twice, or is nested too deeply.
    """

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if any(make_storable(key)[1] for key in data):
            raise InputError(f"'{name}' holds a key with a NUL or half a character; write it anew.")
        if len(data) < len(pairs):
            twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise InputError(f"'{name}' names '{twice[:80]}' twice in one object; keep one of them.")
        return data

    try:
        return json.loads(text, object_pairs_hook=build)
    except json.JSONDecodeError as error:
        raise InputError(f"'{name}' is no valid JSON: {error.msg} in line {error.lineno}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{name}' is no usable JSON: it is nested too deeply or holds a number too long.") from error
