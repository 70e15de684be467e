"""The Attributes page in a real browser: a model asked, the filter, quick keys, pasting, undo, two people at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from attrprompt import edits
from attrprompt.elicitation.proposals import ProposalKind, ValueProposal, propose_value
from attrprompt.project import Project
from attrprompt.store.proposals import NewProposal
from tests.browser.conftest import open_profile, press, wait_for, wait_until_idle
from tests.capable_model import CapableModel
from tests.documents import make_document

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROPOSED = [f"proposed value {number}" for number in range(20)]
KNOWN = {
    "music": ["a string quartet on tour", "a lost symphony", "street choirs", "a lute maker"],
    "movies": ["a silent film restored", "a stunt gone wrong", "open-air cinemas", "a film school"],
}
FILTERED = {
    "military": [
        "Military spending and budget allocation",
        "Submarine trials",
        "Care for wounded veterans",
        "Army recruitment goals",
    ],
    "federal budget": [
        "Deficit reduction plan",
        "Tax revenue forecast",
        "Defence spending bill",
        "Government shutdown",
    ],
    "dance": ["Ballet premiere", "Street dance contest", "Tango festival", "A choreographer's retirement"],
}
MARKUP = "<img src=x onerror='window.ran = 1'> **bold** :red[x]"
ROW = 36  # pixels, as the page sets it


@pytest.fixture
def made(store, request):
    document = make_document({"music": ["opera", "jazz"], "movies": []})
    return store.projects.create(request.node.name[:150], document, owner="test", source="test")


def open_page(app, page, made):
    page.goto(app.page_of("attributes", made.id))
    expect(page.get_by_role("heading", name="subtopic of music")).to_be_visible()
    wait_until_idle(page)


def texts_of(store, made):
    document = store.projects.load(made.id).document
    dimension = document.dimensions[document.find_dimension("subtopic")]
    return [value.text for _, value in dimension.values_for(document.find_label("music"))]


def propose(store, made, texts):
    subtopic, music = made.document.find_dimension("subtopic"), made.document.find_label("music")
    rows = [propose_value(ValueProposal(text), subtopic, music, "model:m") for text in texts]
    new = [NewProposal(each.kind, each.text, each.payload, each.dimension_id, each.label_id) for each in rows]
    return store.proposals.add(made.id, new, maker="model:m")


def use_model(store, made, server):
    store.projects.save_settings(made.id, {"endpoint": {"base_url": server.base_url, "model": "faulty-1"}})


def click_cell(page, row, x, *, table=-1, times=1):
    """A click into a table that is drawn on a canvas; row 0 is the first below the names."""
    wait_until_idle(page)
    canvas = page.get_by_test_id("stDataFrame").nth(table).locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + x, box["y"] + ROW * (row + 1.5), click_count=times)


def rename_first_value(page, text):
    click_cell(page, 0, 150, times=2)
    field = page.locator("textarea.gdg-input")
    field.fill(text)
    field.press("Enter")
    expect(page.get_by_role("button", name="Save 1 edit")).to_be_visible()


def paste(page, lines):
    press(page.get_by_text("Add by pasting lines"))
    page.locator("textarea[aria-label='One value a line']").fill("\n".join(lines))
    press(page.get_by_role("button", name="Add to subtopic of music"))


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


def test_values_of_all_labels_are_elicited_and_decided_by_key(app, page, store, made, faulty_server):
    server = faulty_server(answer=CapableModel(KNOWN, dress="prose"), json_schema="rejected")
    use_model(store, made, server)
    open_page(app, page, made)
    press(page.get_by_text("Let a model propose values"))
    page.get_by_label("Values a label").fill("4")
    page.get_by_label("Values a label").press("Enter")
    press(page.get_by_role("button", name="Propose 4 for each of 2 labels"))
    card = page.locator(".deck .card[data-item]")
    expect(card.locator(".body")).to_have_text(KNOWN["music"][0])
    page.keyboard.press("t")
    expect(page.get_by_text(CapableModel.text)).to_be_visible()
    for key, text in zip("aagx", KNOWN["music"], strict=True):
        expect(card.locator(".body")).to_have_text(text)
        page.keyboard.press(key)
    wait_for(lambda: texts_of(store, made) == ["opera", "jazz", *KNOWN["music"][:2]])
    expect(card.locator(".heading")).to_have_text("subtopic of movies")
    rejected = store.proposals.list_some(made.id, kind=ProposalKind.VALUE, statuses=("rejected",))
    assert {each.payload["text"]: each.reason for each in rejected} == {
        KNOWN["music"][2]: "general",
        KNOWN["music"][3]: "",
    }
    assert all("json_schema" not in str(each.body) for each in server.asked if each.status == 200)


def test_of_what_the_filter_suggests_a_person_drops_some_and_takes_it_back(app, page, store, request, faulty_server):
    document = make_document(FILTERED)
    subtopic = document.find_dimension("subtopic")
    made = store.projects.create(request.node.name[:150], document, owner="test", source="test")
    model = CapableModel(FILTERED, fits={"federal budget": {FILTERED["military"][0]}, "dance": {"Submarine trials"}})
    use_model(store, made, faulty_server(answer=model))
    page.goto(app.page_of("attributes", made.id))
    press(page.get_by_role("tab", name="Filter"))
    press(page.get_by_role("button", name="Check 12 values"))
    expect(page.get_by_text("2 of 12 values")).to_be_visible()
    click_cell(page, 1, 30)
    press(page.get_by_role("button", name="Drop 1 value, keep 11"))

    def texts():
        now = store.projects.load(made.id).document
        return [value.text for _, value in now.dimensions[subtopic].values_for(now.find_label("military"))]

    wait_for(lambda: texts() == FILTERED["military"][1:])
    press(page.get_by_role("button", name="Undo: Accepted 1 proposed: Military spending"))
    wait_for(lambda: texts() == FILTERED["military"])


def test_fifty_pasted_lines_are_undone_and_redone_after_a_reload(app, page, store, made):
    open_page(app, page, made)
    lines = [f"pasted value {number}" for number in range(50)]
    paste(page, lines)
    wait_for(lambda: texts_of(store, made) == ["opera", "jazz", *lines])
    page.reload()
    press(page.get_by_role("button", name="Undo: subtopic of music: 50 values pasted"))
    wait_for(lambda: texts_of(store, made) == ["opera", "jazz"])
    page.reload()
    press(page.get_by_role("button", name="Redo: subtopic of music: 50 values pasted"))
    wait_for(lambda: len(texts_of(store, made)) == 52)


def test_two_people_paste_into_one_cell_and_both_stay(app, page, browser, store, made):
    open_page(app, page, made)
    other = open_profile(browser).new_page()
    open_page(app, other, made)
    paste(other, ["theirs"])
    wait_for(lambda: "theirs" in texts_of(store, made))
    paste(page, ["mine"])
    wait_for(lambda: "mine" in texts_of(store, made))
    assert set(texts_of(store, made)) == {"opera", "jazz", "mine", "theirs"}
    actors = {each.actor for each in store.projects.history(made.id)}
    assert len(actors) == 3
    other.context.close()


def test_two_people_change_one_field_and_the_second_sees_both(app, page, browser, store, made):
    open_page(app, page, made)
    other = open_profile(browser).new_page()
    open_page(app, other, made)
    rename_first_value(page, "mine")
    rename_first_value(other, "theirs")
    press(other.get_by_role("button", name="Save 1 edit"))
    wait_for(lambda: texts_of(store, made) == ["theirs", "jazz"])
    press(page.get_by_role("button", name="Save 1 edit"))
    shown = page.get_by_test_id("stCode")
    expect(shown.nth(0)).to_have_text("mine")
    expect(shown.nth(1)).to_have_text("theirs")
    assert texts_of(store, made) == ["theirs", "jazz"]
    press(page.get_by_role("button", name="Keep mine"))
    wait_for(lambda: texts_of(store, made) == ["mine", "jazz"])
    other.context.close()


def test_found_values_and_proposals_are_changed_together(app, page, store, made):
    propose(store, made, ["skiffle", "swing", "soul"])
    open_page(app, page, made)
    press(page.get_by_role("tab", name="Search"))
    expect(page.get_by_text("2 values found")).to_be_visible()
    page.get_by_label("Words in the value or its description").fill("jazz")
    page.get_by_label("Words in the value or its description").press("Enter")
    expect(page.get_by_text("1 value found")).to_be_visible()
    click_cell(page, 0, 18)
    press(page.get_by_role("button", name="Give to a label"))
    press(page.get_by_label("Label", exact=True).nth(-1))
    press(page.get_by_role("option", name="movies"))
    press(page.get_by_role("button", name="Move 1 value"))
    wait_for(lambda: texts_of(store, made) == ["opera"])
    press(page.get_by_text("Proposals waiting"))
    page.get_by_label("Words in the value or its description").fill("s")
    page.get_by_label("Words in the value or its description").press("Enter")
    expect(page.get_by_text("3 proposals found")).to_be_visible()
    click_cell(page, 0, 18)
    click_cell(page, 1, 18)
    press(page.get_by_role("button", name="Accept 2 proposals"))
    wait_for(lambda: texts_of(store, made) == ["opera", "skiffle", "swing"])


def test_markup_is_shown_as_text_in_every_view_and_never_run(app, page, store, request):
    document = edits.add_labels(Project(), [MARKUP, "movies"])
    document = edits.add_dimension(document, "<b onmouseover=ran()>kind</b>", class_dependent=True)
    [kind], label = document.dimensions, document.find_label(MARKUP)
    document = edits.add_values(document, kind, [MARKUP], labels=[label]).project
    made = store.projects.create(request.node.name[:150], document, owner="test", source="test")
    proposal = propose_value(ValueProposal(f"{MARKUP} again", near=MARKUP, near_similarity=0.9), kind, label, "model:m")
    new = NewProposal(proposal.kind, proposal.text, proposal.payload, kind, label)
    store.proposals.add(made.id, [new], maker="<script>window.ran = 1</script>")
    page.goto(app.page_of("attributes", made.id))
    expect(page.locator(".deck .body")).to_have_text(f"{MARKUP} again")
    expect(page.get_by_role("heading", level=3).first).to_have_text(f"<b onmouseover=ran()>kind</b> of {MARKUP}")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Undo: Accepted 1 proposed")).to_be_visible()
    for tab in page.get_by_role("tab").all():
        press(tab)
        expect(page.get_by_role("tabpanel", name=tab.inner_text())).to_be_visible()
        wait_until_idle(page)
    assert page.evaluate("window.ran") is None
    assert page.locator("img[src=x]").count() == 0


def test_a_click_on_the_matrix_opens_its_cell(app, page, made):
    open_page(app, page, made)
    click_cell(page, 1, 150, table=0)  # right of the labels, which take 120 pixels
    expect(page.get_by_role("heading", name="subtopic of movies")).to_be_visible()
