"""Imports of data sets in the background, so that no page waits for a file and every tab can stop it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from attrprompt.exchange.rows.import_choices import ImportChoices
from attrprompt.exchange.transfer import ImportedDataset, import_dataset
from attrprompt.records import DatasetKind
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import StoredProject

KIND = "import"
_TELL_SECONDS = 0.3


class _Stopped(Exception):
    """A person or the end of the app stopped it."""


class Imports(BackgroundWork[ImportedDataset | None]):
    """The imports of one runtime, one at a time in a project."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(
            runtime, KIND, "A file is being imported into this project already. Wait for it, or stop it first."
        )
        self._results: dict[str, ImportedDataset] = {}

    def start(
        self,
        project: StoredProject,
        files: Mapping[str, bytes | memoryview],
        choices: ImportChoices,
        *,
        name: str,
        kind: DatasetKind,
        expected: int = 0,
    ) -> Future[ImportedDataset | None]:
        """Begin an import; the future gives what came of it, or None where it was stopped.

        Args:
            project: gets the data set.
            files: the content of each file by its name; several are shards of one data set.
            choices: how they are read.
            name: of the new data set.
            kind: how its texts came to be.
            expected: how many texts will come, if that is known.

        Raises:
            InputError: a file is being imported into the project already.
        """
        folder = Path(tempfile.mkdtemp(prefix="attrprompt-import-"))
        gone = threading.Event()

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[ImportedDataset | None, str]:
            told = 0.0

            def watch(count: int) -> None:
                nonlocal told
                if stop.is_set() or gone.is_set():
                    raise _Stopped
                if time.monotonic() - told > _TELL_SECONDS:
                    told = time.monotonic()
                    tell(min(count / expected, 0.99) if expected else 0.0, f"{count:,} texts read")

            try:
                imported = await asyncio.to_thread(
                    import_dataset,
                    self._runtime.store,
                    project,
                    path,
                    name=name,
                    kind=kind,
                    choices=choices,
                    watch=watch,
                )
            except _Stopped:
                return None, "stopped, nothing was stored"
            finally:
                gone.set()
                shutil.rmtree(folder, ignore_errors=True)  # the thread may still read in it
            self._results[project.id] = imported
            return imported, f"{imported.dataset.rows:,} texts imported"

        try:
            path = write_files(folder, files)
            self._results.pop(project.id, None)
            return self.begin(project.id, work, title=name)
        except BaseException:
            shutil.rmtree(folder)
            raise

    def find_result(self, project_id: str) -> ImportedDataset | None:
        """What came of the last import into a project, while this process lives."""
        return self._results.get(project_id)

    def forget_result(self, project_id: str) -> None:
        """Nobody asks for it any more."""
        self._results.pop(project_id, None)


def write_files(folder: Path, files: Mapping[str, bytes | memoryview]) -> Path:
    """Write uploaded files into a folder; gives the path to import: the one file, or the folder of several."""
    for name, content in files.items():
        (folder / Path(name).name).write_bytes(content)
    return folder / Path(next(iter(files))).name if len(files) == 1 else folder


@contextmanager
def files_on_disk(files: Mapping[str, bytes | memoryview]) -> Iterator[Path]:
    """Uploaded files as `write_files` writes them, for as long as they are looked at."""
    with tempfile.TemporaryDirectory(prefix="attrprompt-import-") as folder:
        yield write_files(Path(folder), files)
