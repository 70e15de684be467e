import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrprompt.exchange.attribute_lines import (
    clean_line,
    counts_in_indices,
    is_filler,
    read_lines,
    split_lines,
    write_lines,
)
from attrprompt.project import fold_text
from tests.core.exchange.strategies import LINES, words


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("1. Deficit reduction strategies", "Deficit reduction strategies"),
        ("10) Fractal analysis ", "Fractal analysis"),
        ("(3) Lattices", "Lattices"),
        ("- Toys games", "Toys games"),
        ("• Kraft", "Kraft"),
        ('1. "electronics"', "electronics"),
        ('"Minecraft"', "Minecraft"),
        ('"1984" by George Orwell', '"1984" by George Orwell'),
        ('"21" by Adele and "25"', '"21" by Adele and "25"'),
        ("3D printing", "3D printing"),
        ("6. 2K Games ", "2K Games"),
        ("5. 3M", "3M"),
        ("1.5 litres", "1.5 litres"),
        ("1984", "1984"),
        ("30", "30"),
        ("1. 2. Bundesliga", "2. Bundesliga"),
        ("   ", ""),
        ("3.", ""),
        ("-", ""),
        ("Beyoncé (CD)", "Beyoncé (CD)"),
    ],
)
def test_numbers_bullets_and_enclosing_quotes_are_no_part_of_a_value(line: str, text: str):
    assert clean_line(line) == text


@pytest.mark.parametrize(
    ("text", "dimension", "filler"),
    [
        ("Others product_name for books.", "product_name", True),
        ("Others product for office_products.", "product_name", True),
        ("Others product_name", "product_name", True),
        ("Others subtopics_filter for abortion.", "subtopics", True),
        ("Other scenarios in javascript", "scenario", True),
        ("other topics on 3D meshes", "scenario", True),
        ("Others", "style", False),
        ("Other people's money", "subtopics", False),
        ("Brothers subtopics", "subtopics", False),
    ],
)
def test_filler_rows_are_told_from_values(text: str, dimension: str, filler: bool):
    assert is_filler(text, dimension) is filler


def test_definitions_are_split_off_only_where_every_line_has_one():
    both = read_lines(["News: the facts", "Column: a view", "Others style for x."], "style")
    assert [(line.text, line.description) for line in both[:2]] == [("News", "the facts"), ("Column", "a view")]
    assert both[2].skipped
    mixed = read_lines(["Call of Duty: Modern Warfare", "Minecraft"], "product_name")
    assert [line.text for line in mixed] == ["Call of Duty: Modern Warfare", "Minecraft"]
    assert [line.text for line in read_lines(["Only: one"], "style")] == ["Only: one"]
    twins = read_lines(["A: one", "a: two"], "style")
    assert [line.text for line in twins] == ["A: one", "a: two"]


def test_skipped_lines_say_why():
    lines = read_lines(["Merck", "", "merck ", "x" * 2_001, "Others brands for y."], "brands")
    assert [(line.number, line.skipped) for line in lines] == [
        (1, ""),
        (3, "repeats line 1"),
        (4, "has over 2,000 characters"),
        (5, "stands for no value of its own"),
    ]


@pytest.mark.parametrize("text", ["a\nb\n", "a\r\nb", "a\rb\r", "a\nb"])
def test_lines_end_at_every_kind_of_line_break(text: str):
    assert split_lines(text) == ["a", "b"]


def test_other_separators_do_not_end_a_line():
    assert split_lines("a\u2028b\x0bc\x85d\n\ne") == ["a\u2028b\x0bc\x85d", "", "e"]
    assert split_lines("") == []


def test_indices_count_what_the_authors_loader_keeps():
    assert [counts_in_indices(line) for line in ["1. x", "", " ", "12.", '""', "- ", "Others x."]] == [
        True, False, False, False, False, False, True
    ]  # fmt: skip


@given(st.lists(words(LINES), max_size=6, unique_by=fold_text), st.booleans())
def test_written_lines_read_back_as_the_same_values(texts: list[str], defined: bool):
    values = [(text, "a definition" if defined else "") for text in texts]
    lines = write_lines(values, "style")
    read = read_lines(split_lines("".join(f"{line}\n" for line in lines)), "style")
    assert [line.raw for line in read] == lines
    wanted = [text for text in texts if not is_filler(text, "style")]
    found = [line.text for line in read if not line.skipped]
    lookalikes = all(": " in text for text in texts)
    assert found == wanted or lookalikes
