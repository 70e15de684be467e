"""A model judges a sample from the Review page: what it will cost, what came of it, and an endpoint that refuses."""

import time

import pytest

from attrprompt.analysis_jobs.request import Part, make_request
from attrprompt.questionnaires.questionnaire import Questionnaires
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.pages.helpers import press, read_words

PATIENCE = 60


@pytest.fixture
def open_judge(open_page, runtime, project, texts, faulty_server):
    """Opens Review at what was asked, with an endpoint that behaves as told."""
    dataset = next(each for each in runtime.store.datasets.list_all(project.id) if each.name == "attrprompt")
    request = make_request(runtime.store, project, [dataset], (Part.ADHERENCE,))
    run_job(request, JobContext(runtime.home))

    def open_it(**server):
        endpoint = {"base_url": faulty_server(**server).base_url, "model": "faulty-1"}
        runtime.store.projects.save_settings(project.id, {"endpoint": endpoint})
        app = open_page("review", project)
        app.session_state["review_view"] = "Asked and found"
        return app.run()

    return open_it


def ask(app, runtime, project):
    """Press the button and wait for what comes."""
    press(app, "judge_start")
    return wait_for_end(app, runtime, project)


def wait_for_end(app, runtime, project):
    until = time.monotonic() + PATIENCE
    while runtime.background(Questionnaires).find(project.id).is_open:
        assert time.monotonic() < until
        time.sleep(0.1)
    app.run()
    assert not app.exception
    return app


def test_a_sample_is_judged_and_each_value_stands_beside_guessing(open_judge, runtime, project):
    app = open_judge(answer=lambda body: "A")
    assert app.button(key="judge_start").label == "Ask about 20 texts"
    assert "20 requests to " in read_words(app)
    ask(app, runtime, project)
    said = read_words(app)
    assert "chose the value asked for in" in said
    assert "at random it would be" in said
    judged = next(each.value for each in app.dataframe if "Found" in each.value.columns)
    assert judged["Texts"].sum() == 20
    assert "judge_start" not in [each.key for each in app.button]


def test_answers_that_name_no_option_do_not_count(open_judge, runtime, project):
    app = ask(open_judge(answer=lambda body: "I cannot tell."), runtime, project)
    assert "No answer names an option (20 came)." in read_words(app)


def test_a_refused_key_is_told_and_asking_can_begin_again(open_judge, runtime, project):
    app = ask(open_judge(usual="auth"), runtime, project)
    assert any("key" in each.value for each in app.error)
    assert app.button(key="judge_start").label == "Ask about 20 texts"


def test_it_can_be_stopped_from_the_sidebar_of_any_page(open_judge, open_page, runtime, project):
    press(open_judge(latency=6.0), "judge_start")
    elsewhere = open_page("prompts", project)
    press(elsewhere, "sidebar_stop_Questions")
    wait_for_end(elsewhere, runtime, project)
    assert runtime.background(Questionnaires).find(project.id).state == "cancelled"
    assert "sidebar_stop_Questions" not in [each.key for each in elsewhere.button]


def test_without_a_dimension_nothing_is_asked(open_judge):
    app = open_judge()
    app.multiselect(key="judge_dimensions").set_value([]).run()
    assert "judge_start" not in [each.key for each in app.button]
