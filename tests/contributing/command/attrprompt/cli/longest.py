"""The command that shows the longest texts: longest."""

from __future__ import annotations

import heapq
from typing import Annotated

import typer

from attrprompt.cli.session import get_session


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("longest")(longest)


def longest(
    context: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.", metavar="PROJECT")],
    dataset: Annotated[str, typer.Argument(help="Name of the data set.")],
    n: Annotated[int, typer.Option(min=1, help="How many.")] = 5,
) -> None:
    """The texts with the most characters, the longest first."""
    session = get_session(context)
    datasets = session.runtime.store.datasets
    found = datasets.find(session.find_project(project).id, dataset)
    texts = (sample.text for sample in datasets.iterate(found.id))
    session.emit({"dataset": found.name, "texts": heapq.nlargest(n, texts, key=len)})
