"""Reads a list that a model wrote as text: numbered, lettered, ticked, in a table, or just one thing a line.

An item may explain itself, after a bold name, after a dash in every item, or in the lines and bullets below it. The
explanation stands apart from the name, so that who wants names gets names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

LONGEST_REPLY = 100_000
"""Characters; a longer reply is read up to here, because a hostile one could make the search slow."""

LONGEST_DETAILS = 1_000
MOST_WORDS_A_LINE = 12
MOST_WORDS_A_NAME = 5
FEWEST_LINES = 2
FEWEST_IN_A_ROW = 3

_CIRCLED = "①-⑳⓪⓵-⓾❶-❿➀-➓⑴-⒇"
_BULLETS = "•·▪▫◦‣●○■□◆◇►▶➤➜→✓✔✅☐☑☒❖»\U0001f300-\U0001faff"
_MARKED = re.compile(
    rf"""^(?P<indent>[ \t]*)(?:>[ \t]*)?(?:\#{{1,6}}[ \t]+)?(?P<bold>\*\*|__)?
    (?:(?P<number>\(\d{{1,3}}\)|\d{{1,3}}\\?[.:)]|\#\d{{1,3}}[.):]?|\d{{1,3}}(?=[ \t]+[-–—][ \t]))
          (?:\*\*|__)?[ \t]+(?:[-–—][ \t]+)?
      |(?P<letter>\(?(?:[a-zA-Z]|[ivxIVX]{{2,4}})[.)])[ \t]+
      |(?P<circled>[{_CIRCLED}]|\d\ufe0f?\u20e3)[ \t]*
      |(?P<bullet>[-*–—+](?=[ \t])|[{_BULLETS}]\ufe0f?|(?=\[[ xX✓✔]?\][ \t]))[ \t]*)
    (?:\[[ xX✓✔]?\][ \t]*|[☐☑☒✓✔][ \t]*)?
    (?P<text>\S.*?)[ \t]*$""",
    re.VERBOSE,
)
_EMPHASIS = re.compile(r"^(\*\*|__|\*|_|`|\"|“|')(?P<inside>.+?)(\*\*|__|\*|_|`|\"|”|')$")
_BOLD_NAME = re.compile(
    r"^(?P<mark>\*\*|__)(?P<name>[^*\n]{1,150}?)(?P<inner>\s*[:：])?(?P=mark)\s*(?P<outer>[:：–—-])?\s*(?P<rest>.*)$"
)
_NAME_AND_REST = re.compile(r"^(?P<name>[^:–—\n]{1,60}?)(?:\s+[-–—]\s+|:\s+)(?P<rest>\S.*)$")
_END_OF_SENTENCE = (".", "!", "?", ":", "。", "：", "…")
_COUNTED = re.compile(r"^[A-Za-z][A-Za-z ]{0,20} (\d{1,3})[:.)]\s+(?=\S)")
_TAGGED = re.compile(r"<(\w{1,30})>([^<>\n]{1,300})</\1>")
_LED_IN = re.compile(r"^[A-Za-z][\w ]{0,30}:\s+(?=\S)")
_ROW_RULE = re.compile(r"^\|?[\s:|-]+\|?$")


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item of a list.

    Attributes:
        line: what stands in its line, without marker and without emphasis around the whole.
        name: the same without its explanation.
        details: the explanation; empty where there is none.
    """

    line: str
    name: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class _Marked:
    indent: int
    kind: str
    mark: str
    text: str


def read_items(reply: str) -> list[ListItem]:
    """The items of the list in a reply, in order; empty where it has none."""
    tagged = [_make_item(found[1].strip()) for found in _TAGGED.findall(reply[:LONGEST_REPLY]) if found[1].strip()]
    if len(tagged) >= FEWEST_LINES:
        return tagged
    lines = _take_counts_off(reply[:LONGEST_REPLY].splitlines())
    items = _read_marked(lines) or _read_table(lines) or _read_bold(lines) or _read_plain(lines)
    items = [item for item in items if any(sign.isalnum() for sign in item.line)]
    return _split_all(items)


def read_list(reply: str) -> list[str]:
    """The lines of the items, in order, without markers and emphasis; empty where the reply holds no list."""
    return [item.line for item in read_items(reply)]


def split_bold_name(text: str) -> tuple[str, str]:
    """`**Name** – explanation` as its two parts; any other text is all name."""
    found = _BOLD_NAME.match(text.strip())
    if found is None or not (found["rest"] and (found["inner"] or found["outer"])):
        return (found["name"].strip() if found is not None and not found["rest"] else text.strip()), ""
    return found["name"].strip(), found["rest"].strip()


def _take_counts_off(lines: Sequence[str]) -> Sequence[str]:
    """`Value 1: …`, `Value 2: …` as items with a number."""
    numbers = [found[1] for line in lines if (found := _COUNTED.match(line.strip()))]
    if len(numbers) < FEWEST_LINES or numbers != [str(number) for number in range(1, len(numbers) + 1)]:
        return lines
    return [_COUNTED.sub(lambda found: f"{found[1]}. ", line.strip()) for line in lines]


def _read_marked(lines: Sequence[str]) -> list[ListItem]:
    marked = [_read_mark(line) for line in lines]
    found = [mark for mark in marked if mark is not None]
    if not _letters_count(found):
        marked = [
            None if mark is not None and mark.kind == "letter" and mark.mark[-1] == "." else mark for mark in marked
        ]
        found = [mark for mark in marked if mark is not None]
    if not found:
        return []
    top = min(mark.indent for mark in found) + 1
    below = _bullets_lie_below(found)
    items: list[ListItem] = []
    parts: list[list[str]] = []
    for line, mark in zip(lines, marked, strict=True):
        if mark is None:
            if items and line.strip() and _continues(line, items[-1], parts[-1], top):
                items[-1] = replace(items[-1], details=f"{items[-1].details} {line.strip()}".strip())
        elif items and (mark.indent > top or (below and mark.kind == "bullet")):
            parts[-1].append(_take_emphasis_off(mark.text))
        else:
            items.append(_make_item(mark.text))
            parts.append([])
    return _place_parts(items, parts)


def _read_mark(line: str) -> _Marked | None:
    found = _MARKED.match(line)
    if found is None:
        return None
    kind = next((name for name in ("number", "letter", "circled") if found[name]), "bullet")
    text = found["text"]
    if found["bold"]:
        if kind == "bullet":
            return None  # `**- x` is no item, and `* *x*` has its star as the bullet
        text = f"{found['bold']}{text}" if found["bold"] in text else text
    return _Marked(len(found["indent"].expandtabs(4)), kind, found[kind].strip("()"), text.rstrip(",;"))


def _letters_count(found: Sequence[_Marked]) -> bool:
    """Whether letters with a point count the items, and are not initials: the first of two or more is an a or an i."""
    letters = [mark.mark[0].casefold() for mark in found if mark.kind == "letter" and mark.mark[-1] == "."]
    return len(letters) > 1 and letters[0] in "ai" and letters[1] in "bi"


def _bullets_lie_below(found: Sequence[_Marked]) -> bool:
    """Whether bullets explain numbers although no deeper: after every number there is one, and none before."""
    kinds = [mark.kind for mark in found]
    numbers = [place for place, kind in enumerate(kinds) if kind == "number"]
    if len(numbers) < FEWEST_LINES or kinds[0] != "number":
        return False
    return all(kinds[place + 1 : place + 2] == ["bullet"] for place in numbers)


def _continues(line: str, item: ListItem, parts: Sequence[str], top: int) -> bool:
    """Whether an unmarked line explains the item above it."""
    is_deeper = len(line) - len(line.lstrip()) > top
    return is_deeper and not parts and not line.strip().startswith("```") and len(item.details) < LONGEST_DETAILS


def _place_parts(items: Sequence[ListItem], parts: Sequence[Sequence[str]]) -> list[ListItem]:
    """What stands below an item explains it; below headings stand the items themselves."""
    flat = [_make_item(part) for below in parts for part in below]
    is_heading = len(items) == 1 and len(flat) >= FEWEST_LINES
    are_headings = all(item.line.endswith(":") and "*" not in item.line for item in items) and len(flat) > len(items)
    if flat and (is_heading or are_headings):
        return flat
    return [
        replace(item, details="; ".join(filter(None, (item.details, *(part.strip("* ") for part in below)))))
        for item, below in zip(items, parts, strict=True)
    ]


def _make_item(text: str) -> ListItem:
    line = _take_emphasis_off(text)
    name, details = split_bold_name(text)
    return ListItem(line, _take_emphasis_off(name), details)


def _take_emphasis_off(text: str) -> str:
    wrapped = _EMPHASIS.match(text)
    return wrapped["inside"].strip() if wrapped and "**" not in wrapped["inside"] else text


def _read_table(lines: Sequence[str]) -> list[ListItem]:
    rows = [line.strip() for line in lines if line.strip().startswith("|") and line.strip().endswith("|")]
    if len(rows) < FEWEST_LINES:
        return []
    start = 2 if _ROW_RULE.match(rows[1]) else 0
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[start:] if not _ROW_RULE.match(row)]
    named = [[cell for cell in row if cell and not cell.strip("#.()").isdecimal()] for row in cells]
    return [
        ListItem(_take_emphasis_off(row[0]), split_bold_name(row[0])[0], " ".join(row[1:2])) for row in named if row
    ]


