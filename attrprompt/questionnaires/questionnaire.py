"""Questions to a model about single texts, asked in the background: every answer is stored when it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from pydantic import SecretStr

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.answers.thinking import explain_only_thinking, split_thinking
from attrprompt.llm.asking import PatientClient, work_concurrently
from attrprompt.llm.chat import ChatRequest, Endpoint, Message
from attrprompt.llm.prices import UNKNOWN, PriceTable, format_usd
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.runtime.runtime import Runtime
from attrprompt.store.answers import StoredAnswer

KIND = "zero-shot"
MOST_SILENT = 3
"""Where so many first questions bring nothing but thinking, the others would too."""


class Question(Protocol):
    """What is asked about one text."""

    @property
    def key(self) -> str:
        """Hash of what is asked of whom; the answer is kept under it."""
        ...

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is sent."""
        ...


class Questionnaire(Protocol):
    """Questions to one model, each answered by itself."""

    @property
    def endpoint(self) -> Endpoint:
        """Who is asked."""
        ...

    @property
    def questions(self) -> Sequence[Question]:
        """What is asked."""
        ...

    @property
    def prompt_tokens(self) -> int:
        """Estimated tokens of all questions."""
        ...

    @property
    def completion_tokens(self) -> int:
        """Estimated tokens of all answers, without what a model thinks before them."""
        ...

    def make_request(self, question: Question) -> ChatRequest:
        """What is sent for one of the questions."""
        ...


def describe_cost(questionnaire: Questionnaire, left: int, prices: PriceTable) -> str:
    """About how many tokens and how much money the questions that are left take."""
    share = left / len(questionnaire.questions)
    prompt, completion = round(questionnaire.prompt_tokens * share), round(questionnaire.completion_tokens * share)
    rate = prices.find(questionnaire.endpoint.model, questionnaire.endpoint.base_url)
    cost = UNKNOWN if rate is None else rate.word(f"about {format_usd(rate.cost(prompt, completion))}")
    return f"about {prompt + completion:,} tokens, {cost}"


class Questionnaires(BackgroundWork[int]):
    """What one runtime asks about single texts, one questionnaire at a time in a project."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(
            runtime, KIND, "A model is asked about this project's texts already. Wait, or stop that first."
        )

    def start(
        self, project_id: str, questionnaire: Questionnaire, key: SecretStr | None = None, *, concurrency: int
    ) -> Future[int]:
        """Ask what has no stored answer yet; the future gives the number of answers that came.

        A text for which the model only thinks is asked about once; it has no answer then and can be asked about later.

        Raises:
            InputError: nothing is left to ask, or something is being asked already.
        """
        known = self._runtime.store.answers.find(project_id, (question.key for question in questionnaire.questions))
        left = [question for question in questionnaire.questions if question.key not in known]
        if not left:
            raise InputError("Every text has its answer already.")
        if questionnaire.endpoint.is_embedded:
            self._runtime.embedded().start()  # so that a missing package or file is said at once

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[int, str]:
            came, gave_up = await self._ask(project_id, questionnaire, left, len(known), key, concurrency, stop, tell)
            outcome = f"{len(known) + came:,} of {len(questionnaire.questions):,} texts answered"
            return came, f"{outcome}. {gave_up}" if gave_up else outcome

        return self.begin(project_id, work, title=questionnaire.endpoint.model)

    async def _ask(
        self,
        project_id: str,
        questionnaire: Questionnaire,
        left: Sequence[Question],
        begun: int,
        key: SecretStr | None,
        concurrency: int,
        stop: asyncio.Event,
        tell: Tell,
    ) -> tuple[int, str]:
        """How many answers came, and why others did not although the model replied."""
        client = self._runtime.make_client(questionnaire.endpoint, key)
        patient = PatientClient(client)
        by_key = {question.key: question for question in left}
        wanted = len(questionnaire.questions)
        came, silent, reason = 0, 0, ""

        async def ask(name: str) -> str:
            answer = await ask_one(patient, questionnaire, by_key[name])
            if isinstance(answer, str):
                return answer
            self._runtime.store.answers.add(project_id, answer)
            return ""

        try:
            async for gave_up in work_concurrently(list(by_key), ask, concurrency=concurrency, stop=stop):
                came += not gave_up
                silent += bool(gave_up)
                reason = reason or gave_up
                if silent >= MOST_SILENT and not begun + came:
                    raise ProviderError(reason, kind=ErrorKind.ONLY_THINKING)
                done = begun + came
                tell(done / wanted, f"{done:,} of {wanted:,} texts answered")
        finally:
            await client.close()
        return came, f"{silent:,} got no answer: {reason}" if silent else ""


async def ask_one(client: PatientClient, questionnaire: Questionnaire, question: Question) -> StoredAnswer | str:
    """The answer to one question, or why there is none although the model replied: it did nothing but think.

    A request that the endpoint refuses for what it says is an answer without text.

    Raises:
        ProviderError: the endpoint failed for good; what was answered is kept.
    """
    request = questionnaire.make_request(question)
    try:
        reply = await client.complete(request)
    except ProviderError as failure:
        if failure.kind is not ErrorKind.BAD_REQUEST:
            raise
        return StoredAnswer(question.key, questionnaire.endpoint.model, "", str(failure), 0, 0)
    if reply.is_only_thinking:
        return explain_only_thinking(request.max_tokens, is_cut=reply.finish_reason != "stop")
    return StoredAnswer(
        question.key, reply.model, reply.raw, "", reply.prompt_tokens or 0, reply.completion_tokens or 0
    )


def read_answer(answer: StoredAnswer) -> str:
    """What was answered; an answer is kept with what the model thought before it."""
    return split_thinking(answer.raw).text
