"""Questions to a model about single texts, asked in the background: every answer is stored when it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from pydantic import SecretStr

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.asking import PatientClient, work_concurrently
from attrprompt.llm.chat import ChatRequest, Endpoint, Message
from attrprompt.llm.prices import UNKNOWN, PriceTable, format_usd
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.runtime.runtime import Runtime
from attrprompt.store.answers import StoredAnswer

KIND = "zero-shot"


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
        """Estimated tokens of all answers."""
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
            came = await self._ask(project_id, questionnaire, left, len(known), key, concurrency, stop, tell)
            return came, f"{len(known) + came:,} of {len(questionnaire.questions):,} texts answered"

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
    ) -> int:
        client = self._runtime.make_client(questionnaire.endpoint, key)
        patient = PatientClient(client)
        by_key = {question.key: question for question in left}
        wanted = len(questionnaire.questions)
        came = 0

        async def ask(name: str) -> None:
            self._runtime.store.answers.add(project_id, await ask_one(patient, questionnaire, by_key[name]))

        try:
            async for _ in work_concurrently(list(by_key), ask, concurrency=concurrency, stop=stop):
                came += 1
                done = begun + came
                tell(done / wanted, f"{done:,} of {wanted:,} texts answered")
        finally:
            await client.close()
        return came


async def ask_one(client: PatientClient, questionnaire: Questionnaire, question: Question) -> StoredAnswer:
    """The answer to one question; a request that the endpoint refuses for what it says is an answer without text.

    Raises:
        ProviderError: the endpoint failed for good; what was answered is kept.
    """
    try:
        reply = await client.complete(questionnaire.make_request(question))
    except ProviderError as failure:
        if failure.kind is not ErrorKind.BAD_REQUEST:
            raise
        return StoredAnswer(question.key, questionnaire.endpoint.model, "", str(failure), 0, 0)
    return StoredAnswer(
        question.key, reply.model, reply.text, "", reply.prompt_tokens or 0, reply.completion_tokens or 0
    )
