"""Words of scripts without spaces: told by dictionaries, else by characters, and the record says which."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from attrprompt.analysis.comparison import compare_datasets
from attrprompt.analysis.diversity.lexical import _count_factors, _read_factors
from attrprompt.analysis.texts import unspaced
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis.texts.tokens import (
    LONG_TEXT,
    TOKENISER,
    build_token_table,
    cut_after_words,
    name_tokeniser,
    split_words,
    take_whole,
    tokenise,
    turn_round,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我们在北京大学学习自然语言。", ["我们", "在", "北京", "大学", "学习", "自然", "语言"]),
        (
            "東京都の知事は昨日、計画を発表した。",
            ["東京", "都", "の", "知事", "は", "昨日", "計画", "を", "発表", "した"],
        ),
        ("コンピューターとデータ", ["コンピューター", "と", "データ"]),
        ("เขาไปเชียงใหม่", ["เขา", "ไป", "เชียงใหม่"]),
        ("iPhone的价格是3.5元 (2024年)", ["iPhone", "的", "价格", "是", "3.5", "元", "2024", "年"]),
        ("한국어 텍스트", ["한국어", "텍스트"]),
        ("It’s a naïve café", ["It's", "a", "naïve", "café"]),
    ],
)
def test_words_are_those_of_the_dictionaries(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    "text", ["我们在北京大学学习。 And then 今天天气很好", "他说：東京タワー é 3.5", "ไปเชียงใหม่ก็ดี"]
)
def test_a_text_is_cut_where_its_words_end(text: str) -> None:
    words = split_words(text)
    for number in range(1, len(words)):
        cut = cut_after_words(text, number)
        assert text.startswith(cut)
        assert cut.endswith(words[number - 1])
    assert cut_after_words(text, 0) == ""
    assert cut_after_words(text, len(words)) == text


def test_a_long_text_is_cut_where_a_short_one_is() -> None:
    text = "我们在北京大学学习。 And then. " * 2_000
    table = build_token_table([text])
    assert table.lengths[0] >= LONG_TEXT
    for number in (0, 1, 7, 4_321, int(table.lengths[0])):
        assert table.cut(0, number) == cut_after_words(text, number)


def test_figures_say_what_told_the_words() -> None:
    english = [AnalysisSet("e", ["One small text about a river.", "Two more of them."], ["x", "x"])]
    chinese = [AnalysisSet("c", ["我们在北京大学学习。", "今天天气很好。"], ["x", "x"])]
    assert compare_datasets(english, only=["diversity"], repeats=2).parameters.tokeniser == TOKENISER
    named = compare_datasets(chinese, only=["diversity"], repeats=2).parameters.tokeniser
    assert "dictionaries of ICU (icu4py" in named
    assert name_tokeniser(["naïve", "한국어"]) == TOKENISER


def test_without_the_library_each_character_is_a_word_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without icu4py: its import fails as it does there."""
    monkeypatch.setitem(sys.modules, "icu4py.breakers", None)
    monkeypatch.setattr(unspaced, "version", _missing)
    unspaced._has_dictionaries.cache_clear()
    unspaced.name_dictionaries.cache_clear()
    try:
        assert tokenise("北京大学 ok") == ["北", "京", "大", "学", "ok"]
        assert "one word a character" in name_tokeniser(["北京"])
    finally:
        unspaced._has_dictionaries.cache_clear()
        unspaced.name_dictionaries.cache_clear()


def _missing(name: str) -> str:
    raise unspaced.PackageNotFoundError(name)


def test_the_compiled_reading_gives_the_very_same_number() -> None:
    tokens = np.random.default_rng(3).integers(0, 900, 150_000).astype(np.int32)
    table = build_token_table([" ".join(map(str, tokens.tolist()))])
    previous = take_whole(table).previous
    for reading in (previous, turn_round(previous)):
        repeated = np.flatnonzero(reading >= 0)
        plain = _read_factors(repeated.tolist(), reading[repeated].tolist(), len(reading), 0.72)
        assert len(repeated) > 100_000
        assert _count_factors(reading, 0.72) == plain


def test_a_text_read_backwards_has_the_previous_occurrences_of_its_reverse() -> None:
    words = ["a", "b", "a", "c", "b", "b", "d", "a", "c"]
    forwards = take_whole(build_token_table([" ".join(words)])).previous
    backwards = take_whole(build_token_table([" ".join(reversed(words))])).previous
    assert turn_round(forwards).tolist() == backwards.tolist()
