"""The generating model as a classifier: how its answers are read, that none is lost, and how they are scored."""

import json

import pytest

from attrprompt import edits
from attrprompt.errors import InputError, ProviderError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.prices import PriceTable
from attrprompt.llm.tokens import TokenLimit
from attrprompt.project import Project, Task
from attrprompt.questionnaires.questionnaire import Questionnaires, describe_cost
from attrprompt.questionnaires.zero_shot import make_zero_shot_questionnaire, read_labels, write_messages
from attrprompt.questionnaires.zero_shot_scores import score_zero_shot
from attrprompt.records import DatasetKind, hash_text
from attrprompt.store import NewSample

NAMES = ("World", "Sports", "Sci_Tech", "music", "music_album")
TITLES = ("World", "Sports", "Science and technology", "Music", "Music album")


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("Sports", (1,)),
        ("  **sports**.", (1,)),
        ("The label is: Sci-Tech", (2,)),
        ("The label is: Sci/Tech", ()),
        ("<label>world</label>", (0,)),
        ("science and technology", (2,)),
        ("music album", (4,)),
        ("World or Sports", ()),
        ("politics", ()),
        ("", ()),
        ("sportswear", ()),
    ],
)
def test_an_answer_is_read_as_the_one_label_it_names(answer, read):
    assert read_labels(answer, NAMES, TITLES, multi_label=False) == read


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("C", ("C",)),
        ("C.", ("C",)),
        ("c++", ("C++",)),
        ("**C++**.", ("C++",)),
        ("It is C#, I think", ("C#",)),
        ("C+", ()),
        ("Objective-C", ("C",)),
        ("<=50K", ("<=50K",)),
        ("The answer is >50K.", (">50K",)),
        ("50K", ()),
        ("-1", ("-1",)),
        ("is 1", ("1",)),
        ("1.5", ()),
        ("A-", ()),
        ("A", ("A",)),
        (".NET", ()),
    ],
)
def test_signs_belong_to_a_label(answer, read):
    names = ("C", "C++", "C#", "<=50K", ">50K", "-1", "1", "A", "NET")
    assert tuple(names[number] for number in read_labels(answer, names, names, multi_label=False)) == read


def test_a_label_does_not_reach_over_two_lines():
    assert read_labels("music\nalbum", NAMES, TITLES, multi_label=True) == (3,)


def test_with_several_labels_a_text_every_label_named_counts_once():
    answer = "- Sports\n- music album\n- sports"
    assert read_labels(answer, NAMES, TITLES, multi_label=True) == (1, 4)
    assert read_labels("none of them", NAMES, TITLES, multi_label=True) == ()


def add_gold(store, project, n=24, labels=(("World",), ("Sports",))):
    rows = [
        NewSample(item, text=f"About {'+'.join(labels[item % len(labels)])}, report {item}.", raw="",
                  labels=labels[item % len(labels)], attributes={})
        for item in range(n)
    ]  # fmt: skip
    return store.datasets.import_rows(project.id, "gold", DatasetKind.GOLD, rows, info={})


def answer_rightly(body):
    """Names what the text is about; of report 3 it says something else."""
    text = body["messages"][-1]["content"]
    if "report 3." in text:
        return "A report about nothing"
    return text.split("About ")[1].split(",")[0].replace("+", "\n")


def ask(runtime, project, questionnaire):
    return runtime.background(Questionnaires).start(project.id, questionnaire, concurrency=4).result(30)


def find_answers(store, project, questionnaire):
    return store.answers.find(project.id, [each.key for each in questionnaire.questions])


def test_answers_are_scored_and_those_without_a_label_are_wrong(runtime, faulty_server, store, project):
    gold = add_gold(store, project)
    server = faulty_server(answer=answer_rightly)
    questionnaire = make_zero_shot_questionnaire(store, project, gold, Endpoint(server.base_url, "faulty-1"))
    assert ask(runtime, project, questionnaire) == 24
    prices = PriceTable.from_rows([{"model": "faulty-1", "prompt": 1.0, "completion": 1.0}])
    scores = score_zero_shot(questionnaire, find_answers(store, project, questionnaire), prices)
    accuracy = scores.scores["accuracy"]
    assert accuracy.value == pytest.approx(23 / 24)
    assert scores.scores["macro_f1"].value == pytest.approx((1 + 22 / 23) / 2)
    assert accuracy.low < 23 / 24 <= accuracy.high
    assert scores.no_label.value == pytest.approx(1 / 24)
    assert scores.confusion.columns == ("World", "Sports", "no label")
    cell = next(cell for cell in scores.confusion.cells if cell.predicted == "no label" and cell.n)
    assert (cell.label, cell.items) == ("Sports", (3,))
    assert scores.cost == pytest.approx((scores.tokens.prompt + scores.tokens.completion) / 1e6)
    sent = server.asked[0].body
    assert (sent["temperature"], sent["messages"][-1]["content"].startswith("Which one of these labels")) == (0, True)


