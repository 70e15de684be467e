"""What every command shares: the home, how results are printed, and the exit statuses."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from attrprompt.errors import InputError
from attrprompt.files import write_whole
from attrprompt.runtime.runtime import Runtime, open_runtime
from attrprompt.settings import DEFAULT_KEY_VARIABLE
from attrprompt.store import StoredProject

Returned = TypeVar("Returned")
ProjectName = Annotated[str, typer.Argument(help="Name of the project.", metavar="PROJECT")]
KeyVariable = Annotated[
    str | None,
    typer.Option(
        "--api-key-env",
        help=f"Environment variable with the key; default the one that is saved with the endpoint, else "
        f"{DEFAULT_KEY_VARIABLE}.",
    ),
]
MODEL_OPTIONS = ("base_url", "model", "api_key_env")
RunName = Annotated[str, typer.Argument(help="Name of the run.", metavar="RUN")]

TOLD_EVERY = 10.0  # seconds
EXIT_DONE = 0
EXIT_DEFECT = 1
EXIT_INPUT = 2
EXIT_FAILURES = 3
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Session:
    """One invocation of the command line."""

    home: str | None
    as_json: bool

    @property
    def runtime(self) -> Runtime:
        """The runtime of the home, opened when first needed."""
        return open_runtime(self.home)

    @property
    def actor(self) -> str:
        """Who edits through the command line."""
        return f"{getpass.getuser()} (command line)"

    def find_project(self, name: str) -> StoredProject:
        """The project of this name."""
        return self.runtime.store.projects.find(name)

    def emit(self, result: Mapping[str, Any]) -> None:
        """Print a command's result: one JSON object, or lines for people."""
        if self.as_json:
            print(json.dumps(result, ensure_ascii=False))
        else:
            _print_plain(result)

    def write(self, path: Path, content: bytes) -> None:
        """Write a file that a command was asked for.

        Raises:
            InputError: there is no room, or no right to.
        """
        try:
            write_whole(path, content)
        except OSError as error:
            raise InputError(f"'{path}' cannot be written ({error}). Name another file.") from error

    def tell(self, message: str) -> None:
        """Say something on the way; stdout stays free for the result."""
        print(message, file=sys.stderr)

    def wait_for(
        self, future: Future[Returned], *, describe: Callable[[], str], stop: Callable[[], None], stopping: str
    ) -> Returned:
        """The result of background work, with a line now and then; an interrupt stops the work and waits for its end.

        Args:
            describe: how far it is.
            stop: asks it to stop.
            stopping: what is said on an interrupt.
        """
        try:
            return self._wait(future, describe)
        except KeyboardInterrupt:
            self.tell(stopping)
            stop()
            return self._wait(future, describe)

    def _wait(self, future: Future[Returned], describe: Callable[[], str]) -> Returned:
        while True:
            try:
                return future.result(TOLD_EVERY)
            except FutureTimeout:
                self.tell(describe())


def get_session(context: typer.Context) -> Session:
    """The session of the running command."""
    session = context.obj
    assert isinstance(session, Session)
    return session


def split_common_options(arguments: Sequence[str]) -> tuple[str | None, bool, list[str]]:
    """Take `--home` and `--json` out of the arguments, wherever they stand: (home, json, the rest).

    Raises:
        InputError: `--home` without a folder.
    """
    home: str | None = None
    as_json = False
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--json":
            as_json = True
        elif word == "--home":
            home = next(words, None)
            if home is None:
                raise InputError("--home needs a folder.")
        elif word.startswith("--home="):
            home = word.removeprefix("--home=")
        else:
            rest.append(word)
    return home, as_json, rest


def read_pairs(given: Sequence[str] | None, *, option: str, at_last: bool = False) -> dict[str, str]:
    """`name=value` options as a mapping.

    Args:
        at_last: the pair is cut at its last `=`, where names may hold one; else at its first.

    Raises:
        InputError: one has no `=`, or a name stands twice.
    """
    pairs: dict[str, str] = {}
    for pair in given or ():
        name, separator, value = pair.rpartition("=") if at_last else pair.partition("=")
        if not separator or not name.strip() or not value.strip():
            raise InputError(f"{option} takes NAME=VALUE, not '{pair}'.")
        if name.strip() in pairs:
            raise InputError(f"{option} names '{name.strip()}' twice; keep one of them.")
        pairs[name.strip()] = value.strip()
    return pairs


def was_given(context: typer.Context, parameter: str) -> bool:
    """Whether an option stands on the command line, and not only its default."""
    source = context.get_parameter_source(parameter)
    return source is not None and source.name == "COMMANDLINE"


def refuse_idle(context: typer.Context, parameters: Iterable[str], reason: str) -> None:
    """Say of an option that it would do nothing beside the others, instead of leaving it out without a word.

    What is only switched off is not asked for, so nothing is left out.

    Args:
        context: of the command.
        parameters: the options that would do nothing.
        reason: goes on after the first of them that was given: what it is about, and what it goes with.

    Raises:
        InputError: one of them was given.
    """
    for parameter in parameters:
        if was_given(context, parameter) and context.params[parameter] is not False:
            option = next(option for option in context.command.params if option.name == parameter)
            raise InputError(f"{option.opts[0]} {reason}")


def tell_tenths(session: Session) -> Callable[[float, str], None]:
    """Says how far a job is, at every tenth."""
    told = -1

    def tell(share: float, doing: str) -> None:
        nonlocal told
        if int(share * 10) > told:
            told = int(share * 10)
            session.tell(f"{share:.0%} {doing}")

    return tell


def _print_plain(data: Mapping[str, Any], indent: str = "") -> None:
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            print(f"{indent}{key}:")
            _print_plain(value, indent + "  ")
        elif _is_table(value):
            print(f"{indent}{key}:")
            for entry in value:
                inside = {name: member for name, member in entry.items() if _is_table(member)}
                flat = (f"{name}: {member}" for name, member in entry.items() if name not in inside)
                print(f"{indent}  - " + ", ".join(flat))
                _print_plain(inside, indent + "    ")
        else:
            print(f"{indent}{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
