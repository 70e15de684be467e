"""Scripts in a Python of their own: for what only a fresh process shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_script(script: str, *, seconds: float = 60) -> str:
    """What the script prints, run from the root of the checkout; an exception in it fails the test."""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr
    return done.stdout
