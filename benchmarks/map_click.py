"""How long a click waits while UMAP of 10,000 texts computes: on the map's own page and beside it, in Chromium.

    python -m benchmarks.map_click --home FOLDER --prepare      # once: texts, vectors, and all answers but the map
    python -m benchmarks.map_click --home FOLDER [--clicks 20] [--chromium /usr/bin/chromium]

Two data sets of 5,000 invented news items each; their vectors lie around random topics, as alike as real ones of a
class are, and are put into the cache, so that nothing is encoded. A click is answered when what it asked for stands on
the page, drawn anew. Another colour draws all texts again (in software where there is no graphics card), so the limit
is not for it. The run fails where a click came after the map was ready. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.analysis_jobs.neighbourhood import NeighbourhoodRequest
from attrprompt.analysis_jobs.request import Part, make_request
from attrprompt.encoding.cache import VectorCache, hash_text
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import identify_encoder
from attrprompt.presets import load_preset
from attrprompt.records import DatasetKind
from attrprompt.runtime.runtime import Runtime
from attrprompt.settings import Settings
from attrprompt.store import NewSample
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import find_result_file, run_job

ROOT = Path(__file__).resolve().parent.parent
LABELS = ("World", "Sports", "Business", "Sci_Tech")
PLACES = ("Kenya", "Japan", "France", "Brazil", "Canada", "Australia", "Georgia", "")
DIMENSION = 384
TOPICS = 12
SEED = 0
LIMIT = 0.5
PATIENCE = 120_000  # milliseconds
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def prepare(home: Path, texts: int) -> None:
    """Fill a home: a project with two data sets, their vectors, and every answer that the pages show but the map."""
    shutil.rmtree(home, ignore_errors=True)
    runtime = Runtime(Settings(home=home))
    project = runtime.store.projects.create("large", load_preset("agnews"), owner="benchmark", source="benchmark")
    datasets = []
    for number, kind in enumerate((DatasetKind.SIMPROMPT, DatasetKind.ATTRPROMPT)):
        rows = list(_write_rows(texts // 2, random.Random(SEED + number)))
        datasets.append(runtime.store.datasets.import_rows(project.id, kind.value, kind, rows, info={}))
        vectors = _draw_vectors([row.labels[0] for row in rows], SEED + number)
        VectorCache(home).add(identify_encoder(REFERENCE), [hash_text(row.text) for row in rows], vectors)
    context = JobContext(home)
    similarity, regions = (
        make_request(runtime.store, project, datasets, (part,)) for part in (Part.SIMILARITY, Part.REGIONS)
    )
    for request in (similarity.ask(NeighbourhoodRequest), similarity, regions):
        begun = time.perf_counter()
        run_job(request, context)
        print(f"{request.kind} {request.only[0].value}: {time.perf_counter() - begun:.1f} s", file=sys.stderr)
    (home / "project").write_text(project.id, encoding="utf-8")
    runtime.close()


def _write_rows(number: int, rng: random.Random) -> Iterator[NewSample]:
    words = [
        f"{a}{b}" for a in ("re", "con", "pro", "un", "inter", "de") for b in ("form", "view", "cast", "act", "sign")
    ]
    for item in range(number):
        label, place = LABELS[item % 4], rng.choice(PLACES)
        sentences = [" ".join(rng.choices(words, k=9)).capitalize() + "." for _ in range(6)]
        where = f" The meeting took place in {place}." if place else ""
        text = f"{label.replace('_', ' ')} report {item}-{rng.randrange(10**6)}. {' '.join(sentences)}{where}"
        yield NewSample(item=item, text=text, raw=text, labels=(label,), attributes={})


def _draw_vectors(labels: list[str], seed: int) -> np.ndarray:
    """Unit rows: a direction for each label, a topic within it, and noise; mean cosine within a label about 0.3."""
    rng = np.random.default_rng(7)
    directions = {label: rng.standard_normal(DIMENSION) for label in LABELS}
    topics = {label: rng.standard_normal((TOPICS, DIMENSION)) for label in LABELS}
    rng = np.random.default_rng(seed)
    rows = np.stack(
        [
            0.75 * directions[label] + 0.6 * topics[label][rng.integers(TOPICS)] + rng.standard_normal(DIMENSION)
            for label in labels
        ]
    )
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def time_clicks(page: Page, clicks: int, click: Callable[[int], str]) -> list[float]:
    """Seconds from each click to its answer; `click` clicks and gives what must then be true on the page."""
    taken = []
    for turn in range(clicks + 1):  # the first fills caches and does not count
        page.wait_for_timeout(300)
        begun = time.perf_counter()
        condition = click(turn)
        page.wait_for_function(f"() => {condition}", timeout=PATIENCE, polling="raf")
        taken.append(time.perf_counter() - begun)
    return taken[1:]


def click_colour(page: Page) -> Callable[[int], str]:
    """Colour the map by label and by data set in turn: its legend changes."""
    names = (("label", "label"), ("data set", "dataset"))

    def click(turn: int) -> str:
        button, column = names[turn % 2]
        page.locator(".st-key-embeddings_colour").get_by_role("radio", name=button, exact=True).click()
        return f"document.querySelector('.st-key-embeddings_map_{column}_pca .legendtext')"

    return click


def click_tab(page: Page, names: tuple[tuple[str, str], ...]) -> Callable[[int], str]:
    """Open tabs in turn; each holds a text of its own."""

    def click(turn: int) -> str:
        tab, text = names[turn % len(names)]
        page.get_by_role("tab", name=tab, exact=True).click()
        panels = "[...document.querySelectorAll('[role=tabpanel] [data-testid=stElementContainer][data-stale=false]')]"
        return f"{panels}.some(each => each.innerText.includes({json.dumps(text)}))"

    return click


def click_map_tab(page: Page) -> Callable[[int], str]:
    """Open the tabs below the map in turn."""
    return click_tab(page, (("Outliers", "Distance: 1 - mean cosine"), ("Clusters", "k-means on the embeddings")))


def click_regions_tab(page: Page) -> Callable[[int], str]:
    """Open two tabs of the Regions page in turn."""
    page.goto(page.url.replace("/embeddings?", "/regions?"))
    page.get_by_role("tab", name="Continents", exact=True).wait_for()
    gap, bars = "Largest gap: of one continent", "Click a bar for its texts"
    return click_tab(page, (("Against a reference", gap), ("Continents", bars)))


COLOUR = "map, another colour"
CLICKS = {
    COLOUR: click_colour,
    "map, another tab": click_map_tab,
    "Regions, another tab": click_regions_tab,
}


def measure(home: Path, clicks: int, chromium: str | None) -> dict[str, list[float]]:
    """The seconds of all clicks, by where they were made; all of them while the map computes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        try:
            return {name: _measure_one(home, browser, clicks, begin) for name, begin in CLICKS.items()}
        finally:
            browser.close()


