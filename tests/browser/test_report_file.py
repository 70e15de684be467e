"""The report in a real browser: made on its page, opened from disk with no network; and Overview as a presentation."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from attrprompt.cli import main
from attrprompt.report.request import make_report
from attrprompt.worker.jobs import find_result_file
from tests.browser.conftest import open_profile, press

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVIL = "Hello <script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\"> javascript:alert(1)"


@pytest.fixture(scope="module")
def news(app, tmp_path_factory):
    """A project with three data sets and an evaluation, in the app's home."""
    folder, home = tmp_path_factory.mktemp("rows"), str(app.home)
    assert main(["new", "News", "--labels", "sports,world", "--domain", "news", "--home", home]) == 0
    for name, kind, place in (("one", "simprompt", "Peru"), ("two", "attrprompt", "Kenya"), ("real", "gold", "Japan")):
        rows = [
            {"text": f"{EVIL if n < 2 else ''} word{n} in {place} said{n % 7}", "label": ("sports", "world")[n % 2]}
            for n in range(30)
        ]
        file = folder / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert main(["import-dataset", "News", str(file), "--as", name, "--kind", kind, "--home", home]) == 0
    assert main(["evaluate", "News", "--train", "one", "--train", "two", "--test", "real", "--home", home]) == 0
    store = app.open_store()
    found = store.projects.find("News")
    store.close()
    return found


@pytest.fixture(scope="module")
def report(app, news, tmp_path_factory):
    """What the command writes."""
    out = tmp_path_factory.mktemp("report") / "report.html"
    assert main(["report", "News", "--out", str(out), "--home", str(app.home)]) == 0
    return out


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_plot_draws_offline_and_no_text_runs(browser, report, mode):
    context = open_profile(browser, offline=True, color_scheme=mode)
    tab = context.new_page()
    requests, errors = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.goto(report.as_uri(), wait_until="commit")
    expect(tab.locator(".plot").last).to_have_attribute("data-drawn", mode)
    expect(tab.locator(f".plot:not([data-drawn={mode}])")).to_have_count(0)
    expect(tab.locator(".plot:not(:has(svg.main-svg))")).to_have_count(0)
    expect(tab.locator("svg.world")).to_have_count(3)
    assert tab.locator("svg.world use.s5").first.bounding_box()["width"] > 3
    expect(tab.get_by_text("<script>document.title = 'ran'</script>").first).to_be_visible()
    expect(tab.locator("main img, main a[href^='javascript']")).to_have_count(0)
    assert tab.title() == "News: report"
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
    context.close()


def test_a_figure_is_saved_as_an_image_from_the_page_itself(browser, report):
    context = open_profile(browser, offline=True)
    tab = context.new_page()
    tab.goto(report.as_uri(), wait_until="commit")
    plot = tab.locator(".plot").first
    expect(plot).to_have_attribute("data-drawn", "light")
    plot.hover()
    for title, start in (("Download as SVG", b"<svg"), ("Download plot as a PNG", b"\x89PNG")):
        with tab.expect_download() as download:
            plot.locator(f".modebar-btn[data-title^='{title}']").click(force=True)
        assert download.value.path().read_bytes().startswith(start)
    context.close()


def test_the_page_gives_the_same_file_as_the_command(app, news, report, page):
    store = app.open_store()
    request = make_report(store, app.home, news)
    store.close()
    kept = find_result_file(app.home, request)
    kept.unlink()  # so that the page has it written anew, in the worker
    page.goto(app.page_of("report", news.id))
    press(page.get_by_role("button", name="Make the report"))
    with page.expect_download() as download:
        press(page.get_by_role("button", name=re.compile("Download the report")))
    assert download.value.suggested_filename == "News_report.html"
    assert download.value.path().read_bytes() == report.read_bytes()
    with page.expect_download() as download:
        press(page.get_by_role("button", name=re.compile("Figures and data")))
    assert download.value.path().read_bytes().startswith(b"PK")


def test_a_presentation_has_no_controls_and_larger_type_and_can_be_left(app, news, page):
    page.goto(app.page_of("overview", news.id))
    with page.context.expect_page() as opened:
        press(page.get_by_role("link", name=re.compile("Present$")))
    page = opened.value
    leave = page.get_by_role("button", name="Show the controls")
    expect(leave).to_be_visible()
    assert "present=1" in page.url
    page.wait_for_function("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize) > 50")
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_test_id("stMultiSelect")).to_have_count(0)
    expect(page.get_by_text("hidden, not locked")).to_be_visible()
    page.reload()
    expect(leave).to_be_visible()
    press(leave)
    expect(page.get_by_test_id("stMultiSelect")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    assert "present" not in page.url