def test_thinking_before_an_answer_is_no_answer_and_is_kept(runtime, faulty_server, store, project):
    gold = add_gold(store, project)
    server = faulty_server(answer=lambda body: f"<think>World or Sports?</think>{answer_rightly(body)}")
    questionnaire = make_zero_shot_questionnaire(store, project, gold, Endpoint(server.base_url, "faulty-1"))
    ask(runtime, project, questionnaire)
    answers = find_answers(store, project, questionnaire)
    assert all(answer.raw.startswith("<think>") for answer in answers.values())
    scores = score_zero_shot(questionnaire, answers, PriceTable.from_rows([]))
    assert scores.scores["accuracy"].value == pytest.approx(23 / 24)


def test_a_model_that_only_thinks_is_asked_a_few_times_and_what_to_raise_is_said(
    runtime, faulty_server, store, project
):
    gold = add_gold(store, project)
    server = faulty_server(usual="only_thinking")
    endpoint = Endpoint(server.base_url, "faulty-1")
    limit = TokenLimit(chosen=24)
    questionnaire = make_zero_shot_questionnaire(store, project, gold, endpoint, limit=limit)
    with pytest.raises(ProviderError, match=r"all 24 tokens for thinking.*--max-tokens"):
        ask(runtime, project, questionnaire)
    assert len(server.asked) < 10
    assert find_answers(store, project, questionnaire) == {}
    server.usual, server.answer = "ok", answer_rightly
    roomy = make_zero_shot_questionnaire(store, project, gold, endpoint)
    assert ask(runtime, project, roomy) == 24
    assert server.asked[-1].body["max_tokens"] > 1_000


def test_a_text_that_only_makes_it_think_costs_one_request_and_no_other_text(runtime, faulty_server, store, project):
    gold = add_gold(store, project)
    server = faulty_server(answer=answer_rightly, by_prompt={"report 7.": ["only_thinking"]})
    questionnaire = make_zero_shot_questionnaire(store, project, gold, Endpoint(server.base_url, "faulty-1"))
    assert ask(runtime, project, questionnaire) == 23
    assert len(server.asked) == 24
    assert "23 of 24 texts answered. 1 got no answer" in runtime.background(Questionnaires).find(project.id).message


def test_the_embedded_model_gets_no_room_to_think(store, project):
    questionnaire = make_zero_shot_questionnaire(store, project, add_gold(store, project), Endpoint.embedded())
    assert questionnaire.make_request(questionnaire.questions[0]).max_tokens == 24


def test_a_failure_keeps_what_was_answered_and_the_rest_is_asked_later(runtime, faulty_server, store, project):
    gold = add_gold(store, project)
    server = faulty_server(answer=answer_rightly, by_prompt={"report 7.": ["auth", "ok"]})
    questionnaire = make_zero_shot_questionnaire(store, project, gold, Endpoint(server.base_url, "faulty-1"))
    with pytest.raises(ProviderError):
        ask(runtime, project, questionnaire)
    job = runtime.background(Questionnaires).find(project.id)
    assert job.state == "failed"
    kept = len(find_answers(store, project, questionnaire))
    asked = len(server.asked)
    assert ask(runtime, project, questionnaire) == 24 - kept
    assert len(server.asked) - asked == 24 - kept
    with pytest.raises(InputError, match="has its answer already"):
        ask(runtime, project, questionnaire)


def test_stopping_begins_nothing_more_and_more_texts_ask_for_none_again(runtime, faulty_server, store, project):
    gold = add_gold(store, project)
    server = faulty_server(answer=answer_rightly, latency=0.05)
    endpoint = Endpoint(server.base_url, "faulty-1")
    future = runtime.background(Questionnaires).start(
        project.id, questionnaire := make_zero_shot_questionnaire(store, project, gold, endpoint), concurrency=1
    )
    runtime.background(Questionnaires).stop(project.id)
    came = future.result(30)
    assert came < 24
    assert runtime.background(Questionnaires).find(project.id).state == "cancelled"
    ask(runtime, project, questionnaire)
    fewer = make_zero_shot_questionnaire(store, project, gold, endpoint, at_most=10)
    assert len(find_answers(store, project, fewer)) == 10
    assert len(server.asked) == 24


