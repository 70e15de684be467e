"""Generate: what is left out of a request by choice or by refusal, and why a run failed."""

import json

import pytest

from attrprompt.generation.sending import load_run
from attrprompt.records import RunState
from tests.faulty_server import MODEL
from tests.pages.helpers import press, read_words, use_server, wait_until


@pytest.fixture
def launch(open_page, project, runtime):
    """Launches a run at a server from the page, a text a class, and waits for its end: the page and the run."""

    def start(server, **choices):
        use_server(runtime, project, server)
        app = open_page("generate", project)
        app.number_input(key="plan_per_class").set_value(1).run()
        for key, value in choices.items():
            app.checkbox(key=key).set_value(value).run()
        press(app, "launch_start")
        run = runtime.store.runs.list_all(project.id)[0]
        wait_until(lambda: load_run(runtime, run.id).state is not RunState.RUNNING)
        return open_page("generate", project), load_run(runtime, run.id)

    return start


def test_temperature_and_seed_are_not_sent_where_their_boxes_are_empty(launch, faulty_server):
    server = faulty_server()
    _, run = launch(server, launch_send_temperature=False, launch_send_seed=False)
    assert run.state is RunState.DONE
    assert not {"temperature", "seed"} & server.asked[0].body.keys()


def test_a_refused_field_is_named_with_its_run_and_in_the_form(launch, faulty_server):
    page, run = launch(faulty_server(refuses={"seed": "mistral"}))
    assert run.state is RunState.DONE
    said = "Not sent, because the endpoint refuses it: seed."
    assert [caption.value for caption in page.caption].count(said) == 2


def test_each_reason_of_failure_stands_with_its_count_and_the_endpoints_words(launch, faulty_server):
    words = json.dumps({"error": {"code": 400, "message": "Too *many* things"}}).encode()
    page, run = launch(faulty_server(usual="given", given=(200, "application/json", words)))
    shown = read_words(page).replace("\\", "")
    assert f"**{sum(run.counters.failed.values())}**: the request was refused. " in shown
    assert "It says: Too *many* things" in shown
    assert "Usual causes: the model's name" in run.reason


def test_settings_names_what_an_endpoint_refuses(open_page, project, faulty_server):
    server = faulty_server(refuses={"temperature": "openai_value"})
    app = open_page("settings", project)
    app.radio(key="settings_choice").set_value("An OpenAI-compatible endpoint").run()
    app.text_input(key="settings_base_url").set_value(server.base_url).run()
    app.text_input(key="settings_model").set_value(MODEL).run()
    press(app, "settings_test")
    assert any("the endpoint refuses it: temperature" in success.value for success in app.success)
