from __future__ import annotations

from attrprompt.llm.tokens import estimate_message_tokens, estimate_tokens


def test_four_characters_are_a_token():
    assert [estimate_tokens("x" * n) for n in (0, 1, 4, 5, 400)] == [0, 1, 1, 2, 100]


def test_characters_of_dense_scripts_are_a_token_each():
    assert estimate_tokens("日本の選挙") == 5
    assert estimate_tokens("한국어 abcd") == 3 + 2
    assert estimate_tokens("Zürich") == 2


def test_each_turn_of_a_chat_costs_something():
    assert estimate_message_tokens([{"role": "user", "content": "abcd"}, {"role": "assistant", "content": ""}]) == 9
