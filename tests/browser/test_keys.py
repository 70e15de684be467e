"""A typed key goes to the address that it was typed for, however its field is left, and stands nowhere else."""

import pytest
from playwright.sync_api import expect

from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from tests.browser.conftest import press, wait_until_idle
from tests.faulty_server import MODEL, FaultyServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CANARY = "sk-canary-51d0c2b7"


def find_holders(folder):
    return [str(path) for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def test_a_key_left_with_tab_is_sent_where_it_belongs_and_nowhere_else(app, page, store):
    with FaultyServer(api_key=CANARY) as own, FaultyServer() as other:
        settings = {"endpoint": Endpoint(own.base_url, MODEL).to_dict()}
        project = store.projects.create("Keyed", load_preset("agnews"), owner="ana", source="test", settings=settings)
        page.goto(app.page_of("settings", project.id))
        field = page.get_by_role("textbox", name="API key")
        expect(field).to_be_visible()
        wait_until_idle(page)
        field.press_sequentially(CANARY)
        field.press("Tab")
        expect(page.get_by_text("Key: typed for")).to_be_visible()
        press(page.get_by_role("button", name="Test connection"))
        expect(page.get_by_text(f"{MODEL} answered after")).to_be_visible()
        assert own.headers[-1]["Authorization"] == f"Bearer {CANARY}"

        address = page.get_by_role("textbox", name="Base URL")
        address.fill(other.base_url)
        address.press("Tab")
        expect(page.get_by_text("Key: typed for")).to_have_count(0)
        assert page.get_by_role("textbox", name="API key").input_value() == ""
        press(page.get_by_role("button", name="Test connection"))
        expect(page.get_by_text(f"{MODEL} answered after")).to_be_visible()
        assert CANARY not in str(other.headers)

        assert CANARY not in page.url
        assert CANARY not in page.content()
        kept = page.evaluate("() => JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
        assert CANARY not in kept
        assert find_holders(app.home) == []
