"""Every page: without a project, with an empty one, with texts; its main action and its error path."""

import pytest
from streamlit import config

from attrprompt.records import SampleStatus
from tests.pages.helpers import find_button, read_words

WITHOUT_TEXTS = {  # what each page says below its title before there is any text
    "overview": "Look at the exact prompts first; nothing is spent there.",
    "attributes": "subtopic of World affairs",
    "prompts": "Write a short news article about world affairs",
    "generate": "No run yet. What is generated will appear here while it arrives.",
    "review": "Generated texts appear here with the exact prompt",
    "diversity": "Vocabulary, repetition and template openings are shown here.",
    "embeddings": "A map of the texts, near-duplicates and clusters are here.",
    "regions": "Continents and countries that the texts name are shown here.",
}


@pytest.mark.parametrize("name", WITHOUT_TEXTS)
def test_a_page_without_a_project_says_where_to_open_one(open_page, name):
    app = open_page(name)
    assert "No project is open" in read_words(app)


@pytest.mark.parametrize("name", WITHOUT_TEXTS)
def test_a_page_of_a_project_without_texts_says_what_will_be_here(open_page, project, name):
    app = open_page(name, project)
    assert not app.error
    assert WITHOUT_TEXTS[name] in read_words(app)


def test_an_unknown_project_is_told_and_forgotten(open_page, project, runtime):
    runtime.store.projects.delete(project.id)
    app = open_page("overview", project)
    assert any("does not exist any more" in each.value for each in app.error)


def test_projects_are_created_from_a_preset(open_page, runtime):
    app = open_page("app")
    app.text_input(key="projects_preset_name").set_value("Mine")
    find_button(app, "Create project").click().run()
    assert [each.name for each in runtime.store.projects.list_all()] == ["Mine"]


def test_labels_that_are_twins_are_refused_in_a_sentence(open_page, runtime):
    app = open_page("app")
    app.text_input(key="projects_labels_name").set_value("Mine")
    app.text_area[0].set_value("Sports\nsports")
    next(each for each in reversed(app.button) if each.label == "Create project").click().run()
    assert any("same name" in each.value for each in app.error)
    assert runtime.store.projects.list_all() == []


def test_a_project_is_renamed_and_deleted_only_after_confirmation(open_page, runtime, project):
    app = open_page("app")
    app.text_input(key=f"project_name_{project.id}").set_value("Other name")
    app.button(key=f"project_rename_{project.id}").click().run()
    assert runtime.store.projects.load(project.id).name == "Other name"
    assert app.button(key=f"project_delete_{project.id}").disabled
    app.checkbox(key=f"project_sure_{project.id}").check().run()
    app.button(key=f"project_delete_{project.id}").click().run()
    assert runtime.store.projects.list_all() == []


def test_the_prompts_page_shows_prompts_and_what_they_cost(open_page, project):
    app = open_page("prompts", project)
    assert "free: the embedded model" in [metric.delta for metric in app.metric]
    assert "Write a short news article" in read_words(app)
    assert app.metric[0].value == "40"


def test_another_seed_gives_other_prompts(open_page, project):
    app = open_page("prompts", project)
    before = read_words(app)
    app.number_input(key="plan_seed").set_value(5).run()
    assert read_words(app) != before


def test_the_launch_form_says_what_will_be_generated(open_page, project):
    app = open_page("generate", project)
    app.number_input(key="plan_per_class").set_value(3).run()
    assert find_button(app, "Generate 12 texts")
    assert "free: the embedded model" in read_words(app).replace("\\", "")


def test_a_budget_without_a_price_is_refused(open_page, project, runtime):
    app = open_page("generate", project)
    app.number_input(key="launch_budget").set_value(1.0).run()
    find_button(app, "Generate").click().run()
    assert any("price" in each.value.lower() for each in app.error)
    assert runtime.store.runs.list_all(project.id) == []


def test_finished_runs_show_their_counts_and_flags(open_page, project, texts):
    app = open_page("generate", project)
    assert "20 of 20" in [metric.value for metric in app.metric]
    assert "1 cut at the longest length" in read_words(app)


def test_review_filters_and_decides_in_bulk(open_page, project, texts, runtime):
    app = open_page("review", project)
    app.multiselect(key="review_flag").set_value(["truncated"]).run()
    app.session_state["review_bulk"] = True  # its popover is open
    app.run()
    app.button(key="review_bulk_rejected").click().run()
    rejected = [
        sample.item
        for sample in runtime.store.datasets.read_page(texts["attrprompt"].id)
        if sample.status is SampleStatus.REJECTED
    ]
    assert rejected == [3]


def test_the_overview_counts_what_was_made_and_shows_markup_as_text(open_page, project, texts):
    app = open_page("overview", project)
    assert [metric.value for metric in app.metric][:2] == ["20 texts", "20 texts"]
    assert any("<script>" in each.value for each in app.text)
    assert "<script>" not in "".join(each.value for each in app.markdown)


@pytest.mark.parametrize("name", ["diversity", "embeddings", "regions"])
def test_analysis_pages_begin_their_work_by_themselves(open_page, project, texts, name, runtime):
    open_page(name, project)
    assert runtime.store.jobs.list_open() or list((runtime.home / "cache" / "jobs").glob("*"))


def test_a_link_opens_the_data_set_that_it_names_and_follows_the_choice(open_page, project, texts):
    app = open_page("review", project)
    assert app.selectbox(key="review_dataset").value == "attrprompt"
    app.query_params["review_dataset"] = "simprompt"
    app.run()
    assert app.selectbox(key="review_dataset").value == "simprompt"
    app.selectbox(key="review_dataset").set_value("attrprompt").run()
    assert app.query_params["review_dataset"] == "attrprompt"
    app.query_params["review_dataset"] = "not there"
    app.run()
    assert app.selectbox(key="review_dataset").value == "attrprompt"
    assert not app.exception


def test_no_redraw_ends_with_a_look_through_all_objects(open_page):
    open_page("app")
    assert config.get_option("runner.postScriptGC") is False
