"""Results that are kept as JSON: what was kept comes back the same, and is kept the same again."""

from __future__ import annotations

import json
from typing import Any

from attrprompt.worker.jobs import JsonResult


def assert_comes_back(result: JsonResult) -> Any:
    """`from_json` undoes `to_json` by way of a file; gives what came back."""
    kept = json.dumps(result.to_json(), allow_nan=False)
    again = type(result).from_json(json.loads(kept))
    assert again == result
    assert json.dumps(again.to_json(), allow_nan=False) == kept
    return again
