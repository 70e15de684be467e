"""What the worker loads before it works, and the command line before it obeys."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = {"aiohttp", "matplotlib", "openai", "pandas", "plotly", "sklearn", "torch", "transformers", "umap"}
JOBS = """
import importlib
from attrprompt.worker.jobs import JOB_MODULES
for module in JOB_MODULES: importlib.import_module(module)
"""


@pytest.mark.parametrize(("program", "loads"), [(JOBS, "attrprompt.report.write"), ("import attrprompt.cli", "typer")])
def test_nothing_heavy_is_loaded_at_the_start(program, loads):
    command = [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert loads in loaded
    assert not loaded & HEAVY
