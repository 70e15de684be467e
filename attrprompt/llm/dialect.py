"""What one endpoint and model take of a request, learnt from what they refuse and shared by all who ask them.

Servers that call themselves compatible differ in the fields that they know: some want `max_completion_tokens`, some
refuse `seed` or any `temperature`. A refused field is left out of every later request, those in flight included, which
are sent once more without it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol, runtime_checkable

from attrprompt.errors import ProviderError
from attrprompt.llm.answers.structured import KnownLevels

LENGTH = "max_tokens"
OTHER_LENGTH = "max_completion_tokens"
FORM = "response_format"
FORM_REFUSED = "The endpoint refuses this way of asking for answers in a form; a simpler one is used."
REQUIRED = frozenset({"model", "messages", "stream"})


class Dialect:
    """The fields that one endpoint and model take. Belongs to one event loop.

    Args:
        stored: what `to_json` gave when more was learnt; empty for a new acquaintance.
        on_learnt: called when there is more to keep, with a sentence about it.

    Attributes:
        left_out: fields that are not sent, each with the endpoint's words for it.
        levels: how firmly it can be held to a form of its answers.
    """

    def __init__(
        self, stored: Mapping[str, Any] | None = None, *, on_learnt: Callable[[Dialect, str], None] | None = None
    ) -> None:
        kept = stored or {}
        self.left_out: dict[str, str] = dict(kept.get("left_out", {}))
        self.levels = KnownLevels()
        self._length_field: str = kept.get("length_field", LENGTH)
        self._on_learnt = on_learnt or (lambda dialect, sentence: None)

    def to_json(self) -> dict[str, Any]:
        """What is kept of it."""
        return {"left_out": dict(self.left_out), "length_field": self._length_field}

    def forget(self) -> None:
        """Send everything again, to see what is refused now."""
        self.left_out.clear()
        self.levels = KnownLevels()
        self._length_field = LENGTH
        self._on_learnt(self, "")

    def shape(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request as it is taken there; a refused form of the answer stays, as its asker has others."""
        shaped = {self._length_field if name == LENGTH else name: value for name, value in body.items()}
        return {name: value for name, value in shaped.items() if name == FORM or name not in self.left_out}

    def learn(self, failure: ProviderError, sent: Collection[str]) -> bool:
        """Take a refusal in; whether the same request is worth sending again, shaped anew.

        Args:
            failure: what came of it.
            sent: the fields of the body that was refused, perhaps shaped before somebody else learnt the same.
        """
        refused = failure.refused_fields.intersection(sent) - REQUIRED
        for name in sorted(refused - self.left_out.keys()):
            self._note(name, failure)
        return bool(refused - {FORM})

    def describe(self) -> str:
        """Which fields are not sent, in a sentence; empty where all are."""
        return describe_left_out([name for name in self.left_out if name != FORM])

    def _note(self, name: str, failure: ProviderError) -> None:
        if name == LENGTH:
            if self._length_field == LENGTH:
                self._length_field = OTHER_LENGTH
                self._on_learnt(self, "")
            return
        self.left_out[name] = str(failure)
        self._on_learnt(self, FORM_REFUSED if name == FORM else describe_left_out([name]))


@runtime_checkable
class AdaptingClient(Protocol):
    """A `ChatClient` that learns what its endpoint takes."""

    @property
    def dialect(self) -> Dialect:
        """What it knows."""
        ...


def describe_left_out(names: Collection[str]) -> str:
    """That these fields are not sent, in a sentence; empty where there are none."""
    if not names:
        return ""
    listed = ", ".join(sorted(names))
    pronoun = "it" if len(names) == 1 else "them"
    return f"Not sent, because the endpoint refuses {pronoun}: {listed}."
