"""What several tests of the core share: the command line, in the home of the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attrprompt.cli import main

Ran = tuple[int, Any, str]


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command in the home of the test: (exit status, JSON or None, stderr)."""

    def run_it(*arguments: object) -> Ran:
        status = main([*map(str, arguments), "--home", str(home), "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out.strip() else None, err

    return run_it
