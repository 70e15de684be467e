"""The command that opens the browser app: app."""

from __future__ import annotations

import errno
import os
import socket
import sys
from typing import Annotated

import typer

from attrprompt.app_files import APP_FOLDER
from attrprompt.cli.session import get_session
from attrprompt.demo import seed_demo
from attrprompt.errors import InputError
from attrprompt.runtime.runtime import close_runtime
from attrprompt.settings import pass_home_on


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("app")(open_app)


def open_app(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the app is served.")] = 8501,
    host: Annotated[
        str, typer.Option(help="Which address listens. There is no login: whoever reaches it may use the app.")
    ] = "127.0.0.1",
) -> None:
    """Open the browser app, the demo project in it. Ctrl+C ends it."""
    session = get_session(context)
    check_free(host, port)
    seed_demo(session.runtime)
    close_runtime(session.home)
    pass_home_on(session.home)
    session.emit({"url": f"http://{host}:{port}"})
    sys.stdout.flush()
    if session.as_json:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what Streamlit says is no part of our one JSON object
    command = make_command(host, port)
    os.execv(command[0], command)  # in this process's place, so that signals and exit status are the server's own


def make_command(host: str, port: int) -> list[str]:
    """What serves the app. Streamlit reads its options from `.streamlit` beside the script, wherever this is begun.

    `-P` keeps the working folder out of the import path: a checkout there must not mix with an installed app.
    """
    script = str(APP_FOLDER / "app.py")
    options = ["--server.address", host, "--server.port", str(port)]
    return [sys.executable, "-P", "-m", "streamlit", "run", script, *options]


def check_free(host: str, port: int) -> None:
    """Make sure that the app can be served there.

    Raises:
        InputError: another program is, or the address is none of this machine.
    """
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be served ({error.strerror or error})"
        raise InputError(f"{host}:{port} {what}. Name another with --port or --host.") from error
