"""The command line: the same core as the app, one JSON object on stdout with `--json`.

Exit status: 0 done; 1 a defect or a machine that gives out, with one line and the path of a log; 2 bad input or
usage, with one clear line; 3 finished, but some items failed; 130 interrupted with items pending.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError  # typer carries its own click

from attrprompt.cli import (
    analysis,
    app,
    batches,
    datasets,
    elicitation,
    evaluation,
    generation,
    projects,
    reporting,
    steps,
)
from attrprompt.cli.session import EXIT_DEFECT, EXIT_INPUT, EXIT_INTERRUPTED, Session, split_common_options
from attrprompt.defects import explain_defect
from attrprompt.errors import AttrPromptError
from attrprompt.runtime.runtime import close_runtime
from attrprompt.settings import load_settings

GROUPS = (app, projects, elicitation, generation, batches, datasets, analysis, evaluation, steps, reporting)
"""Modules whose `register` adds their commands."""


def make_app() -> typer.Typer:
    """All commands."""
    commands = typer.Typer(
        name="attrprompt",
        help="Attributed prompts for LLM-generated training data. --home and --json may stand anywhere.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for group in GROUPS:
        group.register(commands)
    return commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        home, as_json, rest = split_common_options(sys.argv[1:] if arguments is None else arguments)
    except AttrPromptError as error:
        print(f"Error: {error}", file=sys.stderr)
        return EXIT_INPUT
    session = Session(home=home, as_json=as_json)
    command = typer.main.get_command(make_app())
    try:
        status = command.main(args=rest, prog_name="python -m attrprompt", standalone_mode=False, obj=session)
    except NoArgsIsHelpError as error:
        error.show()
        return EXIT_INPUT
    except ClickException as error:
        print(f"Error: {error.format_message()}", file=sys.stderr)
        return EXIT_INPUT
    except AttrPromptError as error:
        print(f"Error: {error}", file=sys.stderr)
        return EXIT_INPUT
    except (KeyboardInterrupt, typer.Abort):
        print("Interrupted.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read our output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DEFECT
    except Exception as error:
        doing = f"command {rest[0]}" if rest else "command"
        print(f"Error: {explain_defect(error, load_settings(home).home, doing)}", file=sys.stderr)
        return EXIT_DEFECT
    finally:
        close_runtime(home)
    return status if isinstance(status, int) else 0
