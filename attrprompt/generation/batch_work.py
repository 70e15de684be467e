"""Batches in the background: submitted and followed until their results are taken in, one run at a time each."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TYPE_CHECKING

from attrprompt.generation.batches.remote import BatchNews, cancel_batches, follow_batches, submit_batches
from attrprompt.llm.batch_client import BatchClient
from attrprompt.llm.chat import Endpoint
from attrprompt.records import BatchState, Run
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.store.jobs import Job

if TYPE_CHECKING:
    from pydantic import SecretStr

    from attrprompt.runtime.runtime import Runtime

KIND = "batch"


class BatchWork(BackgroundWork[BatchNews]):
    """The batches that one runtime submits and follows. What is done stays done when it ends with the process."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime, KIND, "The batches of this run are being looked after already.")

    def start(
        self, run: Run, key: SecretStr | None = None, *, submit: bool = False, cancel: bool = False
    ) -> Future[BatchNews]:
        """Submit what is pending where asked, then follow the run's batches; the future gives what came.

        Args:
            run: whose batches.
            key: for its endpoint.
            submit: send what can be asked for.
            cancel: ask the endpoint to end them; partial results are taken in.

        Raises:
            InputError: its batches are followed already.
        """

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[BatchNews, str]:
            client = BatchClient(Endpoint(run.endpoint, run.model, run.api_key_env or None), key)
            store = self._runtime.store
            try:
                if submit:
                    tell(0.0, "sending files")
                    await submit_batches(store, run.id, client)
                if cancel:
                    tell(0.0, "cancelling")
                    await cancel_batches(store, run.id, client)
                news = await follow_batches(store, run.id, client, stop=stop, tell=tell)
            finally:
                await client.close()
            return news, " ".join(news.problems)

        return self.begin(self._name(run), work)

    def of_run(self, run: Run) -> Job | None:
        """The newest work on a run's batches."""
        return self.find(self._name(run))

    def stop_following(self, run: Run) -> None:
        """Look no more for now; the batches go on at the endpoint."""
        self.stop(self._name(run))

    def should_follow(self, run: Run) -> bool:
        """Whether results are to be looked for and nobody does: also after a restart, not after a refusal or a stop."""
        if not self._runtime.store.batches.list_all(run.id, BatchState.SUBMITTED):
            return False
        job = self.of_run(run)
        return job is None or job.state == "done" or self.was_left_behind(self._name(run))

    def _name(self, run: Run) -> str:
        return f"run-{run.id}"
