"""A run that outlives its tab, texts asked for again, and a data set that leaves and comes back, in a real browser."""

import json
import re

import pytest
from playwright.sync_api import expect

from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from attrprompt.project import Method
from attrprompt.records import RunState, SampleStatus
from attrprompt.store import SampleFilter
from tests.browser.conftest import open_profile, press, wait_for, wait_until_idle
from tests.faulty_server import MODEL, FaultyServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def server():
    with FaultyServer() as running:
        yield running


@pytest.fixture(scope="module")
def make_project(app, server):
    """A project whose texts come from the server of this module."""

    def make(name):
        store = app.open_store()
        settings = {"endpoint": Endpoint(server.base_url, MODEL).to_dict()}
        project = store.projects.create(name, load_preset("agnews"), owner="ana", source="test", settings=settings)
        store.close()
        return project

    return make


def open_page(app, page, name, project):
    page.goto(app.page_of(name, project.id))
    expect(page.get_by_role("heading", level=1, name=name.capitalize())).to_be_visible()
    wait_until_idle(page)


def fill(page, label, value):
    field = page.get_by_role("spinbutton", name=label)
    field.fill(str(value))
    field.press("Enter")
    wait_until_idle(page)


def test_a_stopped_run_is_resumed_from_a_new_tab_and_asks_for_nothing_twice(
    app, page, browser, store, server, make_project
):
    project = make_project("Stopped news")
    server.latency = 0.3
    open_page(app, page, "generate", project)
    fill(page, "Prompts per class", 40)
    press(page.get_by_text("Options: name, speed, length, budget"))
    fill(page, "Requests at once", 4)
    press(page.get_by_role("button", name="Generate 160 texts"))
    page.get_by_role("button", name="Stop now").click()
    resume = page.get_by_role("button", name="Resume: send")
    expect(resume).to_be_visible()
    stopped = store.runs.list_all(project.id)[0]
    assert stopped.state is RunState.STOPPED
    assert stopped.counters.pending > 0
    page.close()

    server.latency = 0.0
    context = open_profile(browser)
    again = context.new_page()
    open_page(app, again, "generate", project)
    left = int(re.search(r"send (\d+) prompts", again.get_by_role("button", name="Resume: send").inner_text()).group(1))
    assert left == stopped.counters.pending
    press(again.get_by_role("button", name="Resume: send"))
    expect(again.get_by_text("160 of 160").first).to_be_visible()
    context.close()
    wait_for(lambda: store.runs.load(stopped.id).state is RunState.DONE)
    assert store.datasets.count(stopped.id) == 160
    assert set(server.answered.values()) == {1}


def test_one_text_is_written_again_then_the_run_topped_up(app, page, store, server, make_project, make_run):
    project = make_project("Short news")
    run = make_run(
        project,
        method=Method.ATTRPROMPT,
        endpoint=Endpoint(server.base_url, MODEL),
        texts=lambda item: f"Text {item.item}: São Paulo, 東京.",
    )
    open_page(app, page, "review", project)
    shown = page.locator(".deck .card[data-item]")
    expect(shown).to_be_visible()
    item = int(shown.get_attribute("data-item"))
    page.locator(".deck").first.focus()
    for key in "gxx":
        page.keyboard.press(key)
        expect(shown).not_to_have_attribute("data-item", str(item + "gxx".index(key)))
    wait_for(lambda: store.datasets.count(run.id, SampleFilter(statuses=(SampleStatus.REJECTED,))) == 3)
    press(page.get_by_role("button", name="Top up"))
    press(page.get_by_role("button", name="Ask again for 2 texts"))
    expect(page.get_by_text("20 of 20 texts count.")).to_be_visible()
    samples = {each.item: each for each in store.datasets.iterate(run.id)}
    assert len(samples) == 23
    assert samples[item].status is SampleStatus.REJECTED
    assert (samples[20].attributes, samples[20].prompt) == (samples[item].attributes, samples[item].prompt)
    assert samples[20].text != samples[item].text


def test_a_data_set_is_downloaded_as_filtered_and_imported_again(
    app, page, store, server, make_project, tmp_path, make_run
):
    project = make_project("Moved news")
    run = make_run(
        project,
        method=Method.ATTRPROMPT,
        endpoint=Endpoint(server.base_url, MODEL),
        texts=lambda item: f"Text {item.item}: São Paulo, 東京.",
    )
    store.review.decide(run.id, [0, 1], {"status": "rejected"}, actor="ana")
    open_page(app, page, "review", project)
    press(page.get_by_role("radio", name="New 18").or_(page.get_by_role("button", name="New 18")).first)
    press(page.get_by_role("button", name="Download", exact=True))
    with page.expect_download() as started:
        press(page.get_by_role("button", name="JSON lines"))
    file = tmp_path / "r1.jsonl"
    started.value.save_as(file)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["item"] for row in rows] == list(range(2, 20))
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Import texts").click()
    page.locator("input[type=file]").first.set_input_files(file)
    name = page.get_by_label("Name of the data set")
    name.fill("again")
    name.press("Enter")
    press(page.get_by_role("button", name="Import 18 texts"))
    expect(page.get_by_text("again: 18 texts imported")).to_be_visible()
    back = list(store.datasets.iterate(store.datasets.find(project.id, "again").id))
    assert [each.text for each in back] == [row["text"] for row in rows]
    assert [dict(each.attributes) for each in back] == [row["attributes"] for row in rows]