def _measure_one(
    home: Path, browser: Browser, clicks: int, begin: Callable[[Page], Callable[[int], str]]
) -> list[float]:
    """One kind of click, with an app and a map of its own."""
    project_id = (home / "project").read_text(encoding="utf-8")
    _forget_map(home, project_id)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    app = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
        cwd=ROOT,
        env={**os.environ, "ATTRPROMPT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"{address}/_stcore/health")
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/embeddings?project={project_id}")
        page.get_by_text("Fitting the map on 10,000 texts").or_(page.get_by_text("Optimising the map")).wait_for()
        taken = time_clicks(page, clicks, begin(page))
        if _find_map(home, project_id) is not None:
            raise SystemExit("The map was ready before the last click. Use more texts or fewer clicks.")
        page.close()
        return taken
    finally:
        app.terminate()
        app.wait(30)


def _find_map(home: Path, project_id: str) -> Path | None:
    runtime = Runtime(Settings(home=home))
    try:
        project = runtime.store.projects.load(project_id)
        datasets = runtime.store.datasets.list_all(project_id)
        request = make_request(runtime.store, project, datasets, (Part.SIMILARITY,)).ask(MapRequest)
        return find_result_file(home, request)
    finally:
        runtime.close()


def _forget_map(home: Path, project_id: str) -> None:
    kept = _find_map(home, project_id)
    if kept is not None:
        kept.unlink()
    shutil.rmtree(home / "cache" / "maps", ignore_errors=True)


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


def main() -> None:
    """Prepare, or measure and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--chromium", default=None, help="Path of the browser; default Playwright's own.")
    options = parser.parse_args()
    if options.prepare:
        prepare(options.home, options.texts)
        return
    taken = measure(options.home, options.clicks, options.chromium)
    print(f"{'click':28}{'median':>8}{'slowest':>9}")
    for name, seconds in taken.items():
        print(f"{name:28}{statistics.median(seconds):7.2f}s{max(seconds):8.2f}s")
    medians = {name: round(statistics.median(seconds), 3) for name, seconds in taken.items()}
    print(
        json.dumps(
            {
                "benchmark": "map_click",
                "texts": options.texts,
                "clicks": options.clicks,
                "median_seconds": medians,
                "slowest_seconds": {name: round(max(seconds), 3) for name, seconds in taken.items()},
                "limit": LIMIT,
                "passed": max(seconds for name, seconds in medians.items() if name != COLOUR) < LIMIT,
                "load": [round(each, 1) for each in os.getloadavg()],
            }
        )
    )


if __name__ == "__main__":
    main()
