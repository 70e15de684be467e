"""The Evaluate page: empty, with gold, its scores and the texts behind a confusion."""

from attrprompt.evaluation.finetune import FineTuning
from attrprompt.evaluation.request import make_evaluation
from attrprompt.llm.chat import Endpoint
from attrprompt.questionnaires.zero_shot import make_zero_shot_questionnaire
from attrprompt.store.answers import StoredAnswer
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.pages.helpers import read_words


def test_without_a_project_it_says_where_to_open_one(open_page):
    assert "No project is open" in read_words(open_page("evaluate"))


def test_without_gold_it_says_what_is_missing(open_page, project, texts):
    shown = read_words(open_page("evaluate", project))
    assert "No real texts to test on yet" in shown


def test_nothing_is_trained_until_it_is_asked_for(open_page, project, gold, runtime):
    app = open_page("evaluate", project)
    assert app.button(key="evaluate_job_start").label == "Train and test"
    assert app.multiselect[0].value == ["simprompt", "attrprompt"]
    assert not runtime.store.jobs.list_open()
    app.multiselect[0].set_value([]).run()
    assert "at least one training set" in read_words(app)


def test_a_finished_evaluation_is_shown_with_the_texts_behind_a_cell(open_page, project, gold, runtime):
    by_name = {each.name: each for each in runtime.store.datasets.list_all(project.id)}
    request = make_evaluation(
        runtime.store, project, [[by_name["simprompt"]], [by_name["attrprompt"]]], by_name["real"], curve=True
    )
    run_job(request, JobContext(runtime.home))
    app = open_page("evaluate", project)
    shown = read_words(app)
    assert "macro F1" in shown
    assert "95 %" in shown
    assert "Tested on 24 texts" in shown
    assert any("<script>" in each.value for each in app.text)
    assert "<script>" not in "".join(each.value for each in app.markdown)
    app.get_by_key("evaluate_against").set_value("money").run()
    assert "costs nothing, so there is no curve against money" in read_words(app)


def test_a_fine_tuning_is_shown_seed_by_seed_with_its_cost_in_trainings_before(open_page, project, gold, runtime):
    by_name = {each.name: each for each in runtime.store.datasets.list_all(project.id)}
    tuning = FineTuning(epochs=1, seeds=2, longest=16)
    request = make_evaluation(
        runtime.store, project, [[by_name["attrprompt"]]], by_name["real"], classifier="finetune", tuning=tuning
    )
    app = open_page("evaluate", project)
    app.multiselect[0].set_value(["attrprompt"]).run()
    app.get_by_key("evaluate_classifier").set_value("finetune").run()
    assert app.button(key="evaluate_job_start").label == "Fine-tune 5 models, 8 epochs each"
    for key, value in (("evaluate_epochs", 1), ("evaluate_seeds", 2), ("evaluate_longest", 16)):
        app.number_input(key=key).set_value(value)
    run_job(request, JobContext(runtime.home))
    app.run()
    assert not app.exception
    shown = read_words(app).replace("\\", "")
    assert "A fine-tuned model trained on attrprompt" in shown
    assert "Mean of 2 seeds" in shown
    assert "Curves are measured with the probe" in shown
    assert "Of the first seed" in shown


def test_the_zero_shot_baseline_says_its_cost_first_and_shows_its_answers(open_page, project, gold, runtime):
    plan = make_zero_shot_questionnaire(runtime.store, project, gold, Endpoint.embedded())
    app = open_page("evaluate", project)
    assert app.button(key="zero_shot_start").label == "Ask about 24 texts"
    assert "24 requests to SmolLM2-135M-Instruct: about" in read_words(app).replace("\\", "")
    for number, each in enumerate(plan.questions):
        answer = "sunshine" if number == 0 else plan.names[each.labels[0]]
        runtime.store.answers.add(project.id, StoredAnswer(each.key, "m", answer, "", 10, 2))
    app.run()
    assert not app.exception
    by_label = {each.label: each.value for each in app.metric}
    assert by_label["Accuracy"] == f"{23 / 24:.3f}"
    assert by_label["Answers that are no label"] == f"{1 / 24:.1%}"
    answers = next(each.value for each in app.dataframe if "Read as" in each.value.columns)
    assert answers.iloc[0]["Read as"] == "no label"
    assert answers.iloc[0]["Answer"] == "sunshine"
