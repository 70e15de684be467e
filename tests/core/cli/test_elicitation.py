"""Asking for values on the command line: every form of reply, what cannot be read, and how far it is."""

from __future__ import annotations

import pytest

from attrprompt import edits
from attrprompt.llm.tokens import ROOM_TO_THINK
from tests.documents import make_document


def add_values(document, by_label):
    for label, texts in by_label.items():
        labels = [document.find_label(label)]
        document = edits.add_values(document, document.find_dimension("subtopic"), texts, labels=labels).project
    return document


@pytest.fixture
def document():
    return make_document({"music": [], "movies": []})


@pytest.mark.parametrize("reply", ["fenced_json", "numbered", "prose_json", "broken_json"])
def test_the_command_line_reads_what_servers_without_schemas_send(run, store, project, faulty_server, reply):
    server = faulty_server(script=[reply] * 20)
    arguments = ("--label", "music", "--n", 3, "--accept", "--no-embed", "--base-url", server.base_url)
    status, printed, err = run("elicit", "News", "values", "subtopic", *arguments, "--model", "faulty-1")
    assert status == 0, err
    assert [each["label"] for each in printed["proposed"]] == ["music"] * 3
    document = store.projects.find("News").document
    values = document.dimensions[document.find_dimension("subtopic")].values_for(document.find_label("music"))
    assert [value.text for _, value in values] == [each["text"] for each in printed["proposed"]]


def test_nonsense_exits_3_and_is_kept_raw(run, store, project, faulty_server):
    server = faulty_server(script=["nonsense"] * 20)
    arguments = ("--label", "music", "--base-url", server.base_url, "--model", "faulty-1")
    status, printed, _ = run("elicit", "News", "values", "subtopic", *arguments)
    assert (status, printed["proposed"]) == (3, [])
    replies = store.replies.list_all(project.id, only_problems=True)
    assert len(replies) == printed["unread"] > 0


def answer_with(text):
    return lambda body: text


def test_an_empty_list_ends_like_an_unreadable_one(run, project, faulty_server):
    server = faulty_server(answer=answer_with('{"values": []}'))
    arguments = ("--label", "music", "--no-embed", "--base-url", server.base_url, "--model", "faulty-1")
    status, printed, _ = run("elicit", "News", "values", "subtopic", *arguments)
    assert (status, printed["proposed"], printed["unread"]) == (3, [], printed["replies"])


def test_an_explanation_becomes_the_description(run, project, faulty_server):
    server = faulty_server(
        answer=answer_with("Here are two:\n1. **Chess openings** – how a game begins\n2. **Rowing**")
    )
    arguments = ("--label", "music", "--n", 2, "--no-embed", "--base-url", server.base_url, "--model", "faulty-1")
    status, printed, _ = run("elicit", "News", "values", "subtopic", *arguments)
    proposed = [(each["text"], each["description"]) for each in printed["proposed"]]
    assert (status, proposed) == (0, [("Chess openings", "how a game begins"), ("Rowing", "")])


@pytest.mark.parametrize("wanted", [("values", "subtopic", "--label", "music"), ("dimensions",), ("constraints",)])
def test_a_model_that_only_thinks_is_asked_once_and_what_to_raise_is_said(
    run, store, project, faulty_server, document, wanted
):
    filled = add_values(document, {"music": ["a", "b"], "movies": ["c"]})
    store.projects.save(project.id, project, filled, actor="ana", source="test", summary="")
    server = faulty_server(usual="only_thinking")
    arguments = ("--no-embed", "--base-url", server.base_url, "--model", "faulty-1", "--max-tokens", 300)
    status, printed, _ = run("elicit", "News", *wanted, *arguments)
    assert (status, printed["proposed"], len(server.asked)) == (3, [], 1)
    assert "used all 300 tokens for thinking" in " ".join(printed["problems"])
    assert "--max-tokens" in " ".join(printed["problems"])
    assert server.asked[0].body["max_tokens"] == 300
    assert "Paris" in store.replies.list_all(project.id)[0].raw


def test_the_limit_leaves_room_to_think_unless_one_is_chosen(run, project, faulty_server):
    server = faulty_server(script=["numbered"] * 20)
    arguments = ("--label", "music", "--n", 5, "--no-embed", "--base-url", server.base_url, "--model", "faulty-1")
    run("elicit", "News", "values", "subtopic", *arguments)
    run("elicit", "News", "values", "subtopic", *arguments, "--way", "by_example")
    limits = {each.body["max_tokens"] for each in server.asked}
    assert 200 in limits
    assert 200 + ROOM_TO_THINK in limits


def test_progress_goes_to_stderr_after_each_reply_and_only_forward(run, project, faulty_server):
    server = faulty_server(script=["numbered"] * 20)
    arguments = ("--n", 7, "--no-embed", "--base-url", server.base_url, "--model", "faulty-1")
    status, _, err = run("elicit", "News", "values", "subtopic", *arguments)
    assert status == 0, err
    told = err.splitlines()
    assert "5 of 14 values" in told[1]
    shares = [int(line.split("%")[0]) for line in told if "% " in line]
    assert len(shares) == len(server.asked) + 2  # and a line for each label that is done
    assert shares == sorted(shares)
    assert "2 of 2 labels, 10 of 14 values" in told[-1]


@pytest.mark.slow
def test_the_command_line_asks_the_embedded_model(run, project):
    arguments = ("--label", "music", "--n", 2, "--seed", 1, "--no-embed")
    status, printed, err = run("elicit", "News", "values", "subtopic", *arguments)
    assert status == 0, err
    assert {each["label"] for each in printed["proposed"]} == {"music"}
    assert printed["replies"] > printed["unread"]


def test_values_without_a_dimension_are_a_usage_error(run, project):
    status, _, err = run("elicit", "News", "values")
    assert status == 2
    assert "DIMENSION" in err
