"""Which environment variables of a server its pages may use, and to which addresses each may be sent.

Whoever opens a page may type any base URL. So a page never reads a variable by a name that was typed: it offers those
that the person who started the server bound to that address. The command line is that person, and takes any name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from attrprompt.errors import InputError
from attrprompt.llm.chat import is_loopback, normalise_base_url

LOOPBACK = "loopback"
"""Stands for every address of the server's own machine."""

DEFAULT_RULES = f"OPENAI_API_KEY@https://api.openai.com/v1 OPENAI_API_KEY@{LOOPBACK}"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class KeyRule:
    """A variable that may be sent to one base URL, or to `LOOPBACK`."""

    variable: str
    base_url: str

    def allows(self, base_url: str) -> bool:
        """Whether its key may go to this (normalised) address."""
        return is_loopback(base_url) if self.base_url == LOOPBACK else base_url == self.base_url


def parse_key_rules(text: str) -> tuple[KeyRule, ...]:
    """The rules in `NAME@base-URL NAME@base-URL …`; none in an empty text.

    Raises:
        InputError: a rule without a name or without an address that a key may go to.
    """
    return tuple(_parse_rule(rule) for rule in text.split())


def list_variables(rules: tuple[KeyRule, ...], base_url: str) -> tuple[str, ...]:
    """The variables whose keys may go to this address, in the order of the rules."""
    return tuple(dict.fromkeys(rule.variable for rule in rules if rule.allows(base_url)))


def _parse_rule(rule: str) -> KeyRule:
    variable, bound, address = rule.partition("@")
    if not bound or not _NAME.fullmatch(variable):
        raise InputError(
            f"ATTRPROMPT_KEY_VARIABLES: {rule!r} does not say which variable may be sent where. "
            "Write NAME@https://host/v1, with spaces between several."
        )
    return KeyRule(variable, LOOPBACK if address == LOOPBACK else normalise_base_url(address))
