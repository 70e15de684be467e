"""Where a cost stands, the page says whose price it follows, and of which day a list price is."""

from __future__ import annotations

import pytest

from attrprompt.llm.chat import Endpoint
from attrprompt.llm.prices import LIST_DATE
from tests.pages.helpers import read_words

OPENAI = Endpoint("https://api.openai.com/v1", "gpt-4o-mini", "OPENAI_API_KEY")
LOCAL = Endpoint("http://127.0.0.1:8000/v1", "gpt-4o-mini")
ROW = {"model": "gpt-4o-mini", "prompt": 3.0, "completion": 4.0}


@pytest.mark.parametrize(
    ("endpoint", "rows", "said"),
    [
        (Endpoint.embedded(), [], "SmolLM2-135M-Instruct, the embedded model, costs nothing."),
        (OPENAI, [], f"$0.150 for prompts, $0.600 for answers, list price of {LIST_DATE}."),
        (OPENAI, [ROW], "$3.000 for prompts, $4.000 for answers, as entered here."),
        (LOCAL, [], "The price of gpt-4o-mini at http://127.0.0.1:8000/v1 is unknown."),
    ],
)
def test_settings_say_what_the_model_costs_and_who_says_so(open_page, store, project, endpoint, rows, said):
    store.projects.save_settings(project.id, {"endpoint": endpoint.to_dict(), "prices": rows})
    words = read_words(open_page("settings", project)).replace("\\", "")
    assert said in words
    assert f"(genai-prices 0.2.3, {LIST_DATE})" in words


def test_a_plan_is_priced_by_the_list_before_anything_is_spent(open_page, store, project):
    store.projects.save_settings(project.id, {"endpoint": OPENAI.to_dict()})
    prompts = open_page("prompts", project)
    tokens = next(each for each in prompts.metric if each.label == "Expected tokens")
    assert tokens.delta.startswith("about \\$")
    assert f"Cost at the list price of {LIST_DATE}." in read_words(prompts)
    assert f" at the list price of {LIST_DATE}." in read_words(open_page("generate", project))


def test_a_run_says_what_it_cost(open_page, project, make_run):
    run = make_run(project, name="r1", endpoint=OPENAI, texts=lambda item: f"Text {item.item}.")
    counters = run.counters
    cost = (counters.prompt_tokens * 0.15 + counters.completion_tokens * 0.6) / 1e6
    assert f"${cost:.2g} at the list price of {LIST_DATE}" in read_words(open_page("overview", project))
    generate = open_page("generate", project)
    assert f"\\${cost:.2g}" in [each.value for each in generate.metric if each.label == "Cost"]
    assert f"At the list price of {LIST_DATE}" in read_words(generate)


def test_a_run_of_the_embedded_model_says_that_it_is_free(open_page, project, texts):
    assert "free: the embedded model" in read_words(open_page("overview", project))
    generate = open_page("generate", project)
    assert "free: the embedded model" in [each.delta for each in generate.metric if each.label == "Tokens"]
