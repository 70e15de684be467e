"""Word lists: gender terms, lists of one's own, and what cannot be read."""

from __future__ import annotations

import pytest

from attrprompt.analysis.regions.lexicons import (
    CountedLexicon,
    LexiconCell,
    Lexicons,
    LexiconScopes,
    count_lexicon,
    gender_lexicon,
    read_lexicon_csv,
)
from attrprompt.analysis.regions.tone import estimate_tone
from attrprompt.errors import InputError
from tests.kept import assert_comes_back


def test_gender_terms_are_counted_by_text():
    texts = ["She and her mother.", "He said.", "The engineer left.", "Mr and Mrs Smith", "SHE"]
    figures = count_lexicon(texts, gender_lexicon())
    assert figures.any["female"].value == pytest.approx(3 / 5)
    assert figures.any["male"].value == pytest.approx(2 / 5)
    assert figures.none == 1
    assert figures.several == 1
    assert figures.terms["female"]["she"] == 2
    assert figures.any["female"].method == "Wilson"


def test_no_gender_term_stands_in_two_groups():
    groups = list(gender_lexicon().groups.values())
    assert sum(map(len, groups)) == len(frozenset().union(*groups))


def test_a_lexicon_of_ones_own_may_hold_several_words_a_term():
    lexicon = read_lexicon_csv("term,group\nclimate change,green\nsolar,green\ncoal,black\n", "energy")
    figures = count_lexicon(["Climate   change is here", "the climate may change", "Coal and solar"], lexicon)
    assert figures.terms["green"] == {"climate change": 1, "solar": 1}
    assert figures.several == 1
    assert figures.to_json()["any"]["black"]["value"] == pytest.approx(1 / 3)


def test_counted_lexicons_come_back_with_too_few_texts_and_their_reason():
    figures = count_lexicon(["She and her mother.", "He said."], gender_lexicon())
    cells = {"x": LexiconCell(2, figures), "y": LexiconCell(1, None, "too few texts: 1")}
    scopes = LexiconScopes(figures, cells, {})
    assert scopes.to_json()["labels"]["y"] == {"documents": 1, "reason": "too few texts: 1"}
    assert_comes_back(Lexicons({"gender": CountedLexicon(("female", "male"), {"a": scopes})}))


@pytest.mark.parametrize(
    "text", ["\ufeffTerm;Group\nPoor;poverty\npoor;Poverty\nMs.;titles\n", "poor\tpoverty\nms\ttitles\n"]
)
def test_a_lexicon_may_come_from_any_spreadsheet(text):
    assert read_lexicon_csv(text, "mine").groups == {"poverty": {("poor",)}, "titles": {("ms",)}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("poor,p\nC++,code\n", r"Line 2 of the lexicon: 'C\+\+' begins or ends in a sign"),
        ("(and,odd\n", "would count every 'and'"),
        ("term,group\n,empty\n", "Line 2 of the lexicon is not"),
        ("poor\ndangerous\n", "Line 1 of the lexicon is not"),
    ],
)
def test_a_line_of_a_lexicon_that_cannot_be_read_is_named(text, said):
    with pytest.raises(InputError, match=said):
        read_lexicon_csv(text, "mine")


@pytest.mark.parametrize("text", ["", "\n\n", "word\n", "word,\n", "...,group\n", "term,group\n"])
def test_a_lexicon_that_cannot_be_read_is_refused(text):
    with pytest.raises(InputError):
        read_lexicon_csv(text, "mine")


def test_no_texts_are_refused():
    with pytest.raises(InputError):
        count_lexicon([], gender_lexicon())
    with pytest.raises(InputError):
        estimate_tone([])
