"""What a job gets beside its request: the home's store and caches, and how it tells of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from attrprompt.encoding.cache import VectorCache, encode_cached
from attrprompt.encoding.encoder import Encoder, EncoderSpec, Vectors
from attrprompt.encoding.open import open_encoder
from attrprompt.errors import StopCheck, WorkerError
from attrprompt.settings import load_settings
from attrprompt.store import Store

ENCODING_SHARE = 0.4
"""Of the progress bar, for encoding before the figures."""


def _report_nothing(fraction: float, message: str) -> None:
    pass


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class JobContext:
    """The surroundings of one job.

    Attributes:
        home: folder of the database and the caches.
        progress: says how far it is, 0 to 1, and what it does.
        cancelled: whether to give up; in the worker a cancel ends the process instead.
        threads: how many it may use; None for all cores.
        api_key: for an endpoint that the job asks; it stands in no payload and no result.
    """

    home: Path
    progress: Callable[[float, str], None] = _report_nothing
    cancelled: Callable[[], bool] = _never
    threads: int | None = None
    api_key: SecretStr | None = None

    @contextmanager
    def open_store(self) -> Iterator[Store]:
        """The home's store, for as long as the block lasts.

        Raises:
            StoreError: the home or its database cannot be used.
        """
        store = Store(self.home, load_settings(self.home).database_url)
        try:
            yield store
        finally:
            store.close()

    def open_encoder(self, spec: EncoderSpec) -> Encoder:
        """The encoder of this description, with this job's threads and key; nothing is loaded before it encodes."""
        return open_encoder(spec, self.home, threads=self.threads, api_key=self.api_key)

    def encode(
        self, spec: EncoderSpec, texts: Sequence[str], *, begin: float = 0.0, end: float = ENCODING_SHARE
    ) -> Vectors:
        """The unit vectors of these texts, `(n, dimension)`, in their order; only those not in the cache are encoded.

        Args:
            begin: where the progress bar stands before, 0 to 1.
            end: where it stands after.

        Raises:
            WorkerError: the job was cancelled; what was encoded until then stays in the cache.
        """
        part = self.narrow(begin, end)
        return encode_cached(self.open_encoder(spec), texts, VectorCache(self.home), part.progress, self.cancelled)

    def narrow(self, begin: float, end: float, prefix: str = "") -> JobContext:
        """The same for a part of the work, whose 0 to 1 is `begin` to `end` of the whole; its words get a prefix."""
        tell = self.progress
        return replace(self, progress=lambda share, doing: tell(begin + share * (end - begin), f"{prefix}{doing}"))

    def make_check(self, what: str) -> StopCheck:
        """A check for long loops that raises `WorkerError` once the job is given up.

        Args:
            what: what was stopped, for people: "The search for duplicates".
        """

        def check() -> None:
            if self.cancelled():
                raise WorkerError(f"{what} was stopped.")

        return check
