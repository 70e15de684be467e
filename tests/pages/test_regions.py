"""The Regions page: every view with its answer there, a table of one's own, a word list, rulings."""

import pytest

from attrprompt.analysis_jobs.lexicons import LexiconsRequest
from attrprompt.analysis_jobs.names import NamesRequest
from attrprompt.analysis_jobs.paper import PaperRequest
from attrprompt.analysis_jobs.portraits import PortraitsRequest
from attrprompt.analysis_jobs.request import AnalyzeRequest, Part, make_request
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.pages.helpers import read_words


@pytest.fixture
def answered(runtime, project, texts):
    """All answers are there already, so that a view shows them at once."""
    both = runtime.store.datasets.list_all(project.id)

    def answer(*kinds, **choices):
        request = make_request(runtime.store, runtime.store.projects.load(project.id), both, (Part.REGIONS,), **choices)
        for kind in kinds:
            run_job(request.ask(kind), JobContext(runtime.home))

    answer(AnalyzeRequest, PortraitsRequest, LexiconsRequest, NamesRequest, PaperRequest)
    return answer


def open_view(app, name):
    app.session_state["regions_view"] = name
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def columns(app):
    return [set(each.value.columns) for each in app.dataframe]


@pytest.mark.parametrize(
    ("view", "seen"),
    [
        ("Continents", "Click a bar for its texts"),
        ("Countries", "Choose a row for its texts"),
        ("What is said", "Choose a row for its phrases and texts"),
        ("Word lists", "A list sees words, not meanings"),
        ("Against a reference", "Effective regions"),
        ("By label and attribute", "Shares of the located texts of each cell"),
        ("As in the paper", "to learn what such texts look like"),
        ("Ambiguous names", "A ruling holds for every text"),
    ],
)
def test_every_view_shows_its_answer(open_page, project, answered, view, seen):
    assert seen in read_words(open_view(open_page("regions", project), view))


def test_a_dimension_and_a_group_of_words_head_their_columns_as_they_are_called(open_page, project, answered):
    app = open_page("regions", project)
    app.session_state["regions_by"] = "location"
    assert any(
        {"location", "Texts", "Divergence"} <= names for names in columns(open_view(app, "By label and attribute"))
    )
    assert any({"female", "No group"} <= names for names in columns(open_view(app, "Word lists")))


def test_regions_with_too_few_texts_say_so(open_page, project, answered):
    app = open_view(open_page("regions", project), "What is said")
    table = next(each.value for each in app.dataframe if "Region" in each.value.columns)
    assert table["Texts"].sum() >= 40
    assert all(reason.startswith("too few texts") for reason in table[""])


def test_a_table_of_ones_own_becomes_a_reference_and_stays_with_the_project(open_page, project, answered, runtime):
    runtime.store.projects.save_settings(project.id, {"references": {"mine": "Africa,1\nAsia,3\n"}})
    answered(AnalyzeRequest, reference="mine", reference_csv="Africa,1\nAsia,3\n")
    app = open_page("regions", project)
    app.segmented_control(key="regions_reference").set_value("mine").run()
    assert not app.exception
    app = open_view(app, "Against a reference")
    table = next(each.value for each in app.dataframe if "Reference" in each.value.columns)
    assert "mine" in set(table["Reference"])


def test_an_own_word_list_is_counted_beside_gender_terms(open_page, project, answered, runtime):
    lists = {"work": "text,writing\n"}
    runtime.store.projects.save_settings(project.id, {"lexicons": lists})
    answered(LexiconsRequest, lexicons=tuple(lists.items()))
    app = open_view(open_page("regions", project), "Word lists")
    assert {"female", "male"} <= set().union(*columns(app))
    app.segmented_control(key="regions_lexicon").set_value("work").run()
    assert not app.exception
    assert "writing" in set().union(*columns(app))


def test_texts_sent_from_the_map_are_the_only_ones_on_review_until_all_are_shown(open_page, project, texts):
    app = open_page("review", project)
    app.session_state["review_selection"] = {texts["attrprompt"].id: (3, 5)}
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    assert "Only the 2 texts that were chosen on the map are shown" in read_words(app)
    app.button(key="review_selection_clear").click().run()
    assert "chosen on the map" not in read_words(app)
