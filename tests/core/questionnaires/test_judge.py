"""A model as judge of adherence: what it is asked, how its answers are read, and what they say beside chance."""

import json

import pytest

from attrprompt.errors import InputError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.tokens import TokenLimit
from attrprompt.presets import load_preset
from attrprompt.questionnaires.judge import make_judge_questionnaire, read_choice, score_judging
from attrprompt.questionnaires.questionnaire import Questionnaires
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample

STYLES = ("an interview", "an opinion column", "a news analysis")


@pytest.fixture
def document():
    return load_preset("agnews")


def add_texts(store, project, n=120):
    """Texts that say which style they have; those asked for a news analysis are all interviews."""
    rows = []
    for item in range(n):
        asked = STYLES[item % 3]
        written = STYLES[0] if asked == STYLES[2] else asked
        attributes = {"style": asked, "location": "Kenya", "length": "30 to 50 words"}
        rows.append(NewSample(item, f"Report {item} in the manner of {written}.", "", ("World",), attributes))
    return store.datasets.import_rows(project.id, "run", DatasetKind.ATTRPROMPT, rows, info={})


def answer_as_read(body):
    """The letter of the style that the text names; of report 4 no letter."""
    prompt = body["messages"][-1]["content"]
    if "Report 4 " in prompt:
        return "Hard to say"
    written = prompt.split("in the manner of ")[1].split(".")[0]
    return next(line for line in prompt.splitlines() if line.endswith(f") {written}"))[0]


@pytest.mark.parametrize(
    ("answer", "choice"),
    [
        ("B", "an opinion column"),
        ("**B)**", "an opinion column"),
        ("The answer is C.", "a news analysis"),
        ("an interview", "an interview"),
        ("A or B", None),
        ("E", None),
        ("", None),
        ("an interview, or an opinion column", None),
    ],
)
def test_an_answer_is_read_as_the_one_option_it_names(answer, choice):
    assert read_choice(answer, STYLES) == choice


def test_dimensions_that_a_rule_checks_are_not_asked_about(project, store):
    dataset = add_texts(store, project)
    questionnaire = make_judge_questionnaire(store, project, dataset, Endpoint.embedded(), per_value=5)
    assert {each.dimension for each in questionnaire.questions} == {"style"}
    assert len(questionnaire.questions) == 15
    assert all(set(each.options) == set(STYLES) for each in questionnaire.questions)
    assert {each.options.index(each.asked) for each in questionnaire.questions} == {0, 1, 2}
    with pytest.raises(InputError, match="no rule can check: style"):
        make_judge_questionnaire(store, project, dataset, Endpoint.embedded(), dimensions=["location"])


def test_more_texts_later_ask_again_for_none(project, store):
    dataset = add_texts(store, project)
    few = make_judge_questionnaire(store, project, dataset, Endpoint.embedded(), per_value=5)
    many = make_judge_questionnaire(store, project, dataset, Endpoint.embedded(), per_value=10)
    assert {each.key for each in few.questions} < {each.key for each in many.questions}


def test_a_value_that_its_texts_do_not_show_is_told(runtime, project, faulty_server, store):
    dataset = add_texts(store, project)
    server = faulty_server(answer=answer_as_read)
    endpoint = Endpoint(server.base_url, "faulty-1")
    questionnaire = make_judge_questionnaire(store, project, dataset, endpoint, per_value=40)
    runtime.background(Questionnaires).start(project.id, questionnaire, concurrency=4).result(60)
    answers = store.answers.find(project.id, [each.key for each in questionnaire.questions])
    judged = score_judging(questionnaire, answers)["style"]
    assert (judged.n, judged.no_verdict) == (119, 1)
    assert judged.agree.value == pytest.approx(79 / 119)
    assert judged.chance == pytest.approx(1 / 3)
    values = {each.value: each for each in judged.values}
    assert values["a news analysis"].obeying == 0
    assert {name: each.ignored for name, each in values.items()} == dict(
        zip(sorted(STYLES), (False,) * 3, strict=True)
    ) | {"a news analysis": True}
    printed = json.loads(json.dumps(judged.to_json(), allow_nan=False))
    assert printed["agree"]["value"] == judged.agree.value
    assert [value["value"] for value in printed["values"]] == [value.value for value in judged.values]


def test_the_command_line_judges_a_sample_and_asks_once(store, project, run, faulty_server):
    add_texts(store, project, 30)
    server = faulty_server(answer=answer_as_read)
    command = ["analyze", "News", "run", "--only", "adherence", "--judge", "4", "--base-url", server.base_url]
    command += ["--model", "faulty-1"]
    for _ in range(2):
        status, printed, err = run(*command)
        assert status == 0, err
        judged = printed["datasets"]["run"]["adherence"]["judged"]["style"]
        assert judged["n"] + judged["no_verdict"] == 12
    assert len(server.asked) == 12
    assert run(*command[:3], "--only", "diversity", *command[5:])[0] == 2


def test_a_judge_may_think_first(runtime, project, faulty_server, store):
    dataset = add_texts(store, project)
    server = faulty_server(answer=lambda body: f"<think>A, B or C?</think>{answer_as_read(body)}")
    endpoint = Endpoint(server.base_url, "faulty-1")
    questionnaire = make_judge_questionnaire(store, project, dataset, endpoint, per_value=5)
    runtime.background(Questionnaires).start(project.id, questionnaire, concurrency=4).result(30)
    answers = store.answers.find(project.id, [each.key for each in questionnaire.questions])
    assert score_judging(questionnaire, answers)["style"].n >= 14
    assert {each.body["max_tokens"] > 1_000 for each in server.asked} == {True}
    limited = make_judge_questionnaire(store, project, dataset, endpoint, limit=TokenLimit(chosen=99))
    assert limited.make_request(limited.questions[0]).max_tokens == 99
