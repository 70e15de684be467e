"""The analysis pages on the demo project: the map with its lasso, the map of countries, a ruling, both modes."""

import csv
import re
import time

import pytest
from playwright.sync_api import expect

from attrprompt.demo import seed_demo
from attrprompt.records import SampleStatus
from attrprompt.runtime.runtime import Runtime
from attrprompt.settings import Settings
from attrprompt.store import SampleFilter
from tests.browser.conftest import App, free_port, open_list, press, start_server, wait_until_idle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ALL = 800
COUNT = re.compile(r"Selected: ([\d,]+) texts")


@pytest.fixture(scope="module")
def demo(app):
    """The demo project in the app's home."""
    runtime = Runtime(Settings(home=app.home))
    stored = seed_demo(runtime)
    runtime.close()
    return stored


def open_page(page, app, demo, name):
    page.goto(app.page_of(name, demo.id))
    expect(page.get_by_role("heading", level=1, name=name.capitalize())).to_be_visible()
    wait_until_idle(page)


def open_tab(page, name):
    press(page.get_by_role("tab", name=name, exact=True))
    wait_until_idle(page)


def find_plot(page):
    """The map's drawing area: (left, top, width, height)."""
    area = page.get_by_role("figure", name="Map of the texts").locator(".nsewdrag")
    expect(area).to_be_visible()
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    return box["x"], box["y"], box["width"], box["height"]


