"""The app as a wheel: built, installed into a folder of its own, opened from there."""

import os
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, free_port, press, wait_for_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheel installs and nothing else; what it needs comes from this environment."""
    wheels, folder = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--no-input"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", wheels, ROOT], check=True)
    subprocess.run([*pip, "install", *offline, "--target", folder, *wheels.glob("*.whl")], check=True)
    return folder


@pytest.fixture
def run_installed(installed, tmp_path):
    """Runs the installed console script in an empty folder, far from the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def run(*arguments):
        script = [installed / "bin" / "attrprompt", *arguments]
        return subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def test_it_installs_one_module_and_asks_for_what_make_installs(installed):
    (distribution,) = distributions(path=[str(installed)])
    modules = {Path(file).parts[0] for file in distribution.files if file.suffix == ".py"}
    assert modules == {"attrprompt"}
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    stated = {str(Requirement(line)) for line in lines if line.strip() and not line.startswith("#")}
    assert {str(Requirement(line)).lower() for line in distribution.requires} == {line.lower() for line in stated}
    assert "Apache License" in distribution.read_text("licenses/LICENSE")


def test_the_console_script_ends_with_the_commands_status(run_installed):
    done, refused = run_installed("presets"), run_installed("plan", "nothing")
    assert (done.returncode, refused.returncode) == (0, 2)
    assert "agnews" in done.stdout
    assert refused.stderr.startswith("Error: ")


def test_the_app_opens_from_the_wheel_with_its_theme_and_the_demo(installed, page, tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "attrprompt", "app", "--port", str(port)]
    process = wait_for_server(command, port, cwd=tmp_path, PYTHONPATH=str(installed))
    try:
        served = Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8").split("\0")
        assert str(installed / "attrprompt" / "_app" / "app.py") in served
        page.goto(f"http://127.0.0.1:{port}")
        button = page.get_by_role("button", name="Open the demo")
        expect(button).to_have_css("background-color", find_primary_colour())
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        press(button)
        expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
        expect(page.get_by_text("times as many different words").first).to_be_visible()
        assert (tmp_path / "data" / "studio.sqlite3").exists()
    finally:
        process.terminate()
        process.wait(10)


def find_primary_colour():
    """The theme's colour of buttons on light ground, as a browser says it."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    return "rgb({}, {}, {})".format(*bytes.fromhex(theme["light"]["primaryColor"].removeprefix("#")))
