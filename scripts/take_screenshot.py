"""Takes the README's screenshot: the Overview page of the demo project, from a fresh home.

Run it with `python -m scripts.take_screenshot`.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from attrprompt.demo import seed_demo
from attrprompt.runtime.runtime import close_runtime, open_runtime

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Start the app on a free port, open the page, write docs/overview.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "overview.png")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        project = seed_demo(open_runtime(home))
        close_runtime(home)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
        environment = {**os.environ, "ATTRPROMPT_HOME": home}
        app = subprocess.Popen([*command, "--server.port", str(port)], cwd=ROOT, env=environment)
        try:
            _take(f"http://127.0.0.1:{port}/overview?project={project.id}", options.chromium, options.out)
        finally:
            app.terminate()
            app.wait()


def _take(url: str, chromium: str, out: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1180})
        for _ in range(60):
            try:
                page.goto(url)
                break
            except PlaywrightError:  # the server is still starting
                time.sleep(0.5)
        page.get_by_text("times as many different words").wait_for(timeout=60_000)
        page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
        page.wait_for_timeout(1_500)
        page.screenshot(path=str(out))
        browser.close()


if __name__ == "__main__":
    main()
