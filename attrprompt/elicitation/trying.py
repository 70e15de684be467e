"""Try a value before it is accepted: one text with it, as a run would ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attrprompt import edits
from attrprompt.edits import ValueDraft
from attrprompt.edits.parts import get_dimension, get_label
from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.answers.thinking import explain_only_thinking
from attrprompt.llm.asking import be_patient
from attrprompt.llm.chat import ChatClient, ChatReply, ChatRequest, Message
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.project import Method, Project, attribute_texts, fold_text
from attrprompt.prompts.rendering import PromptRenderer
from attrprompt.sampling import Sampler, sample_configurations

ANSWER_TOKENS = 512


@dataclass(frozen=True)
class TriedValue:
    """One text with a value on trial.

    Attributes:
        attributes: the whole configuration, dimension to value text.
        reply: the text and what the endpoint said about it.
    """

    label_id: str
    attributes: Mapping[str, str]
    prompt: str
    reply: ChatReply


@dataclass(frozen=True)
class Trial:
    """The prompt of a text with a value on trial, before anything is asked."""

    label_id: str
    attributes: Mapping[str, str]
    messages: tuple[Message, ...]

    @property
    def prompt(self) -> str:
        """The user's message."""
        return self.messages[-1]["content"]


def plan_trial(
    project: Project, dimension_id: str, value: str | ValueDraft, label_id: str | None = None, *, seed: int = 0
) -> Trial:
    """The AttrPrompt prompt of one text that takes this value; the other dimensions take drawn ones.

    The value need not be in the project, and the project stays as it is. Another seed draws another configuration.

    Raises:
        InputError: the dimension or label is gone, a rule is broken, or no configuration allows the value.
    """
    import numpy as np

    dimension = get_dimension(project, dimension_id)
    if label_id is None and dimension.class_dependent:
        raise InputError(f"'{dimension.name}' has values per label: choose the label to try the value with.")
    if not project.labels:
        raise InputError("Add a label first: a text is always written for a label.")
    rng = np.random.default_rng(seed)
    label_ids = [key for key, _ in project.ordered_labels()]
    chosen = label_ids[int(rng.integers(len(label_ids)))] if label_id is None else label_id
    get_label(project, chosen)
    added = edits.add_values(project, dimension_id, [value], labels=[chosen] if dimension.class_dependent else [])
    value_id = added.ids[0] if added.ids else _find_value(project, dimension_id, value, chosen)
    [configuration] = sample_configurations(
        added.project, [chosen], 1, Sampler.INDEPENDENT, rng, fixed={dimension_id: value_id}
    )
    renderer = PromptRenderer(added.project, Method.ATTRPROMPT)
    messages: list[Message] = [{"role": "user", "content": renderer.render([chosen], configuration)}]
    system = renderer.render_system([chosen], configuration)
    if system:
        messages.insert(0, {"role": "system", "content": system})
    return Trial(chosen, attribute_texts(added.project, configuration), tuple(messages))


async def try_value(
    client: ChatClient, model: str, trial: Trial, *, temperature: float = 1.0, limit: TokenLimit = DEFAULT_LIMIT
) -> TriedValue:
    """Have the text of a trial written.

    Raises:
        ProviderError: the endpoint failed for good, or the model did nothing but think.
    """
    most = limit.for_answer(ANSWER_TOKENS)
    reply = await be_patient(client).complete(
        ChatRequest(trial.messages, model, temperature=temperature, max_tokens=most)
    )
    if reply.is_only_thinking:
        sentence = explain_only_thinking(most, is_cut=reply.finish_reason != "stop")
        raise ProviderError(sentence, kind=ErrorKind.ONLY_THINKING)
    return TriedValue(trial.label_id, trial.attributes, trial.prompt, reply)


def _find_value(project: Project, dimension_id: str, value: str | ValueDraft, label_id: str) -> str:
    text = fold_text(value if isinstance(value, str) else value.text)
    for value_id, there in get_dimension(project, dimension_id).values_for(label_id):
        if fold_text(there.text) == text:
            return value_id
    raise InputError("The value is blank. Write what the text shall take.")
