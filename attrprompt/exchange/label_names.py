"""The labels of a task as files name them: by a folded name, or by what a person said is another name for one.

Nothing else is ever taken for a label; what may have been meant is only proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote

from attrprompt.errors import InputError
from attrprompt.project import find_nearest_label, fold_label
from attrprompt.records import UNSEEN

_NONE: Mapping[str, str] = MappingProxyType({})
_SHOWN_LETTERS = 60
_UNSAFE = '/\\:*?"<>|%'


class LabelNames:
    """Finds labels by the names that files give.

    Args:
        names: the labels.
        displays: other names that the project itself gives them: display name to label.
        renames: `GIVEN=LABEL` as a person said it.

    Raises:
        InputError: a rename is no such pair or ends in no label.
    """

    def __init__(
        self, names: Sequence[str], *, displays: Mapping[str, str] = _NONE, renames: Sequence[str] = ()
    ) -> None:
        self.names = tuple(names)
        self._by_folded = {fold_label(shown): name for shown, name in displays.items()}
        self._by_folded |= {fold_label(name): name for name in names}
        self._by_folded |= dict(self._split(rename) for rename in renames)

    def __contains__(self, given: str) -> bool:
        return fold_label(given) in self._by_folded

    def find(self, given: str) -> str | None:
        """The label of this name."""
        return self._by_folded.get(fold_label(given))

    def find_file(self, stem: str) -> str | None:
        """The label that a file is named after, with its ending taken off."""
        return self.find(stem) or self.find(unquote(stem))

    def describe(self, given: str, fact: str = "") -> str:
        """A name that is no label in quotes, with what is to be said of it and the label that may have been meant."""
        nearest = find_nearest_label(given, self.names)
        told = f"{quote_name(given)} ({fact})" if fact else quote_name(given)
        return f"{told}, nearest {quote_name(nearest)}" if nearest else told

    def explain_rename(self, given: Sequence[str]) -> str:
        """How to say that one of these names means a label; empty where none is near."""
        for name in given:
            nearest = find_nearest_label(name, self.names)
            if nearest and len(name) <= _SHOWN_LETTERS and not UNSEEN.search(name):
                return f" Where one means a label, say so, such as --rename-label '{name}={nearest}'."
        return ""

    def _split(self, rename: str) -> tuple[str, str]:
        """A pair, cut at the sign after which a label stands: labels may hold `=` themselves."""
        parts = rename.split("=")
        pairs = [("=".join(parts[:cut]), "=".join(parts[cut:])) for cut in range(1, len(parts))]
        for given, name in pairs:
            known = self._by_folded.get(fold_label(name))
            if given.strip() and known:
                return fold_label(given), known
        if not pairs or not pairs[0][0].strip():
            raise InputError(f"--rename-label takes GIVEN=LABEL, not '{rename[:_SHOWN_LETTERS]}'.")
        raise InputError(f"'{rename[:_SHOWN_LETTERS]}' ends in no label of the project: {self.describe(pairs[0][1])}.")


def quote_name(name: str) -> str:
    """A name in quotes, shortened, with what cannot be seen written out."""
    shown = name if len(name) <= _SHOWN_LETTERS else f"{name[:_SHOWN_LETTERS]}…"
    return "'" + UNSEEN.sub(lambda sign: sign[0].encode("unicode_escape").decode(), shown) + "'"


def name_file(name: str) -> str:
    """A name for a file, without its ending, that `find_file` reads as this label: in lower case, as the authors do.

    Signs that no path takes are written as in addresses: `AC/DC` as `ac%2Fdc`.
    """
    written = name.lower().replace(" ", "_")
    last = len(written) - 1
    return "".join(
        f"%{ord(sign):02X}" if sign < " " or sign in _UNSAFE or (sign == "." and place in (0, last)) else sign
        for place, sign in enumerate(written)
    )
