"""The model's half of the class-aware filter: does a value fit a similar label just as well? Yes, no, or no verdict."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from enum import StrEnum

from attrprompt.errors import ProviderError
from attrprompt.llm.answers.thinking import explain_only_thinking
from attrprompt.llm.asking import PASSING, RawReply, be_patient, keep_failure, keep_reply
from attrprompt.llm.chat import ChatClient, ChatRequest, Message
from attrprompt.llm.tokens import ROOM_TO_THINK
from attrprompt.project import Project

TRIES = 2
TEMPERATURE = 0.0
ANSWER_TOKENS = 64
_YES, _NO = frozenset({"yes", "1", "true"}), frozenset({"no", "0", "false"})


class Verdict(StrEnum):
    """What the model said to `does it fit the other label as well?`."""

    YES = "yes"
    NO = "no"
    NONE = "no verdict"


@dataclass(frozen=True)
class AskedVerdict:
    """A verdict with the replies it was read from; `gave_up` says why there is none although the model replied."""

    verdict: Verdict
    replies: tuple[RawReply, ...]
    gave_up: str = ""


def read_verdict(reply: str) -> Verdict:
    """Yes or no where the reply's first word says so and no later word says the opposite; otherwise no verdict.

    `1` and `0` count as yes and no, as do JSON forms like `{"answer": "yes"}`.
    """
    words = [word for word in re.findall(r"[a-z0-9]+", reply.lower()) if word not in {"json", "answer", "verdict"}]
    if not words:
        return Verdict.NONE
    says = {word for word in words if word in {"yes", "no"}}
    for verdict, signs in ((Verdict.YES, _YES), (Verdict.NO, _NO)):
        if words[0] in signs and not says - {verdict.value}:
            return verdict
    return Verdict.NONE


def ask_about(project: Project, dimension_id: str, label_id: str, value_text: str, similar_id: str) -> list[Message]:
    """The question about one value and one similar label."""
    task = project.task
    own, other = project.labels[label_id], project.labels[similar_id]
    meanings = "".join(
        f"\nThe category '{label.title}' means: {label.description}" for label in (own, other) if label.description
    )
    source = f" from {task.source}" if task.source else ""
    dimension = project.dimensions[dimension_id].name.replace("_", " ")
    return [
        {
            "role": "user",
            "content": (
                f"We sort each {task.text}{source} into one category. In the category '{own.title}' we want a "
                f"{task.text} whose {dimension} is: {value_text}{meanings}\n"
                f"Could such a {task.text} just as well belong to the category '{other.title}', so that a reader "
                "could not be sure which of the two is meant?\nAnswer with one word: yes or no."
            ),
        }
    ]


class Questioner:
    """Puts questions to a model, at most so many at the same time."""

    def __init__(
        self, client: ChatClient, model: str, *, max_tokens: int = ANSWER_TOKENS + ROOM_TO_THINK, concurrency: int = 8
    ) -> None:
        self._client = be_patient(client)
        self._model = model
        self._max_tokens = max_tokens
        self._slots = asyncio.Semaphore(max(1, concurrency))

    async def ask(self, messages: list[Message]) -> AskedVerdict:
        """The verdict; see `ask_verdict`."""
        async with self._slots:
            return await ask_verdict(self._client, self._model, messages, max_tokens=self._max_tokens)


async def ask_verdict(
    client: ChatClient, model: str, messages: list[Message], *, max_tokens: int = ANSWER_TOKENS + ROOM_TO_THINK
) -> AskedVerdict:
    """Put the question; a reply that is neither yes nor no is asked for once more, one that is only thinking is not.

    A failure that may pass but did not is no verdict either, so that one question does not cost all other answers.

    Raises:
        ProviderError: the endpoint refuses for good.
    """
    replies: list[RawReply] = []
    for attempt in range(TRIES):
        request = ChatRequest(messages, model, temperature=TEMPERATURE, max_tokens=max_tokens, seed=attempt)
        try:
            reply = await client.complete(request)
        except ProviderError as failure:
            if failure.kind not in PASSING:
                raise
            replies.append(keep_failure(messages, model, failure))
            break
        if reply.is_only_thinking:
            problem = explain_only_thinking(max_tokens, is_cut=reply.finish_reason != "stop")
            return AskedVerdict(Verdict.NONE, (*replies, keep_reply(messages, reply, problem)), problem)
        verdict = read_verdict(reply.text)
        problem = "neither yes nor no" if verdict is Verdict.NONE else ""
        replies.append(keep_reply(messages, reply, problem))
        if verdict is not Verdict.NONE:
            return AskedVerdict(verdict, tuple(replies))
    return AskedVerdict(Verdict.NONE, tuple(replies))
