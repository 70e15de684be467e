"""A run as a batch on the Generate page: submitted to a real server, carried by hand, given up."""

import json
import time

import pytest

from attrprompt.generation.batches.remote import BatchWork
from attrprompt.generation.sending import load_run
from attrprompt.llm.chat import Endpoint
from attrprompt.records import BatchState, RunState
from tests.batch_server import BatchServer
from tests.faulty_server import MODEL
from tests.pages.helpers import read_words


@pytest.fixture
def plan_at(make_run, project):
    return lambda server: make_run(project, per_class=2, endpoint=Endpoint(server.base_url, MODEL))


def wait_for(runtime, run):
    while runtime.background(BatchWork).of_run(run).is_open:
        time.sleep(0.02)


def test_a_run_is_submitted_and_its_results_appear(open_page, project, runtime, plan_at):
    with BatchServer(looks=0) as server:
        run = plan_at(server)
        app = open_page("generate", project)
        app.button(key=f"batch_submit_{run.id}").click().run()
        assert not app.exception
        wait_for(runtime, run)
        app.run()
        assert "8 of 8" in [metric.value for metric in app.metric]
    assert runtime.store.runs.load(run.id).state is RunState.DONE


def test_files_are_carried_by_hand_and_resume_leaves_them_alone(open_page, project, runtime, plan_at, faulty_server):
    server = faulty_server()
    run = plan_at(server)
    app = open_page("generate", project)
    app.button(key=f"batch_files_{run.id}").click().run()
    assert not app.exception
    assert "8 prompts wait for the results of a batch" in read_words(app)
    assert f"run_resume_{run.id}" not in [each.key for each in app.button]
    (batch,) = runtime.store.batches.list_all(run.id)
    assert batch.state is BatchState.EXPORTED
    assert len((runtime.home / batch.name).read_text("utf-8").splitlines()) == 8
    requests = [json.loads(line) for line in (runtime.home / batch.name).read_text("utf-8").splitlines()]
    message = {"role": "assistant", "content": "A text."}
    lines = [
        {"custom_id": each["custom_id"], "response": {"status_code": 200, "body": {"choices": [{"message": message}]}}}
        for each in requests[:5]
    ]
    content = "\n".join(json.dumps(line) for line in lines).encode()
    app.get("file_uploader")[0].upload("results.jsonl", content, "application/jsonl")
    next(each for each in app.button if each.label == "Take results in").click().run()
    assert not app.exception
    assert "5 texts stored, 0 failed, 0 known already." in read_words(app)
    app.button(key=f"batch_anyway_{run.id}").click().run()
    assert not app.exception
    while load_run(runtime, run.id).state is RunState.RUNNING:
        time.sleep(0.02)
    assert load_run(runtime, run.id).state is RunState.DONE
    assert len(server.asked) == 3


def test_a_refused_key_is_said_and_results_can_be_looked_for_again(open_page, project, runtime, plan_at):
    with BatchServer(looks=0, api_key="sk-1") as server:
        run = plan_at(server)
        app = open_page("generate", project)
        app.button(key=f"batch_submit_{run.id}").click().run()
        wait_for(runtime, run)
        app.run()
        assert "wants a key" in read_words(app)
        assert "8 prompts wait for the results" in read_words(app)
