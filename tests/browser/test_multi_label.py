"""A task with several labels a text, from its prompts to its report: the arXiv preset on the embedded model.

Buttons are pressed by key: on a busy machine a page may still move under the mouse, which then presses nothing.
"""

import re

import pytest
from playwright.sync_api import expect

from attrprompt.presets import load_preset
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from tests.browser.conftest import open_list, press, wait_until_idle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LABELS = 25
NOTHING = "none"  # how both words for no label begin


def make_abstracts(document):
    """Gold texts: two about every third subtopic of the preset and about all that belong to several labels."""
    leading = next(each for each in document.dimensions.values() if each.name == "subtopic")
    values = [value for _, value in leading.ordered()]
    chosen = values[::3] + [value for value in values if len(value.labels) > 1]
    return [
        (f"{opening} {value.text}.", tuple(document.labels[label].name for label in value.labels))
        for value in chosen
        for opening in ("In this paper we study", "New results on")
    ]


@pytest.fixture(scope="module")
def papers(app):
    """The preset with gold texts of its own subtopics."""
    store = app.open_store()
    made = store.projects.create("Papers", load_preset("arxiv"), owner="ana", source="preset:arxiv")
    rows = [
        NewSample(item, text, text, labels, {}) for item, (text, labels) in enumerate(make_abstracts(made.document))
    ]
    store.datasets.import_rows(made.id, "gold", DatasetKind.GOLD, rows, info={})
    store.close()
    return made


def open_page(page, label):
    press(page.get_by_test_id("stSidebar").get_by_role("link", name=label))
    expect(page.get_by_role("heading", level=1, name=label)).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def click_last_cell(page):
    """Click on a cell of the confusion matrix; gives its label and what it was taken for."""
    plot = page.locator(".js-plotly-plot:visible").last
    plot.scroll_into_view_if_needed()
    where = plot.evaluate(
        """plot => {
            const {xaxis, yaxis} = plot._fullLayout, cells = plot.data[1], k = cells.customdata.length - 1
            return {x: xaxis._offset + xaxis.d2p(cells.x[k]), y: yaxis._offset + yaxis.d2p(cells.y[k]),
                    cell: cells.customdata[k]}
        }"""
    )
    plot.click(position={"x": where["x"], "y": where["y"]})
    wait_until_idle(page)
    return [each or NOTHING for each in where["cell"]]


def fill(page, label, value):
    field = page.get_by_label(label)
    field.fill(value)
    field.press("Enter")
    wait_until_idle(page)


def test_the_arxiv_preset_goes_from_prompts_to_report(app, page, papers):
    page.goto(app.page_of("prompts", papers.id))
    expect(page.get_by_text("Write the abstract of a scientific paper").first).to_be_visible()
    press(page.get_by_text("Options: class sizes"))
    expect(page.get_by_text("belong to several labels")).to_be_visible()
    fill(page, "Prompts per class", "1")
    expect(page.get_by_text(str(LABELS), exact=True).first).to_be_visible()

    open_page(page, "Generate")
    press(page.get_by_text("Options: name, speed"))
    fill(page, "Longest answer, in tokens", "8")
    page.get_by_role("button", name=f"Generate {LABELS} texts").press("Enter")
    expect(page.get_by_text(f"{LABELS} of {LABELS}").first).to_be_visible()

    open_page(page, "Review")
    card = page.locator(".deck .card[data-item]")
    expect(card).to_be_visible()
    item = int(card.get_attribute("data-item"))
    page.locator(".deck").first.focus()
    page.keyboard.press("l")
    page.keyboard.type("quantum")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Relabel: ")).to_be_visible()
    expect(page.locator(".deck .heading", has_text="quantum_physics")).to_be_visible()
    store = app.open_store()
    run = store.runs.list_all(papers.id)[0]
    relabelled = store.datasets.read_page(run.id)[item]
    store.close()
    assert "quantum_physics" in relabelled.labels
    assert len(relabelled.labels) == len(set(relabelled.asked_labels) | {"quantum_physics"})

    open_page(page, "Evaluate")
    page.get_by_role("button", name="Train and test").press("Enter")
    expect(page.get_by_text(re.compile(r"Tested on \d+ texts"))).to_be_visible()
    score = page.get_by_role("combobox", name="Score", exact=True).first
    expect(score).to_be_visible()
    open_list(page, score)
    for title in ("Micro F1", "Precision at 3", "NDCG at 5", "Mean reciprocal rank"):
        expect(page.get_by_role("option", name=title)).to_be_visible()
    page.keyboard.press("Escape")
    press(page.get_by_role("tab", name="Confusion"))
    expect(page.get_by_text("a column one that was given wrongly")).to_be_visible()
    label, predicted = click_last_cell(page)
    shown = page.get_by_label("Texts behind a cell; click on one above, or choose it here")
    expected = f"{label} rightly" if label == predicted else f"{label} taken for {predicted}"
    expect(shown).to_have_value(re.compile(f"^{re.escape(expected)}"))

    for label in ("Diversity", "Regions"):
        open_page(page, label)

    open_page(page, "Report")
    page.get_by_role("button", name="Make the report").press("Enter")
    expect(page.get_by_role("button", name="Download the report")).to_be_visible()
    open_page(page, "Embeddings")
