"""Review at the speed of a practised annotator, and a template that is broken and mended, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from attrprompt.presets import load_preset
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from tests.browser.conftest import press, wait_for, wait_until_idle

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEY_EVERY = 333  # milliseconds: three keys a second
DECIDED = 30


@pytest.fixture(scope="module")
def reviewed(app):
    store = app.open_store()
    made = store.projects.create("Reviewed news", load_preset("agnews"), owner="ana", source="test")
    names = [label.name for label in made.document.labels.values()]
    rows = [NewSample(item, f"Text number {item} of the set.", "", (names[item % 4],), {}) for item in range(40)]
    store.datasets.import_rows(made.id, "texts", DatasetKind.SIMPROMPT, rows, info={})
    store.close()
    return made


def read_statuses(app, reviewed):
    store = app.open_store()
    dataset = store.datasets.find(reviewed.id, "texts")
    found = {each.item: each.status.value for each in store.datasets.iterate(dataset.id)}
    store.close()
    return found


def test_each_key_decides_on_the_text_that_was_on_screen(app, page, reviewed):
    page.goto(app.page_of("review", reviewed.id))
    card = page.locator(".deck .card[data-item]")
    expect(card).to_be_visible()
    wait_until_idle(page)
    page.locator(".deck").first.focus()
    pressed = {}
    for turn in range(DECIDED):
        shown = page.locator(".deck .body").inner_text()
        item = int(re.search(r"number (\d+)", shown).group(1))
        key = "x" if turn % 3 == 2 else "a"
        page.keyboard.press(key)
        pressed[item] = "rejected" if key == "x" else "accepted"
        page.wait_for_timeout(KEY_EVERY)
    assert len(pressed) == DECIDED
    expect(page.get_by_text(f"{DECIDED} of 40").first).to_be_visible()

    def read_decided():
        return {item: status for item, status in read_statuses(app, reviewed).items() if status != "new"}

    wait_for(lambda: len(read_decided()) == DECIDED)
    assert read_decided() == pressed


def test_a_broken_template_is_shown_at_its_line_and_mended(app, page, reviewed):
    page.goto(app.page_of("prompts", reviewed.id))
    expect(page.get_by_role("heading", level=1, name="Prompts")).to_be_visible()
    press(page.get_by_role("tab", name="Template"))
    field = page.get_by_role("textbox", name="Template", exact=True)
    field.fill("Write about {{ label }}.\nAnd {{ nonsense }}.")
    field.press("Control+Enter")
    alert = page.get_by_test_id("stAlert")
    expect(alert.first).to_contain_text("nonsense")
    expect(page.get_by_text("2 | And {{ nonsense }}.")).to_be_visible()
    expect(page.get_by_role("button", name="Save template")).to_be_disabled()
    field.fill("Write something new about {{ label }}.")
    field.press("Control+Enter")
    expect(alert).to_have_count(0)
    press(page.get_by_role("button", name="Save template"))
    press(page.get_by_role("tab", name="Prompts"))
    expect(page.get_by_text("Write something new about").first).to_be_visible()


def test_checks_are_marked_and_taken_off_again(app, page, reviewed):
    store = app.open_store()
    names = [label.name for label in reviewed.document.labels.values()]
    rows = [NewSample(item, "The same text, word for word.", "", (names[item % 4],), {}) for item in range(6)]
    store.datasets.import_rows(reviewed.id, "zz repeated", DatasetKind.SIMPROMPT, rows, info={})
    dataset = store.datasets.find(reviewed.id, "zz repeated")
    page.goto(app.page_of("review", reviewed.id))
    press(page.get_by_role("button", name="Checks"))
    press(page.get_by_role("button", name="Check 6 texts"))
    press(page.get_by_role("button", name="Mark 5 of 6 texts"))
    expect(page.get_by_role("button", name="Take these 5 marks off again")).to_be_visible()
    assert store.datasets.count_facets(dataset.id).flags == {"exact_duplicate": 5}
    press(page.get_by_role("button", name="Take these 5 marks off again"))
    expect(page.get_by_role("button", name="Take these 5 marks off again")).to_be_hidden()
    assert not store.datasets.count_facets(dataset.id).flags
    store.close()
