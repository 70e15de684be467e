"""MetaPrompt from the command line and in the background: written once, kept by model, counted, used in turn."""

import json
import time
from collections import Counter

import pytest

from attrprompt import edits
from attrprompt.generation.metaprompt.stored_prompts import MetaWritings, find_stale, find_unwritten, read_meta_prompts
from attrprompt.generation.plans.plan import PlanOptions
from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from attrprompt.project import Method


@pytest.fixture
def document():
    return load_preset("sst2")


def answer(body):
    """Five prompts where they are asked for; a text otherwise."""
    asked = str(body["messages"][-1]["content"])
    if "different prompts" not in asked:
        return f"An answer to: {asked}"
    return json.dumps({"prompts": [f"Write a {word} item that fits. {asked[:60]}" for word in ("long", "sad", "odd")]})


def test_the_model_writes_prompts_once_and_a_run_uses_them_in_turn(run, faulty_server, store):
    server = faulty_server(answer=answer, models=())
    run("new", "p1", "--preset", "sst2")
    arguments = ("generate", "p1", "--method", "metaprompt", "--per-class", 6, "--meta-prompts", 3)
    arguments += ("--base-url", server.base_url, "--model", "m1")
    status, printed, _ = run(*arguments)
    assert (status, printed["completed"]) == (0, 12)
    assert printed["meta_prompts"]["tokens"]["completion"] > 0
    assert len(server.asked) == 12 + 2
    status, printed, _ = run(*arguments)
    assert (status, len(server.asked)) == (0, 2 * 12 + 2)
    project = store.projects.find("p1")
    plan = list(store.runs.iterate_plan(store.runs.find(project.id, "metaprompt-1").id))
    assert set(Counter((item.labels, item.prompt) for item in plan).values()) == {2}
    assert store.replies.count_tokens(project.id)[1] > 0


def test_a_plan_without_written_prompts_says_what_to_do(run):
    run("new", "p1", "--preset", "sst2")
    status, printed, err = run("plan", "p1", "--method", "metaprompt")
    assert (status, printed) == (2, None)
    assert "Let the model write its prompts first" in err
    status, _, err = run("plan", "p1", "--method", "simprompt", "--meta-prompts", 3)
    assert status == 2
    assert "--method metaprompt" in err


def test_prompts_are_written_in_the_background_and_kept_by_model(runtime, project, faulty_server, store):
    server = faulty_server(answer=answer, models=())
    options = PlanOptions(method=Method.METAPROMPT)
    unwritten = find_unwritten(project, options, read_meta_prompts(project, "m1"), 3)
    runtime.background(MetaWritings).start(project, unwritten, 3, Endpoint(server.base_url, "m1"))
    while runtime.background(MetaWritings).find(project.id).is_open:
        time.sleep(0.02)
    assert runtime.background(MetaWritings).find(project.id).state == "done"
    project = runtime.store.projects.load(project.id)
    assert find_unwritten(project, options, read_meta_prompts(project, "m1"), 3) == []
    assert len(find_unwritten(project, options, read_meta_prompts(project, "m2"), 3)) == 2


def test_prompts_are_marked_once_what_they_were_written_for_changed(run, faulty_server, store):
    server = faulty_server(answer=answer, models=())
    run("new", "p1", "--preset", "sst2")
    arguments = ("generate", "p1", "--method", "metaprompt", "--per-class", 1, "--base-url", server.base_url)
    arguments += ("--model", "m1")
    run(*arguments, "--meta-prompts", 2)
    project = store.projects.find("p1")
    options = PlanOptions(method=Method.METAPROMPT)
    assert find_stale(project, options, read_meta_prompts(project, "m1")) == []
    label_id = next(iter(project.document.labels))
    changed = edits.edit_label(project.document, label_id, display="gripping")
    project = store.projects.save(project.id, project, changed, actor="ana", summary="renamed")
    assert find_stale(project, options, read_meta_prompts(project, "m1")) == [(label_id,)]
    asked = len(server.asked)
    assert "they are used as they are" in run(*arguments)[2]
    assert len(server.asked) == asked + 2
    assert "they are used as they are" not in run(*arguments, "--meta-prompts", 2)[2]
    assert len(server.asked) == asked + 2 + 1 + 2


def test_examples_enter_the_prompts_and_gold_is_counted_as_used(run, tmp_path, faulty_server, store):
    server = faulty_server(models=())
    run("new", "p1", "--preset", "sst2")
    gold = tmp_path / "gold.jsonl"
    rows = [{"text": f"Text {i} of gold", "label": ("negative", "positive")[i % 2]} for i in range(8)]
    gold.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    run("import-dataset", "p1", gold, "--as", "gold", "--kind", "gold")
    endpoint = ("--base-url", server.base_url, "--model", "m1", "--per-class", 2, "--method", "simprompt")
    status, printed, _ = run("generate", "p1", *endpoint, "--few-shot", 2, "--few-shot-from", "gold")
    assert (status, printed["completed"]) == (0, 4)
    assert {len(each.body["messages"]) for each in server.asked} == {5}
    assert len(store.datasets.used_gold(store.projects.find("p1").id)) == 4
    status, _, err = run("generate", "p1", *endpoint, "--few-shot", 2)
    assert status == 2
    assert "go together" in err


def test_check_marks_and_takes_marks_off(run, faulty_server):
    server = faulty_server(answer=lambda body: "The same text from beginning to end, whatever was asked", models=())
    run("new", "p1", "--preset", "sst2")
    run(
        *("generate", "p1", "--method", "simprompt", "--per-class", 2, "--run", "r1"),
        *("--base-url", server.base_url, "--model", "m1"),
    )
    status, printed, _ = run("check", "p1", "r1")
    assert (status, printed["flags"]["exact_duplicate"], printed["checked"]) == (0, 3, 4)
    assert run("resume", "p1", "r1")[1]["flags"] == {"exact_duplicate": 3}
    assert run("check", "p1", "r1", "--remove")[1]["flags"] == {}
    assert run("resume", "p1", "r1")[1]["flags"] == {}
