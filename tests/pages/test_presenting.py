"""Overview as a presentation: what is hidden, what stays, and the way in and out."""

from urllib.parse import parse_qs

import pytest

from tests.pages.helpers import read_words


def buttons(app):
    return {each.label for each in app.main.get("button")}


def find_way_in(app):
    """The query of the address that the button opens."""
    (link,) = [each.proto for each in app.get("link_button") if each.proto.label == "Present"]
    return link.url.removeprefix("?")


@pytest.fixture
def overview(open_page, project, texts):
    return open_page("overview", project)


def test_the_way_in_hides_the_controls_and_the_way_out_brings_them_back(overview):
    assert overview.sidebar.children
    for name, value in parse_qs(find_way_in(overview)).items():
        overview.query_params[name] = value
    overview.run()
    assert "Show the controls" in buttons(overview)
    assert "Another pair" not in buttons(overview)
    assert not overview.get("link_button")
    assert not overview.multiselect
    assert not overview.sidebar.children
    assert "hidden, not locked" in read_words(overview)
    assert "What the texts show" in [each.value for each in overview.subheader]
    overview.button(key="present_end").click().run()
    assert "present" not in overview.query_params
    assert overview.multiselect
    assert overview.sidebar.children


def test_the_address_says_what_is_shown(overview):
    overview.query_params["present"] = "1"
    overview.query_params["shown"] = ["attrprompt"]
    overview.run()
    assert [each.label for each in overview.metric] == ["attrprompt"]


def test_an_empty_project_can_be_left_too(open_page, project):
    app = open_page("overview", project)
    app.query_params["present"] = "1"
    app.run()
    assert "Show the controls" in buttons(app)
