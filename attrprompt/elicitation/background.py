"""Elicitation in the background: one request a project at a time, with the worker's encoder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from pydantic import SecretStr

from attrprompt.elicitation.class_filter.findings import Suggestion
from attrprompt.elicitation.class_filter.similar import find_similar_labels, set_similar_labels
from attrprompt.elicitation.requests import ElicitationRequest, Elicited, carry_out, ignore_progress
from attrprompt.encoding.cache import VectorCache, encode_cached
from attrprompt.encoding.encoder import REFERENCE, Encoder, EncoderSpec, Vectors
from attrprompt.encoding.open import open_encoder
from attrprompt.errors import WorkerError
from attrprompt.llm.chat import Endpoint
from attrprompt.project import Project
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import StoredProject
from attrprompt.store.jobs import JobState
from attrprompt.worker.encode import EncodeRequest

POLL_SECONDS = 0.1
KIND = "elicit"


class WorkerEncoder:
    """An encoder that lets the worker process encode, so that the app stays quick; an `Encoder`.

    Args:
        runtime: whose worker and cache it uses.
        gives_up: whether nobody waits for the vectors any more.
        spec: which encoder.
    """

    def __init__(self, runtime: Runtime, gives_up: Callable[[], bool], spec: EncoderSpec = REFERENCE) -> None:
        self._runtime, self._gives_up, self._spec = runtime, gives_up, spec
        self._cache = VectorCache(runtime.home)
        self._encoder: Encoder = open_encoder(spec, runtime.home)

    @property
    def id(self) -> str:
        """See `Encoder.id`."""
        return self._encoder.id

    @property
    def dimension(self) -> int:
        """See `Encoder.dimension`."""
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`; waits for the worker, so call it from a thread.

        Raises:
            WorkerError: the worker ended without a result, or it was given up.
        """
        wanted = list(dict.fromkeys(texts))
        job_id = self._runtime.submit_job(EncodeRequest(texts=tuple(wanted), encoder=self._spec))
        while (job := self._runtime.store.jobs.find(job_id)) is not None and job.is_open:
            if self._gives_up():
                self._runtime.cancel_job(job_id)
                raise WorkerError("It was stopped.")
            time.sleep(POLL_SECONDS)
        if job is None or job.state is not JobState.DONE:
            raise WorkerError(f"The texts could not be encoded. {job.message if job is not None else ''}".strip())
        return encode_cached(self._encoder, texts, self._cache)


class Elicitations(BackgroundWork[Elicited]):
    """The requests of one runtime."""

    def __init__(self, runtime: Runtime) -> None:
        busy = "A request to a model goes on in this project already. Wait for it, or stop it first."
        super().__init__(runtime, KIND, busy)

    def start(
        self,
        project: StoredProject,
        request: ElicitationRequest,
        endpoint: Endpoint,
        key: SecretStr | None = None,
        *,
        title: str,
    ) -> Future[Elicited]:
        """Begin a request in the background.

        Args:
            project: as it stands now.
            request: what is wanted.
            endpoint: who is asked.
            key: its key, kept in memory only.
            title: what it is called while it goes on.

        Raises:
            InputError: a request of this project goes on already.
        """

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[Elicited, str]:
            elicited = await carry_out_with(self._runtime, project, request, endpoint, key, stop=stop, tell=tell)
            return elicited, describe_outcome(elicited, stopped=stop.is_set())

        return self.begin(project.id, work, title=title)

    def find_similar(self, project: StoredProject, *, actor: str) -> Future[Elicited]:
        """Find by embedding which labels are easily confused, and save them for the labels that have none; one edit.

        Raises:
            InputError: a request of this project goes on already.
        """

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[Elicited, str]:
            tell(0.0, "labels and values are compared by embedding")
            document = await asyncio.to_thread(self._add_similar, project.document, stop)
            changed = sum(label != project.document.labels.get(key) for key, label in document.labels.items())
            summary = f"{changed} label{'' if changed == 1 else 's'} given those that they are easily confused with"
            self._runtime.store.projects.save(
                project.id, project, document, actor=actor, source="embedding", summary=summary
            )
            return Elicited(), f"{summary}. Change them as you see fit, or undo."

        return self.begin(project.id, work, title="Similar labels")

    def _add_similar(self, document: Project, stop: asyncio.Event) -> Project:
        encoder = WorkerEncoder(self._runtime, stop.is_set)
        return set_similar_labels(document, find_similar_labels(document, encoder))


async def carry_out_with(
    runtime: Runtime,
    project: StoredProject,
    request: ElicitationRequest,
    endpoint: Endpoint,
    key: SecretStr | None,
    *,
    stop: asyncio.Event | None = None,
    tell: Tell = ignore_progress,
) -> Elicited:
    """Carry out a request with a client and an encoder of this runtime; `tell` as in `carry_out`.

    Raises:
        AttrPromptError: see `carry_out`.
    """

    def gives_up() -> bool:
        return stop is not None and stop.is_set()

    client = runtime.make_client(endpoint, key)
    request = replace(request, limit=request.limit.at(endpoint))
    try:
        return await carry_out(
            runtime.store,
            project,
            request,
            client,
            endpoint.model,
            encoder=await asyncio.to_thread(WorkerEncoder, runtime, gives_up) if request.embeds else None,
            stop=stop,
            tell=tell,
        )
    finally:
        await client.close()


def describe_outcome(elicited: Elicited, *, stopped: bool) -> str:
    """What came of a request, in a sentence or more."""
    found = len(elicited.proposal_ids)
    if elicited.findings:
        drops = sum(finding.suggestion is Suggestion.DROP for finding in elicited.findings)
        text = f"{drops} of {found} checked value{'' if found == 1 else 's'} suggested to drop."
    else:
        text = f"{found} proposal{'' if found == 1 else 's'} to decide on."
    if stopped:
        return f"{text} Stopped before the rest was asked."
    if elicited.dropped:
        text = f"{text} {len(elicited.dropped)} that came back were there already or unusable."
    if elicited.problems:
        text = f"{text} {' '.join(elicited.problems[:3])}"
        if len(elicited.problems) > 3:
            text = f"{text} And {len(elicited.problems) - 3} remarks more."
    return text
