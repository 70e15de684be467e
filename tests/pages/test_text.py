"""User text on pages is shown as it was typed, whatever Markdown, LaTeX, HTML or Streamlit would read in it."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from components.kit.text import escape, title_column

JOINER = "\u2060"
READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def read(markdown):
    """What a reader sees of a paragraph: without its tags and without joiners, which have no width."""
    rendered = READER.render(markdown).strip()
    assert rendered.startswith("<p>")
    assert rendered.count("<") == 2, rendered
    return html.unescape(re.sub(r"</?p>", "", rendered)).replace(JOINER, "")


@pytest.mark.parametrize(
    "text",
    [
        "![i](http://evil.invalid/x) [l](javascript:1) <img src=x onerror=alert(1)>",
        "1. first",
        "2) second",
        "- a -> b, c <= d",
        "# head",
        "> said",
        "a | b | c",
        "~~gone~~ **bold** _slanted_ `code`",
        "&amp; &#65; AT&T",
        "C++ and C# at 10:30, 7.5 % (about $3)",
        "===",
    ],
)
def test_markup_is_shown_as_itself(text):
    assert read(escape(text)) == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))
def test_any_line_is_shown_as_it_is(text):
    line = f"a{' '.join(text.split())}b"
    assert read(escape(line)) == line.replace(JOINER, "")


@pytest.mark.parametrize(
    "text",
    [":material/home:", ":smile:", ":+1:", "https://a.example", "www.a.example", "a@b.example", "x -> y", "x -- y"],
)
def test_what_streamlit_finds_later_is_broken_by_a_joiner(text):
    assert JOINER in escape(text)
    assert read(escape(text)) == text


@pytest.mark.parametrize("text", ["10:30", "Stopped; 3 left.", "a - b", "7.5 %", "x: y (z)"])
def test_plain_words_stay_as_they_are(text):
    assert escape(text) == text


def test_a_name_heads_a_column_as_typed_and_apart_from_the_others():
    assert title_column("iPhone use") == "iPhone use"
    assert title_column("Texts", ("Data set", "Texts")) == "Texts (2)"
    assert title_column("Texts", ("Texts", "Texts (2)")) == "Texts (3)"
