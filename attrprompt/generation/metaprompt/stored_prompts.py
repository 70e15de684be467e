"""The generation prompts that a model wrote for a project: kept with it by model, shown, and used by plans.

They are no content of the project: another model writes others. Every reply is kept as it came, so that their tokens
count among those that a method costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

from attrprompt.elicitation.questions import Way
from attrprompt.elicitation.requests import suggest_way
from attrprompt.generation.metaprompt.writing import write_meta_prompts
from attrprompt.generation.plans.plan import PlanOptions, plan_label_sets
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.project import Method
from attrprompt.prompts.rendering import PromptRenderer
from attrprompt.records import hash_text
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.runtime.runtime import Runtime
from attrprompt.sampling import LabelSet
from attrprompt.store import Store, StoredProject

SETTING = "meta_prompts"
PURPOSE = "metaprompt"
DEFAULT_COUNT = 5
KIND = "metaprompt"


@dataclass(frozen=True)
class MetaPrompts:
    """What one model wrote.

    Attributes:
        model: its name.
        prompts: label ids joined with `+` to prompts, as `make_plan` takes them.
        asked: label ids likewise to a hash of the request that the prompts answer.
        prompt_tokens: of all requests, as far as the endpoint counts them.
        completion_tokens: likewise.
        problems: sentences for the person about the last writing.
    """

    model: str
    prompts: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, str] = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    problems: tuple[str, ...] = ()

    def take(self, count: int | None) -> dict[str, tuple[str, ...]]:
        """The first so many prompts of each class; None takes all."""
        return {key: texts[:count] for key, texts in self.prompts.items()}

    def to_facts(self, count: int | None) -> dict[str, object]:
        """What a run keeps of them."""
        tokens = {"prompt": self.prompt_tokens, "completion": self.completion_tokens}
        return {SETTING: {"model": self.model, "per_class": count, "tokens": tokens}}


def read_meta_prompts(project: StoredProject, model: str) -> MetaPrompts:
    """What this model wrote for this project so far."""
    kept = (project.settings.get(SETTING) or {}).get(model)
    if kept is None:
        return MetaPrompts(model, {})
    return MetaPrompts(
        model,
        {key: tuple(texts) for key, texts in kept["prompts"].items()},
        kept.get("asked") or {},
        kept["prompt_tokens"],
        kept["completion_tokens"],
        tuple(kept["problems"]),
    )


def find_unwritten(
    project: StoredProject, options: PlanOptions, written: MetaPrompts, count: int | None
) -> list[LabelSet]:
    """The classes of a plan with fewer prompts than wanted; None wants at least one."""
    if options.method is not Method.METAPROMPT:
        return []
    sets = plan_label_sets(project.document, options)
    return [dataset for dataset in sets if len(written.prompts.get("+".join(dataset), ())) < (count or 1)]


def find_stale(project: StoredProject, options: PlanOptions, written: MetaPrompts) -> list[LabelSet]:
    """The classes of a plan whose prompts answer another request: the task, the label or the template changed since."""
    if options.method is not Method.METAPROMPT:
        return []
    renderer = PromptRenderer(project.document, Method.METAPROMPT)
    sets = [
        label_set for label_set in plan_label_sets(project.document, options) if "+".join(label_set) in written.prompts
    ]
    return [
        label_set for label_set in sets if written.asked.get("+".join(label_set)) != _hash_request(renderer, label_set)
    ]


async def write_and_keep(
    runtime: Runtime,
    project: StoredProject,
    label_sets: Sequence[LabelSet],
    count: int,
    endpoint: Endpoint,
    key: SecretStr | None,
    *,
    limit: TokenLimit = DEFAULT_LIMIT,
    stop: asyncio.Event | None = None,
    on_done: Callable[[int, int], None] | None = None,
) -> MetaPrompts:
    """Have the model write prompts for these classes and keep them in place of earlier ones.

    Raises:
        InputError: the number is out of range.
        ProviderError: the endpoint refuses for good.
    """
    client = runtime.make_client(endpoint, key)
    try:
        found = await write_meta_prompts(
            client,
            endpoint.model,
            project.document,
            count,
            label_sets=label_sets,
            is_plain=suggest_way(endpoint) is Way.BY_EXAMPLE,
            limit=limit,
            stop=stop,
            on_done=on_done,
        )
    finally:
        await client.close()
    replies = [reply for entry in found for reply in entry.replies]
    for reply in replies:
        runtime.store.replies.add(project.id, PURPOSE, reply)
    before = read_meta_prompts(runtime.store.projects.load(project.id), endpoint.model)
    renderer = PromptRenderer(project.document, Method.METAPROMPT)
    new = [entry for entry in found if entry.prompts]
    written = MetaPrompts(
        endpoint.model,
        {**before.prompts, **{entry.key: entry.prompts for entry in new}},
        {
            **before.asked,
            **{entry.key: _hash_request(renderer, entry.label_ids) for entry in new},
        },
        before.prompt_tokens + sum(reply.prompt_tokens for reply in replies),
        before.completion_tokens + sum(reply.completion_tokens for reply in replies),
        tuple(problem for entry in found for problem in entry.problems),
    )
    _keep(runtime.store, project.id, written)
    return written


def _keep(store: Store, project_id: str, written: MetaPrompts) -> None:
    entry = {
        "prompts": {key: list(texts) for key, texts in written.prompts.items()},
        "asked": dict(written.asked),
        "prompt_tokens": written.prompt_tokens,
        "completion_tokens": written.completion_tokens,
        "problems": list(written.problems),
    }
    kept = store.projects.load(project_id).settings.get(SETTING) or {}
    store.projects.save_settings(project_id, {SETTING: {**kept, written.model: entry}})


def _hash_request(renderer: PromptRenderer, label_ids: LabelSet) -> str:
    return hash_text(f"{renderer.render_system(label_ids, {})}\n{renderer.render(label_ids, {})}")


class MetaWritings(BackgroundWork[MetaPrompts]):
    """The writings of one runtime."""

    def __init__(self, runtime: Runtime) -> None:
        busy = "Prompts of this project are being written already. Wait for them, or stop that first."
        super().__init__(runtime, KIND, busy)

    def start(
        self,
        project: StoredProject,
        label_sets: Sequence[LabelSet],
        count: int,
        endpoint: Endpoint,
        key: SecretStr | None = None,
        *,
        limit: TokenLimit = DEFAULT_LIMIT,
    ) -> None:
        """Begin to write in the background.

        Raises:
            InputError: prompts of this project are being written already, or the embedded model cannot start.
        """
        if endpoint.is_embedded:
            self._runtime.embedded().start()  # so that a missing package or file is said at once

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[MetaPrompts, str]:
            written = await write_and_keep(
                self._runtime,
                project,
                label_sets,
                count,
                endpoint,
                key,
                limit=limit,
                stop=stop,
                on_done=lambda done, of: tell(done / of, f"{done} of {of} classes"),
            )
            return written, ""

        self.begin(project.id, work)
