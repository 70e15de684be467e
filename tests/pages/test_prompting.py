"""MetaPrompt, examples and checks on the pages."""

import json

from attrprompt.generation.metaprompt.stored_prompts import SETTING
from attrprompt.llm.chat import EMBEDDED_MODEL_NAME
from attrprompt.project import Method
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from tests.pages.helpers import find_button, read_words


def keep_prompts(runtime, project):
    prompts = {key: [f"Write about {key} once.", f"Write about {key} twice."] for key in project.document.labels}
    entry = {"prompts": prompts, "prompt_tokens": 10, "completion_tokens": 20, "problems": []}
    runtime.store.projects.save_settings(project.id, {SETTING: {EMBEDDED_MODEL_NAME: entry}})


def test_metaprompt_offers_to_write_before_it_plans(open_page, project, runtime):
    app = open_page("prompts", project)
    app.segmented_control(key="prompts_method").set_value(Method.METAPROMPT).run()
    assert not app.exception
    assert find_button(app, "Let the model write 20 prompts")
    keep_prompts(runtime, project)
    app.run()
    assert not app.exception
    assert app.metric[0].value == "40"
    assert "Writing them took 30 tokens" in read_words(app)
    assert any("changed since the prompts of 4 classes were written" in each.value for each in app.warning)
    assert find_button(app, "Write 20 anew")


def test_the_launch_form_plans_metaprompt_from_what_was_written(open_page, project, runtime):
    keep_prompts(runtime, project)
    app = open_page("generate", project)
    app.segmented_control(key="launch_method").set_value(Method.METAPROMPT).run()
    assert not app.exception
    assert find_button(app, "Generate 40 texts")


def test_examples_in_the_prompts_say_that_gold_is_used_up(open_page, project, runtime):
    names = [label.name for label in project.document.labels.values()]
    rows = [NewSample(item, f"Gold text {item}", "", (names[item % 4],), {}) for item in range(12)]
    runtime.store.datasets.import_rows(project.id, "gold", DatasetKind.GOLD, rows, info={})
    app = open_page("generate", project)
    before = read_words(app)
    app.selectbox(key="launch_few_shots_source").set_value("gold").run()
    assert not app.exception
    assert "8 gold texts enter the prompts" in read_words(app)
    assert read_words(app) != before
    runtime.store.datasets.import_rows(project.id, "half", DatasetKind.GOLD, rows[:2], info={})
    app.run()
    app.selectbox(key="launch_few_shots_source").set_value("half").run()
    assert any("has no text for" in each.value for each in app.error)
    assert json.dumps(runtime.store.runs.list_all(project.id)) == "[]"
