"""The main job as a new user does it: preset, prompts, texts from the embedded model, review, figures."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_profile, press, wait_until_idle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_page(page, label):
    press(page.get_by_test_id("stSidebar").get_by_role("link", name=label))
    expect(page.get_by_role("heading", level=1, name=label)).to_be_visible()
    wait_until_idle(page)


def keep_answers_short(page):
    press(page.get_by_text("Options: name, speed, length, budget"))
    field = page.get_by_label("Longest answer, in tokens")
    field.fill("24")
    field.press("Enter")
    wait_until_idle(page)


def generate(page, method, per_class):
    open_page(page, "Generate")
    if not page.get_by_role("button", name="Generate").last.is_visible():
        press(page.get_by_text("New run", exact=True))
    press(page.get_by_role("radio", name=method).or_(page.get_by_role("button", name=method)).first)
    field = page.get_by_label("Prompts per class")
    field.fill(str(per_class))
    field.press("Enter")
    keep_answers_short(page)
    page.get_by_role("button", name=f"Generate {4 * per_class} texts").press("Enter")
    expect(page.get_by_text(f"{4 * per_class} of {4 * per_class}").first).to_be_visible()


def test_from_a_preset_to_figures(app, page):
    page.goto(app.url)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible()
    page.get_by_label("Name").first.fill("My news")
    press(page.get_by_role("button", name="Create project").first)
    expect(page.get_by_role("heading", level=1, name="Attributes")).to_be_visible()

    open_page(page, "Prompts")
    expect(page.get_by_text("Write a short news article").first).to_be_visible()
    expect(page.get_by_text("free: the embedded model")).to_be_visible()

    generate(page, "AttrPrompt", 1)

    open_page(page, "Review")
    expect(page.locator(".deck .card[data-item]")).to_be_visible()
    expect(page.locator(".deck .body")).not_to_be_empty()
    press(page.locator(".deck summary"))
    expect(page.locator(".deck dd", has_text="Write a short news article")).to_be_visible()

    for label in ("Diversity", "Regions", "Embeddings", "Overview"):
        open_page(page, label)
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_run_goes_on_when_its_tab_is_closed(app, page, browser):
    store = app.open_store()
    project = store.projects.find("My news")
    page.goto(app.page_of("generate", project.id))
    press(page.get_by_text("New run", exact=True))
    field = page.get_by_label("Prompts per class")
    field.fill("2")
    field.press("Enter")
    keep_answers_short(page)
    page.get_by_role("button", name="Generate 8 texts").press("Enter")
    expect(page.get_by_role("button", name="Stop now")).to_be_visible()
    page.close()

    context = open_profile(browser)
    again = context.new_page()
    again.goto(app.page_of("generate", project.id))
    expect(again.get_by_text("8 of 8").first).to_be_visible()
    context.close()
    assert store.runs.list_all(project.id)[0].counters.completed == 8
    store.close()
