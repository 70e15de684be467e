"""MetaPrompt: the model itself writes the generation prompts of a class, without attributes; they are used in turn.

The paper names this baseline without publishing its code; the request is the project's MetaPrompt template.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from attrprompt.edits import clean_line
from attrprompt.errors import InputError, ProviderError
from attrprompt.llm.answers.structured import refuse_empty
from attrprompt.llm.asking import PASSING, RawReply, ask_by_example, ask_in_form, be_patient, work_concurrently
from attrprompt.llm.chat import ChatClient, ChatRequest, Message
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.project import Method, Project, fold_text
from attrprompt.prompts.rendering import PromptRenderer
from attrprompt.sampling import LabelSet

MOST_PROMPTS = 100
ROUNDS = 4
FEWEST_WORDS = 4
LONGEST_PROMPT = 4_000
TOKENS_PER_PROMPT = 90
FEWEST_TOKENS = 300
PLAIN_PENALTY = 1.12


class WrittenPrompts(BaseModel):
    """The form of the model's answer."""

    prompts: Annotated[list[str], AfterValidator(refuse_empty)]


@dataclass(frozen=True)
class MetaPromptSet:
    """The prompts that the model wrote for one label set, with every reply as it came.

    Attributes:
        label_ids: the label, or the labels of a multi-label text.
        prompts: at most as many as were asked for, none twice.
        replies: every reply, the unreadable ones with the reason.
        problems: sentences for the person; empty where all went well.
    """

    label_ids: LabelSet
    prompts: tuple[str, ...]
    replies: tuple[RawReply, ...]
    problems: tuple[str, ...]

    @property
    def key(self) -> str:
        """The label ids joined with `+`, as `make_plan` looks them up."""
        return "+".join(self.label_ids)


async def write_meta_prompts(
    client: ChatClient,
    model: str,
    project: Project,
    k: int,
    *,
    label_sets: Iterable[LabelSet] | None = None,
    is_plain: bool = False,
    temperature: float = 1.0,
    limit: TokenLimit = DEFAULT_LIMIT,
    seed: int | None = None,
    concurrency: int = 4,
    stop: asyncio.Event | None = None,
    on_done: Callable[[int, int], None] | None = None,
) -> list[MetaPromptSet]:
    """Have the model write k generation prompts for each label set; fewer come back where it repeats itself.

    Args:
        client: what is asked; passing failures are waited out.
        model: its name there.
        project: the document.
        k: prompts per label set.
        label_sets: those of a plan (`plan_label_sets`); None means each label alone.
        is_plain: ask without structured output, as suits small models that a schema makes repeat themselves.
        temperature: as for any generation.
        limit: most tokens of a reply; with `is_plain` there is no room to think.
        seed: of the first request; the others count on from it.
        concurrency: label sets at a time.
        stop: when set, no further request is begun; what has come is kept.
        on_done: told how many label sets are done, of how many.

    Returns:
        One entry per label set that was begun, in their order. A set whose requests fail in a passing way has the
        failure among its problems.

    Raises:
        InputError: k is out of range, or the project has no label.
        ProviderError: the endpoint refuses for good (key, model, request).
    """
    if not 1 <= k <= MOST_PROMPTS:
        raise InputError(f"MetaPrompt writes 1 to {MOST_PROMPTS} prompts a class, not {k}.")
    sets = {
        "+".join(label_set): tuple(label_set)
        for label_set in label_sets or [(label_id,) for label_id, _ in project.ordered_labels()]
    }
    if not sets:
        raise InputError("The project has no label yet. Add at least one before writing prompts.")
    renderer = PromptRenderer(project, Method.METAPROMPT)
    patient = be_patient(client)
    keys = list(sets)

    async def work(key: str) -> MetaPromptSet:
        writer = _Writer(project, renderer, sets[key], k)
        first = None if seed is None else seed + ROUNDS * keys.index(key)
        for round_number in range(ROUNDS):
            if writer.missing == 0 or (stop is not None and stop.is_set()):
                break
            request = ChatRequest(
                messages=writer.ask(),
                model=model,
                temperature=temperature,
                repetition_penalty=PLAIN_PENALTY if is_plain else None,
                max_tokens=(limit.without_room() if is_plain else limit).for_answer(
                    max(FEWEST_TOKENS, TOKENS_PER_PROMPT * writer.missing)
                ),
                seed=None if first is None else first + round_number,
            )
            try:
                answer = await (ask_by_example if is_plain else ask_in_form)(patient, request, WrittenPrompts)
            except ProviderError as failure:
                if failure.kind not in PASSING:
                    raise
                return writer.finish(str(failure))
            writer.replies += answer.replies
            if answer.is_only_thinking:
                return writer.finish(answer.problem)
            written = answer.value.prompts if answer.value is not None else []
            writer.take(written[:-1] if answer.is_cut and len(written) > 1 else written)
        return writer.finish()

    found: dict[str, MetaPromptSet] = {}
    async for done in work_concurrently(keys, work, concurrency=concurrency, stop=stop):
        found[done.key] = done
        if on_done is not None:
            on_done(len(found), len(keys))
    return [found[key] for key in keys if key in found]


class _Writer:
    """The prompts of one label set as they come in."""

    def __init__(self, project: Project, renderer: PromptRenderer, label_ids: LabelSet, k: int) -> None:
        self._project, self._renderer, self._label_ids, self._k = project, renderer, label_ids, k
        self._taken: dict[str, str] = {}
        self.replies: tuple[RawReply, ...] = ()

    @property
    def missing(self) -> int:
        """How many are still wanted."""
        return self._k - len(self._taken)

    def ask(self) -> list[Message]:
        """The request for those that are missing."""
        text = self._renderer.render(self._label_ids, count=self.missing)
        if self._taken:
            there = "\n".join(f"- {prompt}" for prompt in list(self._taken.values())[-20:])
            text = f"{text}\n\nThese are there already; do not repeat them:\n{there}"
        system = self._renderer.render_system(self._label_ids)
        messages: list[Message] = [{"role": "system", "content": system}] if system else []
        return [*messages, {"role": "user", "content": text}]

    def take(self, prompts: Sequence[str]) -> None:
        """Keep what is new and can be a prompt."""
        for raw in prompts:
            prompt = clean_line(raw)
            if len(prompt.split()) >= FEWEST_WORDS and len(prompt) <= LONGEST_PROMPT and self.missing:
                self._taken.setdefault(fold_text(prompt), prompt)

    def finish(self, failure: str = "") -> MetaPromptSet:
        """What came of it, with sentences where it is less than was asked for."""
        problems = [failure] if failure else []
        if self.missing:
            title = " and ".join(self._project.labels[label_id].title for label_id in self._label_ids)
            problems.append(f"{title}: {len(self._taken)} of {self._k} prompts after {len(self.replies)} replies.")
        return MetaPromptSet(self._label_ids, tuple(self._taken.values()), self.replies, tuple(problems))
