"""The Evaluate page: empty, with gold, its scores and the texts behind a confusion."""

import pytest

from attrprompt.evaluation.request import make_evaluation
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from attrprompt.worker.jobs import JobContext, run_job


def words(app):
    groups = (app.markdown, app.caption, app.title, app.info, app.warning, app.error)
    return "\n".join(str(each.value) for group in groups for each in group)


@pytest.fixture
def gold(runtime, project, texts):
    names = [label.name for _, label in project.document.ordered_labels()]
    rows = [
        NewSample(
            number,
            text=f"Report {number} of {names[number % 4]} <script>alert(1)</script>",
            raw="",
            labels=(names[number % 4],),
            attributes={},
            prompt="",
        )
        for number in range(24)
    ]
    return runtime.store.datasets.import_rows(project.id, "real", DatasetKind.GOLD, rows, info={})


def test_without_a_project_it_says_where_to_open_one(open_page):
    assert "No project is open" in words(open_page("evaluate"))


def test_without_gold_it_says_what_is_missing(open_page, project, texts):
    shown = words(open_page("evaluate", project))
    assert "No real texts to test on yet" in shown


def test_nothing_is_trained_until_it_is_asked_for(open_page, project, gold, runtime):
    app = open_page("evaluate", project)
    assert app.button(key="evaluate_job_start").label == "Train and test"
    assert app.multiselect[0].value == ["simprompt", "attrprompt"]
    assert not runtime.store.jobs.list_open()
    app.multiselect[0].set_value([]).run()
    assert "at least one training set" in words(app)


def test_a_finished_evaluation_is_shown_with_the_texts_behind_a_cell(open_page, project, gold, runtime):
    by_name = {each.name: each for each in runtime.store.datasets.list_all(project.id)}
    request = make_evaluation(
        runtime.store, project, [[by_name["simprompt"]], [by_name["attrprompt"]]], by_name["real"], curve=True
    )
    run_job("evaluate", request.to_payload(), JobContext(runtime.home))
    app = open_page("evaluate", project)
    shown = words(app)
    assert "macro F1" in shown
    assert "95 %" in shown
    assert "Tested on 24 texts" in shown
    assert any("<script>" in each.value for each in app.text)
    assert "<script>" not in "".join(each.value for each in app.markdown)
