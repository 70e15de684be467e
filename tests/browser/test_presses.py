"""What is typed and left by pressing a button counts for that press, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from attrprompt.presets import load_preset
from attrprompt.project import Method
from tests.browser.conftest import press, wait_for, wait_until_idle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def typed(store, request):
    return store.projects.create(request.node.name, load_preset("agnews"), owner="ana", source="test")


def test_save_takes_the_words_that_were_typed_last(app, page, store, typed):
    page.goto(app.page_of("prompts", typed.id))
    press(page.get_by_role("tab", name="Template"))
    field = page.get_by_role("textbox", name="Template", exact=True)
    field.fill("The words before, about {{ label }}.")
    field.press("Control+Enter")
    save = page.get_by_role("button", name="Save template")
    expect(save).to_be_enabled()
    wait_until_idle(page)
    field.fill("The words typed last, about {{ label }}.")
    save.click()

    wait_for(lambda: store.projects.load(typed.id).revision)
    template = store.projects.load(typed.id).document.templates[Method.ATTRPROMPT]
    assert template.text == "The words typed last, about {{ label }}."


def test_as_many_texts_are_made_as_were_typed_last(app, page, store, typed):
    page.goto(app.page_of("generate", typed.id))
    number = page.get_by_role("spinbutton", name="Prompts per class")
    expect(number).to_be_visible()
    wait_until_idle(page)
    number.fill("1")
    page.get_by_role("button", name="Generate 40 texts").click()
    wait_for(lambda: store.runs.list_all(typed.id))
    assert store.runs.list_all(typed.id)[0].counters.planned == 4
