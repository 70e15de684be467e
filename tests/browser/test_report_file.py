"""The report opened from disk with no network: every plot draws, nothing is fetched, no text runs."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from attrprompt.cli import main

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVIL = "Hello <script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\"> javascript:alert(1)"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    home = str(folder / "home")
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
    out = folder / "report.html"
    assert main(["report", "News", "--out", str(out), "--home", home]) == 0
    return out


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_plot_draws_offline_and_no_text_runs(browser, report, mode):
    context = browser.new_context(offline=True, color_scheme=mode)
    tab = context.new_page()
    requests, errors = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.goto(report.as_uri(), wait_until="commit")
    expect(tab.locator(".plot").last).to_have_attribute("data-drawn", mode)
    expect(tab.locator(f".plot:not([data-drawn={mode}])")).to_have_count(0)
    expect(tab.locator(".plot:not(:has(svg.main-svg))")).to_have_count(0)
    expect(tab.get_by_text("<script>document.title = 'ran'</script>").first).to_be_visible()
    expect(tab.locator("main img, main a[href^='javascript']")).to_have_count(0)
    assert tab.title() == "News: report"
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
    context.close()
