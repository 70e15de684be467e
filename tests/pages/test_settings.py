"""Settings: where a key goes, and that nothing else goes there."""

import pytest

from tests.faulty_server import MODEL
from tests.pages.helpers import press, read_words

TYPED, SET, SECRET = "sk-typed-1111", "sk-set-2222", "database-password-3333"


@pytest.fixture
def form(open_page, project):
    """The form of an endpoint, with an address and a model in it."""
    app = open_page("settings", project)
    app.radio(key="settings_choice").set_value("An OpenAI-compatible endpoint").run()

    def fill(base_url):
        app.text_input(key="settings_base_url").set_value(base_url).run()
        app.text_input(key="settings_model").set_value(MODEL).run()
        assert not app.exception
        return app

    return fill


def read_keys(server):
    return {headers.get("Authorization") for headers in server.headers}


def test_a_url_with_a_secret_is_refused(form):
    app = press(form("https://me:secret@example.org/v1"), "settings_save")
    assert any("user name or a password" in error.value for error in app.error)


def test_a_typed_key_is_sent_and_never_stored(form, project, runtime, faulty_server):
    server = faulty_server(api_key=TYPED)
    app = form(server.base_url)
    app.text_input(key=f"settings_key_{server.base_url}").set_value(TYPED).run()
    assert f"typed for {server.base_url}" in read_words(app).replace("\\", "")
    press(app, "settings_test")
    assert any("answered" in success.value for success in app.success)
    press(app, "settings_save")
    assert runtime.store.projects.load(project.id).settings["endpoint"]["model"] == MODEL
    assert TYPED.encode() not in b"".join(path.read_bytes() for path in runtime.home.rglob("*") if path.is_file())


def test_a_key_typed_for_one_address_never_goes_to_another(form, faulty_server):
    first, second = faulty_server(), faulty_server()
    app = form(first.base_url)
    app.text_input(key=f"settings_key_{first.base_url}").set_value(TYPED).run()
    app.text_input(key="settings_base_url").set_value(second.base_url).run()
    assert app.text_input(key=f"settings_key_{second.base_url}").value == ""
    press(app, "settings_test")
    assert second.asked
    assert read_keys(second) == {None}
    assert not first.asked
    app.text_input(key="settings_base_url").set_value(first.base_url).run()
    press(app, "settings_test")
    assert read_keys(first) == {f"Bearer {TYPED}"}
    press(app, "settings_forget_key")
    assert "none is sent" in read_words(app)


def test_a_variable_of_the_server_is_offered_only_for_the_address_it_is_bound_to(form, faulty_server, monkeypatch):
    bound, other = faulty_server(), faulty_server()
    monkeypatch.setenv("ATTRPROMPT_KEY_VARIABLES", f"MY_KEY@{bound.base_url}")
    monkeypatch.setenv("MY_KEY", SET)
    app = form(bound.base_url)
    assert app.selectbox(key=f"settings_key_variable_{bound.base_url}").options == ["no key", "MY_KEY"]
    assert "from MY" in read_words(app)
    press(app, "settings_test")
    assert read_keys(bound) == {f"Bearer {SET}"}
    app.text_input(key="settings_base_url").set_value(other.base_url).run()
    assert app.selectbox(key=f"settings_key_variable_{other.base_url}").options == ["no key"]
    press(app, "settings_test")
    assert other.asked
    assert read_keys(other) == {None}


def test_a_project_that_names_any_variable_does_not_get_it_sent(
    open_page, runtime, project, faulty_server, monkeypatch
):
    server = faulty_server()
    monkeypatch.setenv("DATABASE_PASSWORD", SECRET)
    endpoint = {"base_url": server.base_url, "model": MODEL, "api_key_env": "DATABASE_PASSWORD"}
    runtime.store.projects.save_settings(project.id, {"endpoint": endpoint})
    app = open_page("settings", project)
    assert "none is sent" in read_words(app)
    press(app, "settings_test")
    assert server.asked
    assert read_keys(server) == {None}