def _read_bold(lines: Sequence[str]) -> list[ListItem]:
    """Bold names at the beginnings of lines, each with what follows it."""
    items: list[ListItem] = []
    for line in lines:
        found = _BOLD_NAME.match(line.strip())
        if found:
            items.append(_make_item(line.strip()))
        elif items and line.strip() and not items[-1].details:
            items[-1] = replace(items[-1], details=line.strip())
    return items if len(items) >= FEWEST_LINES else []


def _read_plain(lines: Sequence[str]) -> list[ListItem]:
    """Short lines without any mark, or one line of short parts with commas; sentences around them are no items."""
    written = [line.strip() for line in lines if line.strip() and not line.strip().startswith("```")]
    if len(written) == 1:
        return list(_read_commas(written[0]))
    while written and written[0].endswith(_END_OF_SENTENCE):
        written = written[1:]
    while written and written[-1].endswith(_END_OF_SENTENCE):
        written = written[:-1]
    plain = [line.rstrip(",;") for line in written]
    if len(plain) < FEWEST_LINES or not all(map(_is_short, plain)):
        return []
    return [_make_item(line) for line in plain]


def _is_short(line: str) -> bool:
    return len(line.split()) <= MOST_WORDS_A_LINE and not line.endswith(_END_OF_SENTENCE) and line[0] not in "{}[]<"


