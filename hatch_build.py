"""Reads the wheel's dependencies from requirements.txt, so that they are written down once.

A hook of ours, because the published plugin for it (hatch-requirements-txt 0.4.1) has had no release for over two
years, and dependencies written in pyproject.toml would need requirements.txt as a second copy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RequirementsHook(MetadataHookInterface):
    """What `make` installs is what the wheel asks for."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the dependencies to the project's metadata."""
        lines = (Path(self.root) / "requirements.txt").read_text(encoding="utf-8").splitlines()
        stated = (line.partition("#")[0].strip() for line in lines)
        metadata["dependencies"] = [requirement for requirement in stated if requirement]
