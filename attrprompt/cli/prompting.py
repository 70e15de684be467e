"""What a command puts into prompts beside the project's own words: prompts that the model wrote, and examples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from attrprompt.cli.session import Session
from attrprompt.errors import InputError
from attrprompt.generation.fewshot import FewShots, choose_few_shots
from attrprompt.generation.metaprompt.stored_prompts import (
    DEFAULT_COUNT,
    MetaPrompts,
    find_stale,
    find_unwritten,
    read_meta_prompts,
    write_and_keep,
)
from attrprompt.generation.plans.plan import PlanOptions
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.tokens import ROOM_TO_THINK, TokenLimit
from attrprompt.project import Method
from attrprompt.runtime.endpoints import read_endpoint_key
from attrprompt.sampling.label_sets import LabelSetSource, parse_label_sets
from attrprompt.store import StoredProject

SIZES = re.compile(r"\d+=\d+(\.\d+)?(,\d+=\d+(\.\d+)?)*")
LabelSets = Annotated[
    str | None,
    typer.Option(
        help="Multi-label: values (each value of the leading dimension brings its labels, as the authors do), sizes, "
        "1=70,2=30 (shares of texts with one label, two, …), or a file with lines like: optics + robotics = 3."
    ),
]


def prepare_meta_prompts(
    session: Session,
    stored: StoredProject,
    options: PlanOptions,
    endpoint: Endpoint,
    count: int | None,
    *,
    may_write: bool,
    max_tokens: int = 0,
) -> MetaPrompts | None:
    """What the model wrote for the classes of a MetaPrompt plan, written now where it is missing; None for others.

    Who lets a text have more tokens for thinking lets the prompts have them too.

    Raises:
        InputError: prompts are asked for with another method.
        ProviderError: the endpoint refuses for good.
    """
    if options.method is not Method.METAPROMPT:
        if count is not None:
            raise InputError("--meta-prompts goes with --method metaprompt.")
        return None
    written = read_meta_prompts(stored, endpoint.model)
    unwritten = find_unwritten(stored, options, written, count)
    stale = [label_set for label_set in find_stale(stored, options, written) if label_set not in unwritten]
    if stale and count is not None:
        unwritten += stale
    elif stale:
        session.tell(
            f"The task changed since {endpoint.model} wrote the prompts of {len(stale)} classes; they are used as they "
            "are. --meta-prompts writes them anew."
        )
    if not unwritten or not may_write:
        return written
    wanted = count or DEFAULT_COUNT
    session.tell(f"{endpoint.model} writes {wanted} prompts for each of {len(unwritten)} classes.")
    key = read_endpoint_key(endpoint)
    if endpoint.is_embedded:
        session.runtime.embedded().start()
    limit = TokenLimit(room=max(ROOM_TO_THINK, max_tokens))
    written = session.runtime.submit(
        write_and_keep(session.runtime, stored, unwritten, wanted, endpoint, key, limit=limit)
    ).result()
    for problem in written.problems:
        session.tell(problem)
    return written


def prepare_few_shots(
    session: Session, stored: StoredProject, count: int | None, source: str | None, *, seed: int
) -> FewShots | None:
    """The examples that --few-shot and --few-shot-from ask for; None where neither is given.

    Raises:
        InputError: only one of the two is given, or a class has no text that may be an example.
    """
    if (count is None) != (source is None):
        raise InputError("--few-shot N and --few-shot-from DATASET go together.")
    if count is None or source is None:
        return None
    dataset = session.runtime.store.datasets.find(stored.id, source)
    return choose_few_shots(session.runtime.store, stored, dataset, count, seed=seed)


def read_label_sets(given: str | None, *, multi_label: bool) -> dict[str, Any]:
    """What `--label-sets` says, as the plan's options take it.

    Raises:
        InputError: the task has one label a text, or it is neither of the words nor a readable file.
    """
    if given is None:
        return {}
    if not multi_label:
        raise InputError("--label-sets goes with a task whose texts carry several labels; this one's carry one.")
    if given in (LabelSetSource.VALUES, LabelSetSource.SIZES):
        return {"source": given}
    if SIZES.fullmatch(given):
        pairs = (pair.split("=") for pair in given.split(","))
        return {"source": LabelSetSource.SIZES, "sizes": {int(size): float(share) for size, share in pairs}}
    try:
        text = Path(given).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--label-sets takes values, sizes, 1=70,2=30 or a text file, not '{given}'.") from error
    return {"source": LabelSetSource.SETS, "sets": parse_label_sets(text)}
