"""OpenAI's Batch API, the way out: what is pending of a run as files of requests.

A line asks for one item; its `custom_id` names run and item, so a result finds its item whenever it comes. Files end
at the limits of the API (50,000 requests, 200 MB). The items of a file wait for its results from the moment it exists:
sending them in any other way would pay for them twice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from attrprompt.errors import InputError
from attrprompt.generation.item_requests import ItemTranslator
from attrprompt.generation.run_options import NOTES, read_notes
from attrprompt.llm.answers.completions import build_chat_body
from attrprompt.llm.chat import Endpoint
from attrprompt.records import WAITING, BatchState, Run, RunState
from attrprompt.runtime.dialects import open_dialect
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.store import Store
from attrprompt.store.locks import run_lock

MOST_REQUESTS = 50_000
MOST_BYTES = 200 * 1000 * 1000
URL = "/v1/chat/completions"


@dataclass(frozen=True)
class BatchFiles:
    """What an export wrote."""

    paths: tuple[Path, ...]
    requests: int


def export_batch(
    store: Store,
    run: Run,
    folder: Path,
    *,
    state: BatchState = BatchState.EXPORTED,
    most_requests: int = MOST_REQUESTS,
    most_bytes: int = MOST_BYTES,
) -> BatchFiles:
    """Write what is pending of a run as batch files, `<run>-1.jsonl` and so on; failed items are asked again.

    Args:
        state: how the files go on: carried by hand, or `PREPARED` to be submitted by us.

    Raises:
        InputError: nothing can be asked for, the folder cannot be written, or it holds such files already.
    """
    endpoint = endpoint_of(run)
    if endpoint.is_embedded:
        raise InputError("The embedded model takes no batch files. Make a run for an endpoint that has a Batch API.")
    stem = "".join(ch if ch.isalnum() or ch in "-_." else "_" for ch in run.name)
    written = _Writer(store, run, folder, stem, state, most_requests, most_bytes)
    with run_lock(store.home, run.id):
        run = store.runs.load(run.id)
        if not run.sendable:
            raise InputError(_explain_nothing(run))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if found := sorted(folder.glob(f"{stem}-*.jsonl")):
                raise InputError(f"{found[0]} is there already. Choose an empty folder, so that nothing is sent twice.")
            counters = store.runs.begin(run.id, owner=os.getpid())
            try:
                written.write(_requests(store, run, endpoint))
            finally:
                store.runs.finish(run.id, RunState.PAUSED, WAITING, counters)
        except OSError as error:
            raise InputError(f"The folder {folder} cannot be written ({error.strerror}).") from error
    return BatchFiles(tuple(written.paths), written.requests)


def name_item(run_id: int, item: int) -> str:
    """What a request is called in a batch file."""
    return f"run-{run_id}-item-{item}"


def _explain_nothing(run: Run) -> str:
    if not run.waiting:
        return f"Nothing is pending in the run '{run.name}'."
    return (
        f"All {run.waiting:,} prompts left of '{run.name}' wait for the results of a batch already. Take its results "
        "in, or give it up with --anyway, which may pay for them twice."
    )


def _requests(store: Store, run: Run, endpoint: Endpoint) -> Iterator[tuple[int, bytes]]:
    translator = ItemTranslator(run, store.runs.load_document(run.id))
    dialect = open_dialect(store, endpoint)
    after = -1
    left_out: dict[str, str] = {}
    while page := store.runs.next_pending(run.id, after=after):
        for item in page:
            whole = build_chat_body(endpoint, translator.to_request(item))
            body = dialect.shape(whole)
            left_out |= {name: words for name, words in dialect.left_out.items() if name in whole}
            line = {"custom_id": name_item(run.id, item.item), "method": "POST", "url": URL, "body": body}
            yield item.item, json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        after = page[-1].item
    if left_out:
        notes = read_notes(run)
        kept = notes.model_copy(update={"not_sent": {**notes.not_sent, **left_out}})
        store.runs.keep_option(run.id, NOTES, kept.model_dump())


class _Writer:
    """Writes file after file. A file gets its name only once the store says that its items wait for it."""

    def __init__(
        self,
        store: Store,
        run: Run,
        folder: Path,
        stem: str,
        state: BatchState,
        most_requests: int,
        most_bytes: int,
    ) -> None:
        self._store, self._run, self._folder, self._stem, self._state = store, run, folder, stem, state
        self._most_requests, self._most_bytes = most_requests, most_bytes
        self.paths: list[Path] = []
        self.requests = 0

    def write(self, lines: Iterator[tuple[int, bytes]]) -> None:
        """Write all lines."""
        line = next(lines, None)
        while line is not None:
            path = self._folder / f"{self._stem}-{len(self.paths) + 1}.jsonl"
            part = path.with_name(f"{path.name}.part")
            items: list[int] = []
            size = 0
            try:
                with part.open("wb") as file:
                    while line is not None and (not items or self._has_room(len(items), size + len(line[1]))):
                        file.write(line[1])
                        items.append(line[0])
                        size += len(line[1])
                        line = next(lines, None)
                home = self._store.home
                name = str(path.relative_to(home)) if path.is_relative_to(home) else path.name
                self._store.batches.add(self._run.id, name, items, self._state)
                part.replace(path)
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            self.paths.append(path)
            self.requests += len(items)

    def _has_room(self, requests: int, size: int) -> bool:
        return requests < self._most_requests and size <= self._most_bytes