def _read_commas(line: str) -> Iterator[ListItem]:
    """The parts of one line; one that ends like a sentence is a list only where it counts up: `a, b, and c.`"""
    plain = _LED_IN.sub("", line)
    parts = [part.strip() for part in plain.rstrip(".").split(";" if ";" in plain else ",")]
    counts_up = parts[-1].casefold().startswith(("and ", "or "))
    names = [re.sub(r"^(?:and|or)\s+", "", part, flags=re.IGNORECASE) for part in parts]
    is_list = len(names) >= FEWEST_IN_A_ROW and all(name and len(name.split()) <= MOST_WORDS_A_NAME for name in names)
    ends_well = not plain.endswith(_END_OF_SENTENCE) or (plain.endswith(".") and counts_up)
    if is_list and ends_well and not set(plain) & set("{}[]<>"):
        yield from map(_make_item, names)


def _split_all(items: list[ListItem]) -> list[ListItem]:
    """Where every item has a short name, a dash or a colon and some words, the words explain the name."""
    found = [_NAME_AND_REST.match(item.name) for item in items]
    is_pattern = len(items) >= FEWEST_IN_A_ROW and all(
        match is not None and len(match["name"].split()) <= MOST_WORDS_A_NAME and len(match["rest"].split()) > 2
        for match in found
    )
    if not is_pattern:
        return items
    return [
        replace(item, name=match["name"].strip(), details=" ".join(filter(None, (match["rest"], item.details))))
        for item, match in zip(items, found, strict=True)
        if match is not None
    ]
