"""The real app in a real browser: a server on a free port with a home of its own, and Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from attrprompt.defects import LOG_FILE
from attrprompt.store import Store

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = {"width": 1440, "height": 1000}
PATIENCE = 400_000  # milliseconds; the machine may be busy, and the worker gives way to everything else
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class App:
    url: str
    home: Path

    def open_store(self) -> Store:
        """The app's own store, from this process."""
        return Store(self.home)

    def page_of(self, name: str, project_id: str) -> str:
        return f"{self.url}/{name}?project={project_id}"


def start_server(home: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    return wait_for_server(command, port, cwd=ROOT, ATTRPROMPT_HOME=str(home))


def wait_for_server(command: list[str], port: int, cwd: Path, **variables: str) -> subprocess.Popen[bytes]:
    """Start an app with these variables in its environment; returns once it answers."""
    environment = {**os.environ, **variables}
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("the app did not start")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for all tests, so that its worker loads the encoder once; a test makes projects of its own."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    process = start_server(home, port)
    yield App(f"http://127.0.0.1:{port}", home)
    process.terminate()
    process.wait(PATIENCE / 1_000)
    log = home / LOG_FILE
    assert not log.exists(), log.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def home(app: App) -> Path:
    """The app's home: the store of a test is the app's own, from this process."""
    return app.home


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: Playwright's event loop would otherwise stand in the way of asynchronous tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def open_profile(browser: Browser, **options: Any) -> BrowserContext:
    """A new profile of somebody who asks for less motion: without a graphics card it takes half of a page's work."""
    context = browser.new_context(**{"viewport": VIEWPORT, "reduced_motion": "reduce", **options})
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a new browser profile; requests that leave this machine fail the test."""
    context = open_profile(browser)
    tab = context.new_page()
    strangers: list[str] = []
    tab.on("request", lambda request: strangers.append(request.url) if leaves_machine(request.url) else None)
    yield tab
    context.close()
    assert not strangers, f"requests left the machine: {strangers}"


def wait_until_idle(page: Page) -> None:
    """Until Streamlit has drawn everything: what is clicked before that may be drawn anew under the hand."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')")


def press(control: Locator) -> None:
    """Click something once it is there and the page is at rest.

    Before that it may move from under the mouse, or its forerunner may still stand beside it.
    """
    expect(control).to_have_count(1)
    wait_until_idle(control.page)
    control.click()


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it is so: what a page shows at once, the store may hold a moment later."""
    until = time.monotonic() + PATIENCE / 1_000
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def open_list(page: Page, box: Locator) -> None:
    """Open the list of a combobox. It is brought into view first, because scrolling closes an open list."""
    box.scroll_into_view_if_needed()
    wait_until_idle(page)
    box.click()
    expect(box).to_have_attribute("aria-expanded", "true")


def leaves_machine(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "about:"))
