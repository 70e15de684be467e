"""How long the Attributes page takes to answer a click: 100 labels × 5 dimensions × 20 values, in Chromium.

    python -m benchmarks.attributes_clicks [--clicks 20] [--chromium PATH]

Makes a home of its own, starts the app on a free port, and opens one cell after the other by "Next open"; a click is
answered when the heading of the next cell stands there and the page is at rest. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from attrprompt import edits
from attrprompt.project import Project
from attrprompt.store import Store

ROOT = Path(__file__).parent.parent
PATIENCE = 300_000  # milliseconds
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def make_project(home: Path, labels: int, dimensions: int, values: int) -> str:
    """Store a project of this size; returns its id."""
    document = edits.add_labels(Project(), [f"label {number:03}" for number in range(labels)])
    for number in range(dimensions):
        document = edits.add_dimension(document, f"dimension {number}", class_dependent=True)
    for dimension_id, dimension in document.ordered_dimensions():
        for label_id, label in document.ordered_labels():
            texts = [f"{dimension.name}, {label.name}, value {number}" for number in range(values)]
            document = edits.add_values(document, dimension_id, texts, labels=[label_id]).project
    store = Store(home)
    try:
        return store.projects.create("large", document, owner="benchmark", source="benchmark").id
    finally:
        store.close()


def measure_clicks(page: Page, url: str, clicks: int) -> list[float]:
    """Seconds from each click to its answer."""
    page.goto(url)
    heading = page.locator("h3").first
    heading.wait_for(timeout=PATIENCE)
    taken: list[float] = []
    for _ in range(clicks + 1):  # the first one fills caches and does not count
        before = heading.inner_text()
        page.wait_for_timeout(500)
        begun = time.perf_counter()
        page.get_by_role("button", name="Next open").click()
        page.wait_for_function(
            """before => {
                const now = document.querySelector('h3')
                return now && now.innerText !== before
                    && !document.querySelector('[data-testid="stStatusWidget"], [data-stale="true"]')
            }""",
            arg=before,
            timeout=PATIENCE,
            polling="raf",
        )
        taken.append(time.perf_counter() - begun)
    return taken[1:]


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--dimensions", type=int, default=5)
    parser.add_argument("--values", type=int, default=20)
    parser.add_argument(
        "--chromium", default=shutil.which("chromium"), help="Default: the system's, else Playwright's."
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="attrprompt-") as temporary:
        project_id = make_project(Path(temporary), options.labels, options.dimensions, options.values)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        app = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "ATTRPROMPT_HOME": temporary},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"{address}/_stcore/health")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=options.chromium, args=ARGUMENTS)
                url = f"{address}/attributes?project={project_id}"
                page = browser.new_page()
                page.set_default_timeout(PATIENCE)
                taken = measure_clicks(page, url, options.clicks)
                browser.close()
        finally:
            app.terminate()
            app.wait(30)
    print(
        json.dumps(
            {
                "labels": options.labels,
                "dimensions": options.dimensions,
                "values": options.values,
                "clicks": len(taken),
                "median_seconds": round(statistics.median(taken), 3),
                "slowest_seconds": round(max(taken), 3),
                "load": [round(each, 1) for each in os.getloadavg()],
            }
        )
    )


def _wait_for(url: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise SystemExit("The app did not start.")


if __name__ == "__main__":
    main()