def drag_lasso(page):
    """Around the middle of the map."""
    left, top, width, height = find_plot(page)
    corners = [(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75), (0.25, 0.3)]
    points = [(left + x * width, top + y * height) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()


def read_located(page):
    """What the page says of the share of texts that name a place, by data set."""
    metrics = page.get_by_test_id("stMetric")
    expect(metrics).to_have_count(2)
    return metrics.all_inner_texts()


def wait_for_other_figures(page, before):
    """The figures after they were computed anew."""
    page.wait_for_function(
        """before => {
            const now = [...document.querySelectorAll('[data-testid=stMetric]')].map(each => each.innerText);
            return now.length === before.length && now.join() !== before.join();
        }""",
        arg=before,
    )
    wait_until_idle(page)
    return read_located(page)


def test_a_lasso_on_the_map_changes_the_count_and_the_tables(app, demo, page):
    open_page(page, app, demo, "embeddings")
    expect(page.get_by_text(f"All: {ALL} texts")).to_be_visible()
    reject = page.get_by_role("button", name="Reject these in Review")
    expect(reject).to_be_disabled()
    first = page.locator("[data-testid=stDataFrame]:visible").first
    before = first.screenshot()
    drag_lasso(page)
    chosen = page.get_by_text(COUNT)
    expect(chosen).to_be_visible()
    number = int(COUNT.search(chosen.inner_text()).group(1).replace(",", ""))
    assert 0 < number < ALL
    expect(reject).to_be_enabled()
    wait_until_idle(page)
    assert first.screenshot() != before

    open_tab(page, "Clusters")
    expect(page.get_by_text(f"Counts among the {number:,} selected texts")).to_be_visible()
    open_tab(page, "All pairs")
    expect(page.get_by_text(f"among the {number:,} selected texts, 5,000 a set")).to_be_visible()
    with page.expect_download() as download:
        press(page.get_by_role("button", name="Download these texts"))
    with download.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == number
    assert {"text", "label", "dataset", "item", "region"} <= set(rows[0])

    press(reject)
    store = app.open_store()
    datasets = {each.name: each for each in store.datasets.list_all(demo.id)}

    def read_rejected():
        return {
            (name, each.item)
            for name, dataset in datasets.items()
            for each in store.datasets.iterate(dataset.id, SampleFilter(statuses=(SampleStatus.REJECTED,)))
        }

    deadline = time.monotonic() + 60  # what says so on the page goes away by itself
    while len(rejected := read_rejected()) < number and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert rejected == {(row["dataset"], int(row["item"])) for row in rows}
    for dataset in datasets.values():
        (actor,) = {event["actor"] for event in store.review.history(dataset.id)}
        store.review.undo(dataset.id, actor=actor)
    store.close()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_selection_is_sent_to_review_and_read_there(app, demo, page):
    open_page(page, app, demo, "embeddings")
    expect(page.get_by_text(f"All: {ALL} texts")).to_be_visible()
    drag_lasso(page)
    expect(page.get_by_text(COUNT)).to_be_visible()
    press(page.get_by_role("button", name="Send to Review"))
    expect(page.get_by_role("heading", level=1, name="Review")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Only the [\d,]+ texts that were chosen on the map are shown"))).to_be_visible()
    press(page.get_by_role("button", name="Show all texts"))
    expect(page.get_by_text("chosen on the map")).to_have_count(0)


def test_the_map_of_countries_is_drawn_without_the_network(app, demo, page):
    open_page(page, app, demo, "regions")
    open_tab(page, "Countries")
    drawing = page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first
    expect(drawing).to_be_visible()
    box = drawing.bounding_box()
    assert box["width"] > 400
    assert box["height"] > 300


def test_what_was_asked_stands_beside_what_was_found(app, demo, page):
    open_page(page, app, demo, "regions")
    open_tab(page, "Asked and found")
    expect(page.get_by_text("name the place asked for")).to_be_visible()
    expect(page.locator(".js-plotly-plot .heatmaplayer").first).to_be_attached()
    number = page.locator(".js-plotly-plot .annotation-text").first
    number.scroll_into_view_if_needed()
    cell = number.bounding_box()
    page.mouse.click(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
    expect(
        page.get_by_text(re.compile(r"\d+ texts that were asked for Africa, found: Africa in attrprompt"))
    ).to_be_visible()
    open_page(page, app, demo, "review")
    open_tab(page, "Asked and found")
    expect(page.get_by_text("have the length asked for")).to_be_visible()
    expect(page.get_by_role("heading", name="Values that are ignored")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("name", ["overview", "diversity", "embeddings", "regions"])
def test_two_sets_are_compared_with_intervals_in_either_mode(app, demo, page, name):
    open_page(page, app, demo, name)
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)
        page.wait_for_function(
            """light => {
                const app = document.querySelector('[data-testid=stApp]')
                const [r, g, b] = getComputedStyle(app).backgroundColor.match(/[0-9]+/g).map(Number)
                return (r + g + b > 3 * 127) === light
            }""",
            arg=mode == "light",
        )
        wait_until_idle(page)
        expect(page.get_by_text("95 %").first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_ruling_changes_the_figures_and_survives_a_restart_of_the_server(page, tmp_path):
    runtime = Runtime(Settings(home=tmp_path))
    demo = seed_demo(runtime)
    runtime.close()
    port = free_port()
    app = App(f"http://127.0.0.1:{port}", tmp_path)
    server = start_server(tmp_path, port)
    try:
        open_page(page, app, demo, "regions")
        before = read_located(page)
        open_tab(page, "Ambiguous names")
        ruling = page.locator(".st-key-regions_ruling_China").get_by_role("combobox")
        expect(ruling).to_be_visible()
        open_list(page, ruling)
        press(page.get_by_role("option", name="no place"))
        after = wait_for_other_figures(page, before)
        page.goto("about:blank")
    finally:
        server.terminate()
        server.wait(20)
    server = start_server(tmp_path, port)
    try:
        open_page(page, app, demo, "regions")
        assert read_located(page) == after
        open_tab(page, "Ambiguous names")
        expect(page.locator(".st-key-regions_ruling_China").get_by_role("combobox")).to_have_value("no place")
    finally:
        server.terminate()
        server.wait(20)
    store = app.open_store()
    assert [(each.surface, each.country) for each in store.rulings.list_all(demo.id)] == [("China", "")]
    store.close()
