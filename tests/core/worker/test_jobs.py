"""What the worker loads before it works."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HEAVY = {"aiohttp", "matplotlib", "openai", "pandas", "plotly", "sklearn", "torch", "transformers", "umap"}


def test_modules_of_jobs_load_nothing_heavy():
    program = (
        "import importlib, sys\n"
        "from attrprompt.worker.jobs import JOB_MODULES\n"
        "for module in JOB_MODULES: importlib.import_module(module)\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert "attrprompt.report.write" in loaded
    assert not loaded & HEAVY
