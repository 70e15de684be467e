"""The form that launches a run: what is asked, of which model, how fast and how far."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from pydantic import ValidationError

from attrprompt.errors import InputError
from attrprompt.generation.fewshot import MOST_PER_CLASS, FewShots, choose_few_shots
from attrprompt.generation.launch import check_budget, create_run, default_concurrency
from attrprompt.generation.metaprompt.stored_prompts import MetaPrompts
from attrprompt.generation.plans.options import count_per_label
from attrprompt.generation.plans.plan import PlanOptions, PlanStatistics, make_plan
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.generation.sending import start_run
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.prices import UNKNOWN, format_usd
from attrprompt.project import Method, explain_validation
from attrprompt.records import DatasetKind
from attrprompt.runtime.endpoints import choose_endpoint
from components.kit.frame import ProjectPage
from components.kit.keys import find_endpoint_key
from components.kit.meta_prompts import draw_meta_prompts
from components.kit.notices import errors_shown, in_callback
from components.kit.plan_form import draw_plan_form, list_methods
from components.kit.text import escape

ESTIMATED_UP_TO = 5_000  # prompts; planning more only to count their tokens would make people wait
NONE = "no examples"


@dataclass(frozen=True)
class Prompting:
    """What is sent where: the plan's options, and what stands in the prompts beside the project's own words."""

    options: PlanOptions
    endpoint: Endpoint
    written: MetaPrompts | None
    few_shots: FewShots | None


def draw_launch_form(page: ProjectPage) -> None:
    """Choose what to generate and start it; the button says how much that is."""
    document = page.project.document
    endpoint = choose_endpoint(page.project)
    methods = list_methods(document)
    method = st.segmented_control(
        "Method",
        methods,
        default=methods[0],
        format_func=lambda option: escape(option.display),
        key="launch_method",
        help="SimPrompt names only the class. AttrPrompt adds one value of every attribute dimension. MetaPrompt lets "
        "the model write prompts for each class, without attributes, and uses them in turn.",
    )
    with errors_shown():
        options = draw_plan_form(document, key="plan", method=method or methods[0])
        written: MetaPrompts | None = None
        if options.method is Method.METAPROMPT:
            written = draw_meta_prompts(page, options, endpoint, key="launch_meta")
            if written is None:
                return
        _draw_start(page, options, endpoint, written)


def _draw_start(page: ProjectPage, options: PlanOptions, endpoint: Endpoint, written: MetaPrompts | None) -> None:
    with st.expander("Options: name, speed, length, budget, examples"):
        _draw_options(page, endpoint)
        few_shots = draw_few_shot_form(page, seed=options.seed, key="launch_few_shots")
    prompting = Prompting(options, endpoint, written, few_shots)
    total = sum(count_per_label(page.project.document, options).values())
    st.caption(escape(_describe(page, prompting, total)))
    st.button(
        f"Generate {total:,} text{'' if total == 1 else 's'}",
        type="primary",
        key="launch_start",
        icon=":material/play_arrow:",
        on_click=in_callback,
        args=(lambda: _launch(page, prompting),),
    )


def _draw_options(page: ProjectPage, endpoint: Endpoint) -> None:
    name, concurrency, timeout = st.columns(3)
    name.text_input("Name of the run", key="launch_name", placeholder="made from the method", max_chars=200)
    concurrency.number_input(
        "Requests at once",
        1,
        1_000,
        default_concurrency(endpoint),
        key="launch_concurrency",
        help="Start and ceiling; it falls by itself when the endpoint is overloaded.",
    )
    timeout.number_input("Seconds for one answer", 1, 3_600, 120, key="launch_timeout")
    temperature, max_tokens, penalty = st.columns(3)
    temperature.number_input(
        "Temperature",
        0.0,
        2.0,
        1.0,
        0.1,
        key="launch_temperature",
        disabled=not st.session_state.get("launch_send_temperature", True),
    )
    max_tokens.number_input("Longest answer, in tokens", 1, 100_000, 512, key="launch_max_tokens")
    penalty.number_input(
        "Repetition penalty",
        1.0,
        2.0,
        1.1 if endpoint.is_embedded else 1.0,
        0.05,
        key="launch_penalty",
        help="1 is none. The embedded model needs 1.1, or it repeats itself until the answer is cut.",
    )
    send_temperature, send_seed = st.columns(2)
    send_temperature.checkbox(
        "Send a temperature",
        True,
        key="launch_send_temperature",
        help="Some models, reasoning models above all, take no other than their own.",
    )
    send_seed.checkbox(
        "Send a seed",
        True,
        key="launch_send_seed",
        help="Each prompt has one; some endpoints refuse it. The plan is the same without.",
    )
    if refused := page.runtime.dialect_of(endpoint).describe():
        st.caption(escape(refused))
    budget, tokens = st.columns(2)
    budget.number_input(
        "Budget in USD",
        0.0,
        1e6,
        None,
        key="launch_budget",
        placeholder="none",
        help="The run ends when it is reached, with at most what is in flight above.",
    )
    tokens.number_input("Budget in tokens", 1, 10**10, None, key="launch_budget_tokens", placeholder="none")
    requests, per_minute = st.columns(2)
    requests.number_input("Requests a minute, at most", 1, 10**6, None, key="launch_rpm", placeholder="no limit")
    per_minute.number_input("Tokens a minute, at most", 1, 10**9, None, key="launch_tpm", placeholder="no limit")


def _describe(page: ProjectPage, prompting: Prompting, total: int) -> str:
    """Where the prompts go and what that will cost, as far as it is known."""
    document, options, endpoint = page.project.document, prompting.options, prompting.endpoint
    where = (
        "the embedded model, on this machine" if endpoint.is_embedded else f"{endpoint.model} at {endpoint.base_url}"
    )
    if total > ESTIMATED_UP_TO:
        return f"To {where}. The Prompts page counts the tokens of a plan this large."
    statistics = PlanStatistics(document, options)
    meta_prompts = prompting.written.prompts if prompting.written is not None else None
    for _ in statistics.watch(make_plan(document, options, meta_prompts=meta_prompts)):
        pass
    examples = 0
    if prompting.few_shots is not None:
        counts = count_per_label(document, options)
        examples = prompting.few_shots.estimate_tokens({document.labels[key].name: n for key, n in counts.items()})
    summary = statistics.summarise()
    prompts, answers = summary.estimated_prompt_tokens + examples, summary.estimated_completion_tokens
    rate = page.runtime.prices_for(page.project.id).find(endpoint.model, endpoint.base_url)
    cost = UNKNOWN if rate is None else rate.word(format_usd(rate.cost(prompts, answers)))
    return f"To {where}. About {prompts + answers:,} tokens, {cost}."


def _launch(page: ProjectPage, prompting: Prompting) -> str:
    state, endpoint = st.session_state, prompting.endpoint
    try:
        parameters = GenerationParameters(
            temperature=state["launch_temperature"] if state["launch_send_temperature"] else None,
            send_seed=state["launch_send_seed"],
            max_tokens=int(state["launch_max_tokens"]),
            repetition_penalty=state["launch_penalty"] if state["launch_penalty"] > 1 else None,
        )
        limits = RunLimits(
            concurrency=int(state["launch_concurrency"]),
            timeout=float(state["launch_timeout"]),
            budget=state["launch_budget"] or None,
            budget_tokens=state["launch_budget_tokens"],
            requests_per_minute=state["launch_rpm"],
            tokens_per_minute=state["launch_tpm"],
        )
    except ValidationError as error:
        raise InputError(explain_validation(error)) from error
    check_budget(page.runtime.prices_for(page.project.id), endpoint, limits)
    name = state["launch_name"].strip() or None
    written = prompting.written
    run = create_run(
        page.runtime.store,
        page.project,
        prompting.options,
        endpoint,
        name=name,
        parameters=parameters,
        limits=limits,
        meta_prompts=written.prompts if written is not None else None,
        few_shots=prompting.few_shots,
        facts=written.to_facts(None) if written is not None else None,
    )
    key = find_endpoint_key(endpoint)
    start_run(page.runtime, run.id, key)
    return f"{run.name}: {run.counters.planned:,} prompts on their way."


def draw_few_shot_form(page: ProjectPage, *, seed: int, key: str) -> FewShots | None:
    """Texts that are put before each prompt: gold, or what was accepted in Review; None for none.

    Raises:
        InputError: a class has no text that may be an example.
    """
    store = page.runtime.store
    by_name = {dataset.name: dataset for dataset in store.datasets.list_all(page.project.id) if dataset.rows}
    source, number = st.columns([2, 1])
    chosen = source.selectbox(
        "Examples in the prompts from",
        [NONE, *by_name],
        key=f"{key}_source",
        help="Gold texts, or texts accepted in Review, stand before each prompt of their class as earlier answers.",
    )
    per_class = number.number_input(
        "Examples per class", 1, MOST_PER_CLASS, 2, key=f"{key}_number", disabled=chosen == NONE
    )
    if chosen not in by_name:
        return None
    dataset = by_name[chosen]
    few_shots = choose_few_shots(store, page.project, dataset, int(per_class), seed=seed)
    if dataset.kind is DatasetKind.GOLD:
        st.caption(
            f"{len(few_shots.texts()):,} gold texts enter the prompts. Once launched, they are left out of every gold "
            "reference and test set."
        )
    return few_shots
