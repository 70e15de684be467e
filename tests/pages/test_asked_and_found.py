"""Asked and found: on the Review page for one data set, on the Regions page for places."""

import pytest

from attrprompt.analysis_jobs.request import Part, make_request
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.pages.helpers import read_words


@pytest.fixture
def measured(runtime, project, texts):
    """Both analyses are there already, so that a page shows them at once."""
    datasets = {each.name: each for each in runtime.store.datasets.list_all(project.id)}
    both = [datasets["simprompt"], datasets["attrprompt"]]
    for chosen, parts in (
        (both, (Part.REGIONS,)),
        (both, (Part.ADHERENCE,)),
        (both[:1], (Part.ADHERENCE,)),
        (both[1:], (Part.ADHERENCE,)),
    ):
        request = make_request(runtime.store, project, chosen, parts)
        run_job(request, JobContext(runtime.home))


def open_tab(app, key, name):
    app.session_state[key] = name
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def test_review_says_how_many_texts_obey(open_page, project, measured):
    app = open_tab(open_page("review", project), "review_view", "Asked and found")
    shown = read_words(app)
    assert "Asked and found: length" in shown
    assert "**100%** (95 % 84% to 100%, n = 20) of the texts of **attrprompt** name the place asked for" in shown
    assert "Not checked: style. No rule can tell. A classifier needs two values with 20 texts each" in shown
    assert "**100%** (95 % 84% to 100%, n = 20) of the texts of **attrprompt** are in the language of most" in shown
    assert "No value has enough texts to say whether it is ignored." in shown
    ignored = next(each.value for each in app.dataframe if "Obey" in each.value.columns)
    assert set(ignored["Dimension"]) == {"length", "location"}
    assert all(reason.startswith("too few texts") for reason in ignored[""])


def test_review_of_a_set_without_attributes_says_so(open_page, project, measured):
    app = open_page("review", project)
    app.selectbox(key="review_dataset").set_value("simprompt").run()
    assert "nothing to obey" in read_words(open_tab(app, "review_view", "Asked and found"))


def test_regions_cross_the_places_asked_for_with_those_found(open_page, project, measured):
    app = open_tab(open_page("regions", project), "regions_view", "Asked and found")
    assert "Asked and found: location" in read_words(app)
    table = next(each.value for each in app.dataframe if "Asked" in each.value.columns)
    assert table["Texts"].sum() == 20
