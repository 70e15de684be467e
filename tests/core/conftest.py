"""What several tests of the core share: the command line, in a home of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attrprompt.cli import main

Ran = tuple[int, Any, str]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command in a home of its own: (exit status, JSON or None, stderr)."""

    def run_it(*arguments: object) -> Ran:
        status = main([*map(str, arguments), "--home", str(tmp_path / "home"), "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out.strip() else None, err

    return run_it
