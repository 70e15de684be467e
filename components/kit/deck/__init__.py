"""A deck of cards decided by key: one item on screen, the next ones loaded ahead in the browser.

Decisions are made in the browser against the card that is on screen when the key goes down, and sent as a log whose
entries name their item. Python works through the log; an entry that was seen is never worked through again. However
slow the server, a key can therefore not decide on an item that nobody saw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from pydantic import BaseModel, ConfigDict

from components.kit.notices import in_callback

AHEAD = 12  # cards that wait in the browser

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "attrprompt.deck",
    html='<div class="deck" tabindex="-1"></div>\n<!-- drawn by deck.js -->',
    css=(_FOLDER / "deck.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "deck.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One item to decide on. All of it is shown as text, never read as markup.

    Attributes:
        id: what decisions name.
        heading: one line above the body.
        body: the text to judge.
        notes: short remarks under the heading (flags, near-synonyms).
        details: name and value pairs, folded away.
        editable: what an action that asks for text starts from, by the action's name.
        state: how it was decided before, empty where it was not.
    """

    id: int
    heading: str
    body: str
    notes: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    editable: tuple[tuple[str, str], ...] = ()
    state: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does.

    Attributes:
        key: a letter; not R or C, which Streamlit takes.
        name: how the decision calls it.
        asks: `text` opens a field, `choice` a numbered list, `several` a list of which some are ticked, to begin with
            those in the card's `editable`; the answer comes as the decision's value, several choices line by line.
        advances: the next card comes at once.
        sends: whether Python hears of it; next and previous only move.
        decides: whether the card is decided by it; trying something out with a card leaves it open.
    """

    key: str
    name: str
    label: str
    tone: Literal["good", "bad", "plain"] = "plain"
    asks: Literal["", "text", "choice", "several"] = ""
    choices: tuple[str, ...] = ()
    advances: bool = True
    sends: bool = True
    decides: bool = True


NEXT = Action("n", "next", "Next", sends=False)
PREVIOUS = Action("p", "previous", "Back", advances=False, sends=False)
UNDO = Action("u", "undo", "Undo", advances=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """A key that was pressed on a card."""

    item: int
    action: str
    value: str


class _Entry(BaseModel):
    """One line of the browser's log; whether it decides is the browser's own affair."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    seq: int
    item: int
    action: str
    value: str | None = None


def draw_deck(
    key: str,
    cards: Sequence[Card],
    actions: Sequence[Action],
    *,
    epoch: str,
    done: int,
    total: int,
    empty: str,
    decide: Callable[[Decision], str | None],
) -> None:
    """The deck; call it inside a fragment, before anything slow.

    Args:
        cards: the next undecided items, at most `AHEAD` of them are worth sending.
        epoch: changes when other items are asked for (another filter, another data set); the deck then begins anew.
        done: how many of `total` are decided.
        empty: what to say when no card is left.
        decide: works through one decision; may return a sentence to show.
    """
    seen_key = f"{key}_seen"

    def work_through() -> None:
        log: list[dict[str, Any]] = st.session_state[key].get("log") or []
        for entry in map(_Entry.model_validate, log):
            if entry.seq <= st.session_state.get(seen_key, 0):
                continue
            st.session_state[seen_key] = entry.seq
            in_callback(decide, Decision(entry.item, entry.action, entry.value or ""))

    _mount(
        key=key,
        data={
            "cards": [asdict(card) for card in cards],
            "actions": [asdict(action) for action in actions],
            "epoch": epoch,
            "seen": st.session_state.get(seen_key, 0),
            "done": done,
            "total": total,
            "empty": empty,
        },
        on_log_change=lambda: in_callback(work_through),
    )