def test_a_refused_request_is_an_answer_without_a_label(runtime, faulty_server, store, project):
    gold = add_gold(store, project)
    server = faulty_server(answer=answer_rightly, by_prompt={"report 5.": ["bad_request"]})
    questionnaire = make_zero_shot_questionnaire(store, project, gold, Endpoint(server.base_url, "faulty-1"))
    ask(runtime, project, questionnaire)
    scores = score_zero_shot(questionnaire, find_answers(store, project, questionnaire), PriceTable())
    assert (scores.refused_requests, scores.no_label.value, scores.cost) == (1, pytest.approx(2 / 24), None)


@pytest.mark.parametrize(
    "document",
    [edits.add_labels(Project(task=Task(text="news item", multi_label=True)), ["World", "Sports"])],
    ids=["multi-label"],
)
def test_several_labels_a_text_are_asked_for_and_scored(runtime, faulty_server, store, project):
    gold = add_gold(store, project, labels=(("World",), ("Sports", "World")))
    server = faulty_server(answer=answer_rightly)
    questionnaire = make_zero_shot_questionnaire(store, project, gold, Endpoint(server.base_url, "faulty-1"))
    ask(runtime, project, questionnaire)
    scores = score_zero_shot(questionnaire, find_answers(store, project, questionnaire), PriceTable())
    assert scores.metrics == ("micro_f1", "macro_f1", "accuracy")
    # 36 labels are there, 34 of them are given: the answer about report 3 names none of its two
    assert scores.scores["micro_f1"].value == pytest.approx(2 * 34 / (34 + 36))
    assert scores.scores["accuracy"].value == pytest.approx(23 / 24)


def test_gold_that_stood_in_a_prompt_and_unknown_labels_are_not_asked_about(store, project):
    gold = add_gold(store, project, n=12, labels=(("World",), ("Weather",), ("sports",)))
    first = store.datasets.read_page(gold.id)[0]
    store.datasets.record_gold_use(project.id, [hash_text(first.text)], "r1")
    questionnaire = make_zero_shot_questionnaire(store, project, gold, Endpoint("http://127.0.0.1:9", "m"))
    assert (len(questionnaire.questions), questionnaire.used_in_prompts, questionnaire.other_labels) == (7, 1, 4)
    assert "price unknown" in describe_cost(questionnaire, 7, PriceTable())


def test_labels_are_listed_with_their_descriptions():
    document = edits.add_labels(Project(task=Task(text="paper abstract", multi_label=True)), ["optics"])
    label = next(iter(document.labels))
    document = edits.edit_label(document, label, description="Light and lasers.")
    content = write_messages(document, "A laser.")[0]["content"]
    assert "- optics: Light and lasers." in content
    assert "Paper abstract:\nA laser." in content


def test_the_command_line_asks_and_prints_the_baseline_beside_trained_sets(run, tmp_path, faulty_server):
    server = faulty_server(answer=answer_rightly)
    run("new", "p", "--labels", "World,Sports", "--domain", "news")
    for name, offset in (("a", 100), ("gold", 0)):
        lines = [
            json.dumps({"text": f"About {label}, report {number + offset}.", "label": label})
            for number in range(30)
            for label in ("World", "Sports")
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        run("import-dataset", "p", tmp_path / f"{name}.jsonl", "--as", name, "--kind", "gold")
    asking = ("--zero-shot", "--base-url", server.base_url, "--model", "faulty-1")
    status, printed, err = run("evaluate", "p", "--train", "a", "--test", "gold", *asking)
    assert status == 0, err
    assert printed["zero_shot"]["accuracy"]["value"] == pytest.approx(58 / 60)
    assert printed["models"]["a"]["accuracy"]["value"] > 0.8
    assert "about" in err
    assert "price unknown" in err
    asked = len(server.asked)
    status, alone, err = run("evaluate", "p", "--test", "gold", "--zero-shot-texts", "20", *asking)
    assert (status, alone["zero_shot"]["test"]["n"], len(server.asked)) == (0, 20, asked)
    status, _, err = run("evaluate", "p", "--test", "gold")
    assert status == 2
    assert "--train" in err


def test_equal_texts_are_asked_about_once_and_never_again(run, tmp_path, faulty_server):
    server = faulty_server(answer=answer_rightly)
    run("new", "p", "--labels", "World,Sports", "--domain", "news")
    rows = [{"text": f"About {label}, report {n}.", "label": label} for n in range(6) for label in ("World", "Sports")]
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, rows * 2)), encoding="utf-8")
    run("import-dataset", "p", tmp_path / "gold.jsonl", "--as", "gold", "--kind", "gold")
    for _ in range(2):
        status, printed, err = run(
            "evaluate", "p", "--test", "gold", "--zero-shot", "--base-url", server.base_url, "--model", "faulty-1"
        )
        assert status == 0, err
        assert printed["zero_shot"]["test"]["n"] == 24
    assert len(server.asked) == 12
