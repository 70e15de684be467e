"""What one person can take back and bring back, from the log of their own steps."""

from __future__ import annotations

from collections.abc import Iterable


def stack_steps(steps: Iterable[tuple[int, str, int | None]]) -> tuple[list[int], list[int]]:
    """The steps that undo would take back and redo would bring back, the next one last.

    Args:
        steps: one person's steps in their order: number, kind (`edit`, `undo` or `redo`), and the step that an undo or
            redo is about.
    """
    undoable: list[int] = []
    redoable: list[int] = []
    for number, kind, target in steps:
        if kind == "edit" or target is None:
            undoable.append(number)
            redoable.clear()  # a new change ends what could be brought back
        elif kind == "undo":
            undoable.remove(target)
            redoable.append(target)
        else:
            redoable.remove(target)
            undoable.append(target)
    return undoable, redoable
