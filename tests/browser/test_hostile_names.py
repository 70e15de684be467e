"""Names that are markup, on every page: shown as they were typed, and nothing is fetched from another host."""

import re

import pytest
from playwright.sync_api import expect

from attrprompt import edits
from attrprompt.errors import ErrorKind
from attrprompt.llm.chat import Endpoint
from attrprompt.project import Method, Project, Task
from attrprompt.records import DatasetKind, RunCounters, RunState
from attrprompt.store import NewSample
from attrprompt.store.proposals import NewProposal
from attrprompt.store.runs import Failed
from tests.browser.conftest import App, wait_until_idle
from tests.homes import finish_run, plan_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "![i](http://evil.invalid/x) :red[Z] <img src=x onerror=alert(1)> $z^2$ :material/home: [l](javascript:1)"
JOINER = "\u2060"
WHOLE_OR_CUT = re.compile(
    "|".join([re.escape(HOSTILE), *(re.escape(HOSTILE[:n]) + "…" for n in range(len(HOSTILE), 5, -1))])
)
PAGES = (
    "attributes",
    "prompts",
    "generate",
    "review",
    "diversity",
    "embeddings",
    "regions",
    "overview",
    "evaluate",
    "report",
    "settings",
)
COMPUTED = ("diversity", "embeddings", "regions")
"""Whose tabs come with the figures; Overview then has them all."""


def design() -> Project:
    """Two labels, two dimensions, values and a constraint between them, of which each name is markup."""
    document = edits.add_labels(Project(task=Task(domain=HOSTILE, text=HOSTILE)), [f"{HOSTILE} A", f"{HOSTILE} B"])
    labels = [key for key, _ in document.ordered_labels()]
    for name, class_dependent in ((f"{HOSTILE} topic", True), (f"{HOSTILE} place", False)):
        document = edits.add_dimension(document, name, class_dependent=class_dependent)
        key = document.find_dimension(name)
        texts = [f"{HOSTILE} Kenya", f"{HOSTILE} Peru"]
        for label in labels if class_dependent else [""]:
            document = edits.add_values(document, key, texts, labels=[label] if label else []).project
    first = {key: [next(iter(dimension.values))] for key, dimension in document.dimensions.items()}
    return edits.set_constraint(document, values=first, reason=HOSTILE)


@pytest.fixture(scope="module")
def hostile(app):
    """A project in which whatever can be named bears the name, with a run of each method and real texts."""
    store = app.open_store()
    stored = store.projects.create(HOSTILE, design(), owner=HOSTILE, source=HOSTILE)
    topic = stored.document.find_dimension(f"{HOSTILE} topic")
    labels = stored.document.ordered_labels()
    proposal = NewProposal("value", f"{HOSTILE} Chile", {"text": f"{HOSTILE} Chile"}, topic, labels[0][0])
    store.proposals.add(stored.id, [proposal], maker=HOSTILE)
    endpoint = Endpoint("http://127.0.0.1:1/v1", HOSTILE)
    store.projects.save_settings(stored.id, {"endpoint": endpoint.to_dict()})
    for method in (Method.SIMPROMPT, Method.ATTRPROMPT):
        run = plan_run(store, stored, method=method, name=f"{HOSTILE} {method.value}", endpoint=endpoint, per_class=20)
        finish_run(store, run, lambda item: f"Report {item.item} from Kenya and Peru: {HOSTILE}", flags={3: (HOSTILE,)})
    failed = plan_run(store, stored, name=f"{HOSTILE} failed", endpoint=endpoint, per_class=1)
    counters = RunCounters(planned=2, failed={ErrorKind.BAD_REQUEST: 2})
    failures = [Failed(number, ErrorKind.BAD_REQUEST, HOSTILE, 1) for number in range(2)]
    store.runs.commit(failed.id, [], failures, counters, in_flight=0)
    store.runs.finish(failed.id, RunState.FAILED, HOSTILE, counters)
    real = [
        NewSample(number, f"Real {number} {HOSTILE}", "", (labels[number % 2][1].name,), {}) for number in range(40)
    ]
    store.datasets.import_rows(stored.id, f"{HOSTILE} gold", DatasetKind.GOLD, real, info={})
    store.close()
    return stored


def assert_shown_as_typed(page) -> int:
    """Every mention stands there whole and as text, or cut; returns how many there are."""
    wait_until_idle(page)
    words = page.locator("body").evaluate("body => body.textContent").replace(JOINER, "")
    left = WHOLE_OR_CUT.sub("", words)
    assert "://evil" not in left, re.findall(r".{60}://evil.{60}", left)
    assert (
        page.locator("img[src*='evil'], img[src='x'], a[href^='http://evil'], a[href^='javascript'], .katex").count()
        == 0
    )
    return words.count("evil.invalid")


def press_next_tab(page) -> bool:
    """Press one that was not pressed yet, an inner one first, as it goes with the tab around it; False at the end.

    It is found and pressed in one step, because figures that arrive draw tabs anew.
    """
    wait_until_idle(page)
    return page.evaluate(
        """() => {
            const countAround = tab => {
                const panel = tab.parentElement?.closest("[role=tabpanel]");
                return panel ? 1 + countAround(panel) : 0;
            };
            const left = [...document.querySelectorAll("[role=tab]:not([data-pressed])")];
            const [tab] = left.filter(tab => tab.checkVisibility()).sort((a, b) => countAround(b) - countAround(a));
            if (!tab) return false;
            tab.dataset.pressed = "yes";
            tab.click();
            return true;
        }"""
    )


def test_names_that_are_markup_are_shown_as_typed(page, app: App, hostile):
    page.goto(app.url)
    expect(page.get_by_text(HOSTILE.partition("(")[0]).first).to_be_visible()
    assert assert_shown_as_typed(page)
    for name in PAGES:
        page.goto(app.page_of(name, hostile.id))
        expect(page.get_by_role("heading", level=1, name=name.capitalize())).to_be_visible()
        if name in COMPUTED:
            expect(page.get_by_role("tab").first).to_be_visible()
        assert assert_shown_as_typed(page)
        while press_next_tab(page):
            assert assert_shown_as_typed(page)
