"""The Attributes page in a real browser: quick keys, pasting, undo after a reload, two people at once."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from attrprompt import edits
from attrprompt.elicitation.proposals import ProposalKind, ValueProposal, propose_value
from attrprompt.project import Project
from attrprompt.store.proposals import NewProposal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROPOSED = [f"proposed value {number}" for number in range(20)]


@pytest.fixture
def store(app):
    opened = app.open_store()
    yield opened
    opened.close()


@pytest.fixture
def made(store, request):
    document = edits.add_labels(Project(), ["music", "movies"])
    document = edits.add_dimension(document, "subtopic", class_dependent=True)
    subtopic, music = document.find_dimension("subtopic"), document.find_label("music")
    document = edits.add_values(document, subtopic, ["opera", "jazz"], labels=[music]).project
    return store.projects.create(request.node.name[:150], document, owner="test", source="test")


def open_page(app, page, made):
    page.goto(app.page_of("attributes", made.id))
    expect(page.get_by_role("heading", name="subtopic of music")).to_be_visible()
    wait_until_idle(page)


def wait_until_idle(page):
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")


def texts_of(store, made):
    document = store.projects.load(made.id).document
    dimension = document.dimensions[document.find_dimension("subtopic")]
    return [value.text for _, value in dimension.values_for(document.find_label("music"))]


def propose(store, made, texts):
    subtopic, music = made.document.find_dimension("subtopic"), made.document.find_label("music")
    rows = [propose_value(ValueProposal(text), subtopic, music, "model:m") for text in texts]
    new = [NewProposal(each.kind, each.text, each.payload, each.dimension_id, each.label_id) for each in rows]
    return store.proposals.add(made.id, new, maker="model:m")


def wait_for(condition, seconds=60):
    """What the server does after a key press is seen in the store."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def paste(page, lines):
    page.get_by_text("Add by pasting lines").click()
    page.locator("textarea[aria-label='One value a line']").fill("\n".join(lines))
    page.get_by_role("button", name="Add to subtopic of music").click()


def test_twenty_decisions_at_five_keys_a_second_fall_on_what_was_on_screen(app, page, store, made):
    ids = propose(store, made, PROPOSED)
    open_page(app, page, made)
    card = page.locator(".deck .card[data-item]")
    expect(card).to_be_visible()
    wanted = {}
    for number in range(len(ids)):
        key = "agxfd"[number % 5]
        seen = card.get_attribute("data-item")
        wanted[int(seen)] = "accepted" if key == "a" else "rejected"
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    assert set(wanted) == set(ids)

    def decided():
        rows = store.proposals.list_some(made.id, kind=ProposalKind.VALUE)
        return {each.id: each.status for each in rows}

    wait_for(lambda: "open" not in decided().values())
    assert decided() == wanted
    accepted = [text for number, text in zip(ids, PROPOSED, strict=True) if wanted[number] == "accepted"]
    assert texts_of(store, made) == ["opera", "jazz", *accepted]


def test_fifty_pasted_lines_are_undone_and_redone_after_a_reload(app, page, store, made):
    open_page(app, page, made)
    lines = [f"pasted value {number}" for number in range(50)]
    paste(page, lines)
    wait_for(lambda: texts_of(store, made) == ["opera", "jazz", *lines])
    page.reload()
    page.get_by_role("button", name="Undo: subtopic of music: 50 values pasted").click()
    wait_for(lambda: texts_of(store, made) == ["opera", "jazz"])
    page.reload()
    page.get_by_role("button", name="Redo: subtopic of music: 50 values pasted").click()
    wait_for(lambda: len(texts_of(store, made)) == 52)


def test_two_people_paste_into_one_cell_and_both_stay(app, page, browser, store, made):
    open_page(app, page, made)
    other = browser.new_context().new_page()
    other.set_default_timeout(60_000)
    open_page(app, other, made)
    paste(other, ["theirs"])
    wait_for(lambda: "theirs" in texts_of(store, made))
    paste(page, ["mine"])
    wait_for(lambda: "mine" in texts_of(store, made))
    assert set(texts_of(store, made)) == {"opera", "jazz", "mine", "theirs"}
    actors = {each.actor for each in store.projects.history(made.id)}
    assert len(actors) == 3
    other.context.close()


def test_a_click_on_the_matrix_opens_its_cell(app, page, made):
    open_page(app, page, made)
    canvas = page.get_by_test_id("stDataFrame").first.locator("canvas").first
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 40, box["y"] + 36 * 2 + 18)
    expect(page.get_by_role("heading", name="subtopic of movies")).to_be_visible()
