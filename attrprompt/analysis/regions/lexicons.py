"""Lexicons: how many texts use words of a group. Gender terms are built in; others come as CSV.

A lexicon is a plain list: it sees words, not meanings ("Ms Smith" counts, a woman named only "the engineer" does not).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from attrprompt.analysis.regions import tables
from attrprompt.analysis.statistics.estimate import Estimate, wilson
from attrprompt.analysis.texts.tokens import tokenise
from attrprompt.errors import InputError
from attrprompt.kept import Flat, Kept


@dataclass(frozen=True)
class Lexicon:
    """Groups of terms; a term is one or several words in the form of tokens.

    Attributes:
        groups: the terms of each group, as tuples of tokens.
    """

    name: str
    groups: dict[str, frozenset[tuple[str, ...]]]


@dataclass(frozen=True)
class LexiconFigures(Kept):
    """How many texts use a lexicon.

    Attributes:
        documents: number of texts.
        any: share of all texts that use a term of the group (Wilson).
        terms: number of texts that use each term, by group.
        none: texts that use no term of any group.
        several: texts that use terms of more than one group.
    """

    documents: int
    any: dict[str, Estimate]
    terms: dict[str, dict[str, int]]
    none: int
    several: int


@dataclass(frozen=True)
class LexiconCell(Kept):
    """A lexicon in the texts of one label or region.

    Attributes:
        documents: number of texts.
        figures: None under 30 texts.
        reason: why there are none: "too few texts: 7".
    """

    documents: int
    figures: LexiconFigures | None
    reason: str = ""

    @model_serializer(mode="wrap")
    def _spread(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The figures, which tell the number of texts too, stand among the other keys."""
        plain: dict[str, Any] = write(self)
        return {"documents": self.documents, **(plain["figures"] or {}), "reason": self.reason}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, plain: Mapping[str, Any]) -> dict[str, Any]:
        return {**plain, "figures": plain if "any" in plain else None}


@dataclass(frozen=True)
class LexiconScopes(Kept):
    """A lexicon in the texts of one data set: in all of them, by label, and by the region that they name."""

    all: LexiconFigures
    labels: dict[str, LexiconCell]
    regions: dict[str, LexiconCell]


@dataclass(frozen=True)
class CountedLexicon(Kept):
    """A lexicon in the texts of data sets.

    Attributes:
        groups: its groups of terms.
        datasets: the counts of each data set by its name.
    """

    groups: tuple[str, ...]
    datasets: dict[str, LexiconScopes]


@dataclass(frozen=True)
class Lexicons(Kept):
    """Lexicons by name, counted in the same data sets; gender terms are the first."""

    counted: Flat[dict[str, CountedLexicon]]


def gender_lexicon() -> Lexicon:
    """Words that say the gender of a person: pronouns, kinship, titles and nouns."""
    rows = tables.read_rows("gender_terms.txt")
    return _build("gender", [(term, group) for group, terms in rows for term in tables.split_names(terms)])


def read_lexicon_csv(text: str, name: str) -> Lexicon:
    """A table of two columns, term and group, in any case; a first line `term,group` is taken as a heading.

    Raises:
        InputError: a line with one column, or a term without a word or with signs around it, or no line at all.
    """
    pairs = []
    spelled: dict[str, str] = {}
    for number, (line, cells) in enumerate(tables.read_csv_rows(text)):
        if number == 0 and [cell.casefold() for cell in cells[:2]] == ["term", "group"]:
            continue
        if len(cells) < 2 or not cells[1] or not tokenise(cells[0]):
            raise InputError(f"Line {line} of the lexicon is not 'term, group'. Give a word and its group.")
        term, group = cells[:2]
        if not all(sign.isalnum() or sign in ".'’" for sign in (term[0], term[-1])):
            raise InputError(
                f"Line {line} of the lexicon: '{term}' begins or ends in a sign. Words are counted without signs, so "
                f"it would count every '{' '.join(tokenise(term))}'; write the word alone or delete the line."
            )
        pairs.append((term, spelled.setdefault(group.casefold(), group)))
    if not pairs:
        raise InputError("The lexicon holds no term. Give one 'term, group' a line.")
    return _build(name, pairs)


def count_lexicon(texts: Sequence[str], lexicon: Lexicon) -> LexiconFigures:
    """Count the texts that use each group and term.

    Raises:
        InputError: there is no text.
    """
    if not texts:
        raise InputError("There is no text to count in. Choose a data set with texts.")
    longest = max(len(term) for terms in lexicon.groups.values() for term in terms)
    used = dict.fromkeys(lexicon.groups, 0)
    by_term: dict[str, dict[str, int]] = {group: {} for group in lexicon.groups}
    none = several = 0
    for text in texts:
        tokens = tokenise(text)
        grams = {tuple(tokens[i : i + n]) for n in range(1, longest + 1) for i in range(len(tokens) - n + 1)}
        hits = {group: terms & grams for group, terms in lexicon.groups.items()}
        groups = [group for group, terms in hits.items() if terms]
        none += not groups
        several += len(groups) > 1
        for group in groups:
            used[group] += 1
            for term in hits[group]:
                word = " ".join(term)
                by_term[group][word] = by_term[group].get(word, 0) + 1
    n = len(texts)
    return LexiconFigures(
        documents=n,
        any={group: wilson(count, n) for group, count in used.items()},
        terms={group: dict(sorted(of.items(), key=lambda item: (-item[1], item[0]))) for group, of in by_term.items()},
        none=none,
        several=several,
    )


def _build(name: str, pairs: Sequence[tuple[str, str]]) -> Lexicon:
    groups: dict[str, set[tuple[str, ...]]] = {}
    for term, group in pairs:
        groups.setdefault(group, set()).add(tuple(tokenise(term)))
    return Lexicon(name, {group: frozenset(terms) for group, terms in groups.items()})
