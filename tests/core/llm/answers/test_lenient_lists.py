"""Lists that models write as text: every usual mark is read, and explanations stand apart from names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrprompt.llm.answers.lenient_lists import read_items, read_list

NAMES = ["chess openings", "river rowing", "youth handball", "ski jumping", "water polo"]
MARKS = {
    "numbers": [f"{n}. " for n in range(1, 6)],
    "brackets": [f"{n}) " for n in range(1, 6)],
    "both brackets": [f"({n}) " for n in range(1, 6)],
    "colons": [f"{n}: " for n in range(1, 6)],
    "dashes after numbers": [f"{n} - " for n in range(1, 6)],
    "number signs": [f"#{n} " for n in range(1, 6)],
    "bold numbers": [f"**{n}.** " for n in range(1, 6)],
    "headings": [f"### {n}. " for n in range(1, 6)],
    "quoted": [f"> {n}. " for n in range(1, 6)],
    "letters": [f"{letter}) " for letter in "abcde"],
    "letters in brackets": [f"({letter}) " for letter in "abcde"],
    "letters with points": [f"{letter}. " for letter in "ABCDE"],
    "roman": ["i. ", "ii. ", "iii. ", "iv. ", "v. "],
    "circled": list("①②③④⑤"),
    "circled with blanks": [f"{sign} " for sign in "❶❷❸❹❺"],
    "keycaps": [f"{n}\ufe0f\u20e3 " for n in range(1, 6)],
    "hyphens": ["- "] * 5,
    "stars": ["* "] * 5,
    "dots": ["• "] * 5,
    "dots without blanks": ["•"] * 5,
    "boxes": ["- [ ] ", "- [x] ", "- [X] ", "- [] ", "* [ ] "],
    "box signs": ["☐ ", "☑ ", "☒ ", "☐ ", "✓ "],
    "numbers and boxes": [f"{n}. [ ] " for n in range(1, 6)],
    "of all kinds": ["a) ", "b) ", "- [ ] ", "- [x] ", "①"],
    "escaped": [f"{n}\\. " for n in range(1, 6)],
    "counted": [f"Value {n}: " for n in range(1, 6)],
    "bare boxes": ["[ ] ", "[x] ", "[X] ", "[ ] ", "[x] "],
    "pictures": ["🏆 "] * 5,
    "none": [""] * 5,
}


@pytest.mark.parametrize("kind", MARKS)
@pytest.mark.parametrize("frame", ["{}", "Here are five:\n\n{}\n\nI hope that helps!", "```\n{}\n```", "   {}"])
def test_any_mark_is_taken_off(kind, frame):
    listed = "\n".join(mark + name for mark, name in zip(MARKS[kind], NAMES, strict=True))
    assert read_list(frame.replace("{}", listed)) == NAMES


@given(
    st.lists(st.from_regex(r"\A[a-zäöü]{2,9}( [a-zäöü0-9]{1,9}){0,4}\Z"), min_size=2, max_size=9),
    st.sampled_from(
        ["{n}. {}", "{n}) {}", "- {}", "* **{}**", "{n}. “{}”", "• {};", "{}", "{},", "| {n} | {} |", "[ ] {}"]
    ),
)
def test_names_come_back_as_they_went_into_a_list(names, form):
    listed = "\n".join(form.format(name, n=place) for place, name in enumerate(names, start=1))
    assert [item.name for item in read_items(listed)] == names


@pytest.mark.parametrize(
    "form",
    [
        "{n}. **{}** – {why}",
        "{n}. **{}**: {why}",
        "{n}. **{}:** {why}",
        "- **{}** - {why}",
        "- __{}__: {why}",
        "**{}**: {why}",
        "**{}**\n{why}\n",
        "{n}. **{}**\n   {why}",
        "{n}. {}\n   {why}",
        "{n}. {}\n   - {why}",
        "- {}\n    * {why}",
        "{n}. {}\n- {why}",
        "{n}. {} – {why}",
        "{n}. {}: {why}",
        "### {n}. {}\n   {why}",
        "| {n} | {} | {why} |",
    ],
)
def test_an_explanation_stands_apart_from_its_name(form):
    reasons = ["how a game begins", "boats on rivers", "young teams play", "hills and wind", "games in pools"]
    listed = "\n".join(
        form.format(name, n=n, why=why) for n, (name, why) in enumerate(zip(NAMES, reasons, strict=True), start=1)
    )
    items = read_items(f"Here are five:\n\n{listed}")
    assert [(item.name, item.details) for item in items] == list(zip(NAMES, reasons, strict=True))


def test_several_bullets_below_an_item_explain_it_together():
    listed = "1. chess openings\n   - the Sicilian\n   - the French\n2. river rowing\n   - eights"
    items = [(item.name, item.details) for item in read_items(listed)]
    assert items == [("chess openings", "the Sicilian; the French"), ("river rowing", "eights")]


def test_below_headings_stand_the_items_themselves():
    assert read_list("- Indoors:\n  - chess\n  - handball\n- Outdoors:\n  - rowing") == ["chess", "handball", "rowing"]
    assert read_list("- Sports\n  - chess\n  - handball") == ["chess", "handball"]


def test_a_table_gives_its_names():
    table = "| # | Value |\n|---|---|\n| 1 | chess openings |\n| 2 | river rowing |"
    assert read_list(table) == ["chess openings", "river rowing"]


@pytest.mark.parametrize(
    "line",
    [
        "; ".join(NAMES),
        "Values: " + ", ".join(NAMES),
        ", ".join(NAMES[:-1]) + f", and {NAMES[-1]}.",
        "<values>" + "\n".join(f"<value>{name}</value>" for name in NAMES) + "</values>",
    ],
)
def test_names_in_a_row_are_a_list(line):
    assert read_list(line) == NAMES


def test_one_line_with_commas_is_a_list():
    assert read_list("chess openings, river rowing, youth handball and more, and water polo") == [
        "chess openings",
        "river rowing",
        "youth handball and more",
        "water polo",
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Purple seven gladly, whereas unless the of.",
        "I'm sorry, but I can't help with that request.",
        "The user wants a list of values.\nI should think of sports that differ from each other.",
        "J. Smith won the race",
        "Sure, I can help, but first, tell me more.",
        "See [1] and [2].",
        "-5 degrees",
        "{\n broken\n}",
        "A long line that goes on and on, and says more than any value of a list would ever say in one line\n" * 2,
    ],
)
def test_prose_is_no_list(reply):
    assert read_list(reply) == []


def test_what_looks_like_a_mark_inside_a_name_stays():
    listed = "- 1. FC Köln\n- 3.5 % growth\n- C++ (v. 20)\n- A. Merkel\n- C: the language"
    assert read_list(listed) == ["1. FC Köln", "3.5 % growth", "C++ (v. 20)", "A. Merkel", "C: the language"]


@given(st.text(max_size=500))
def test_any_reply_is_read(reply):
    assert all(item.line.strip() and item.name for item in read_items(reply))


@pytest.mark.parametrize(
    "piece", ["- ", "1. x\n", "**a", "| a |\n", " \n", "a) \n", "a, ", "**a** b\n", "\t- x\n", "#"]
)
def test_a_long_reply_is_read_in_no_time(piece):
    began = time.monotonic()
    read_items(piece * (100_000 // len(piece)))
    assert time.monotonic() - began < 10
