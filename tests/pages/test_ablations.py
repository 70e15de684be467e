"""Ablations on the Evaluate page: a variant is planned with two clicks and stands in the table."""

from attrprompt.evaluation.request import make_evaluation
from attrprompt.evaluation.steps.ablations import find_variants
from attrprompt.evaluation.steps.variants import VariantsRequest
from attrprompt.records import RunCounters, RunState
from attrprompt.store import NewSample
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.pages.helpers import read_words

KEYS = ("without:style", "without:location")


def plan_variants(app, runtime, project, texts):
    """Two clicks: what differs, then the button."""
    base = runtime.store.runs.load(texts["attrprompt"].id)
    app.pills(key=f"ablation_variants_{base.id}").set_value(list(KEYS)).run()
    assert app.button(key="ablation_plan").label == "Plan 40 prompts"
    app.button(key="ablation_plan").click().run()
    assert not app.exception
    return base, find_variants(base, runtime.store.runs.list_all(project.id))


def test_variants_are_planned_with_two_clicks_and_listed(open_page, runtime, project, texts, gold):
    app = open_page("evaluate", project)
    _, variants = plan_variants(app, runtime, project, texts)
    assert set(variants) == set(KEYS)
    assert all(run.state is RunState.PLANNED and run.counters.planned == 20 for run in variants.values())
    (table,) = [each.value for each in app.dataframe if "Variant" in each.value]
    assert set(table["Variant"]) == {"without style", "without location"}
    assert set(table["Run"]) == {"planned, not sent yet"}


def answer(runtime, run):
    answers = [
        NewSample(
            item.item,
            text=f"Report {item.item} of {item.labels[0]} with {run.name}",
            raw="",
            labels=item.labels,
            attributes=item.attributes,
            prompt=item.prompt,
        )
        for item in runtime.store.runs.iterate_plan(run.id)
    ]
    counters = RunCounters(planned=20, completed=20)
    runtime.store.runs.commit(run.id, answers, [], counters, in_flight=0)
    runtime.store.runs.finish(run.id, RunState.DONE, "", counters)
    return runtime.store.runs.load(run.id)


def test_variants_with_texts_are_compared_in_one_table(open_page, runtime, project, texts, gold):
    base, variants = plan_variants(open_page("evaluate", project), runtime, project, texts)
    written = [answer(runtime, run) for run in variants.values()]
    newest = sorted(written, key=lambda run: -run.id)
    request = make_evaluation(
        runtime.store, project, [[base.dataset], *([run.dataset] for run in newest)],
        runtime.store.datasets.find(project.id, "real"),
    )  # fmt: skip
    run_job(request.ask(VariantsRequest), JobContext(runtime.home))
    app = open_page("evaluate", project)
    (table,) = [each.value for each in app.dataframe if "Variant" in each.value]
    assert list(table["Texts"]) == [20, 20]
    assert table["Difference"].notna().all()
    assert "Holm over" in read_words(app)
    assert app.multiselect[0].value == ["simprompt", "attrprompt"]


def test_the_steps_of_other_methods_are_asked_for_by_a_button(open_page, project, gold):
    app = open_page("evaluate", project)
    assert app.button(key="noise_job_start").label == "Weigh 20 texts"
    assert app.button(key="feedback_job_start").label == "Score 20 texts"
