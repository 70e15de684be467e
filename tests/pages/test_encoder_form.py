"""Which encoder measures a project: chosen in Settings, refused where it cannot be, and its key stored nowhere."""

import pytest

from attrprompt.analysis_jobs.request import encoder_of
from attrprompt.encoding.encoder import REFERENCE, Backend
from components.settings.encoder_form import BUNDLED, ENDPOINT, OTHER
from tests.pages.helpers import press

KEY = "sk-never-stored"


@pytest.fixture
def settings(open_page, project):
    return open_page("settings", project)


def choose(app, name, **fields):
    app.radio(key="settings_encoder").set_value(name).run()
    for key, value in fields.items():
        app.text_input(key=f"settings_encoder_{key}").set_value(value).run()
    return press(app, "settings_encoder_save")


def read_encoder(runtime, project):
    return encoder_of(runtime.store.projects.load(project.id))


def test_the_bundled_encoder_is_the_first_choice(settings, runtime, project):
    assert settings.radio(key="settings_encoder").value == BUNDLED
    assert read_encoder(runtime, project) == REFERENCE


def test_a_model_that_is_nowhere_is_refused_and_nothing_changes(settings, runtime, project):
    app = choose(settings, OTHER, **{f"model_{OTHER}": "/nowhere/model"})
    assert any("/nowhere/model" in each.value for each in app.error)
    assert read_encoder(runtime, project) == REFERENCE


def test_an_endpoint_is_kept_without_its_key_and_given_up_again(settings, runtime, project):
    url = "http://127.0.0.1:9/v1"
    app = choose(settings, ENDPOINT, **{f"model_{ENDPOINT}": "embedder", "url": url, f"key_{url}": KEY})
    assert not app.error
    spec = read_encoder(runtime, project)
    assert (spec.backend, spec.model, spec.base_url) == (Backend.ENDPOINT, "embedder", url)
    stored = b"".join(path.read_bytes() for path in runtime.home.rglob("*") if path.is_file())
    assert KEY.encode() not in stored
    choose(app, BUNDLED)
    assert read_encoder(runtime, project) == REFERENCE
