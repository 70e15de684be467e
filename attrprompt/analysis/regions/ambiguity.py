"""The names of a corpus whose meaning a person should look at, and rule on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.finder import A_PERSON, A_WORD, Mention, Refusal, RegionFinder
from attrprompt.analysis.regions.gazetteer import Place, fold_name
from attrprompt.kept import Kept

EXAMPLES = 5
AROUND = 60
_REFUSED_BY_DOUBT = (A_WORD, A_PERSON)


@dataclass(frozen=True)
class NameExample(Kept):
    """One place where the name stands: the text's number, a stretch of it, and what the finder took it for.

    Attributes:
        taken_for: country or continent; "no place" where it was refused.
    """

    text: int
    stretch: str
    taken_for: str


@dataclass(frozen=True)
class NameMeaning(Kept):
    """One thing that a name can mean, in short.

    Attributes:
        name: of the place.
        kind: as `Place` has it.
        country: ISO 3166 code, or None.
        continent: one of the seven regions, or None where it lies in no single one.
    """

    name: str
    kind: str
    country: str | None
    continent: str | None


@dataclass(frozen=True)
class AmbiguousName(Kept):
    """A name with what the finder made of it.

    Attributes:
        surface: its most frequent spelling.
        mentions: how often it was taken for a place.
        refused: how often it stands with a capital and was not.
        texts: number of texts in which it was taken for a place.
        taken_for: how often for which country (ISO 3166 code) or continent.
        candidates: what it can mean, the likeliest first.
        ruling: the ruling that holds, if any.
    """

    surface: str
    mentions: int
    refused: int
    texts: int
    taken_for: dict[str, int]
    candidates: tuple[NameMeaning, ...]
    ruling: str | None
    examples: tuple[NameExample, ...]


@dataclass(frozen=True)
class AmbiguousNames(Kept):
    """The names of texts that a person should rule on.

    Attributes:
        names: those to show, the most frequent first.
        more: how many rarer ones are left out.
    """

    names: tuple[AmbiguousName, ...]
    more: int


@dataclass
class _NameTally:
    spellings: Counter[str] = field(default_factory=Counter)
    taken_for: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    texts: set[int] = field(default_factory=set)
    candidates: tuple[Place, ...] = ()
    examples: list[NameExample] = field(default_factory=list)


def list_ambiguous_names(
    texts: Iterable[str],
    rulings: Mapping[str, str] | None = None,
    *,
    with_refused: bool = True,
    examples: int = EXAMPLES,
) -> list[AmbiguousName]:
    """The ambiguous names of a corpus, those under a ruling first, then those in most texts.

    Args:
        texts: the corpus.
        rulings: rulings that hold already; names under a ruling are listed with it, so that it can be taken back.
        with_refused: whether to list names that were never taken for a place, after the others.
        examples: stretches of text to give for each name.
    """
    finder = RegionFinder(rulings)
    ruled = {fold_name(name): ruling for name, ruling in (rulings or {}).items()}
    tallies: dict[str, _NameTally] = {}
    for number, text in enumerate(texts):
        mentions, refusals = finder.search(text)
        names_found: list[Mention | Refusal] = [*mentions, *refusals]
        for found in names_found:
            key = fold_name(found.surface)
            if key not in ruled and not _is_doubtful(found):
                continue
            _count(tallies.setdefault(key, _NameTally()), found, number, text, examples)
    names = [_sum_up(tally, ruled.get(key)) for key, tally in tallies.items()]
    if not with_refused:
        names = [name for name in names if name.mentions or name.ruling]
    return sorted(names, key=lambda name: (name.ruling is None, -name.texts, -name.refused, name.surface))


def _is_doubtful(found: Mention | Refusal) -> bool:
    return found.ambiguous if isinstance(found, Mention) else found.reason in _REFUSED_BY_DOUBT


def _count(tally: _NameTally, found: Mention | Refusal, number: int, text: str, examples: int) -> None:
    tally.spellings[found.surface] += 1
    tally.candidates = tally.candidates or found.candidates
    taken_for = NO_PLACE
    if isinstance(found, Mention):
        taken_for = found.country or found.continent or "no single continent"
        tally.taken_for[taken_for] += 1
        tally.texts.add(number)
    else:
        tally.refused += 1
    if len(tally.examples) < examples:
        stretch = text[max(0, found.start - AROUND) : found.end + AROUND]
        tally.examples.append(NameExample(number, stretch, taken_for))


def _sum_up(tally: _NameTally, ruling: str | None) -> AmbiguousName:
    return AmbiguousName(
        surface=tally.spellings.most_common(1)[0][0],
        mentions=sum(tally.taken_for.values()),
        refused=tally.refused,
        texts=len(tally.texts),
        taken_for=dict(tally.taken_for.most_common()),
        candidates=tuple(
            NameMeaning(place.name, place.kind, place.country, place.continent) for place in tally.candidates
        ),
        ruling=ruling,
        examples=tuple(tally.examples),
    )
