"""Thinking is told apart from the answer in every shape in which servers send it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrprompt.llm.answers.thinking import read_message, split_thinking

ANSWER = "The home side won the cup after extra time."
THOUGHT = "I should mention Paris and London."


@pytest.mark.parametrize(
    "written",
    [
        f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}",
        f"{THOUGHT}\n</think>\n\n{ANSWER}",
        f"<THINK>{THOUGHT}</THINK>{ANSWER}",
        f"<thinking>{THOUGHT}</thinking>\n{ANSWER}",
        f"<reasoning>{THOUGHT}</reasoning>\n{ANSWER}",
        f"<seed:think>{THOUGHT}</seed:think>{ANSWER}",
        f"[THINK]{THOUGHT}[/THINK]{ANSWER}",
        f"◁think▷{THOUGHT}◁/think▷{ANSWER}",
        f"<|begin_of_thought|>{THOUGHT}<|end_of_thought|>{ANSWER}",
        f"<think>I should mention Paris</think><think>and London.</think>{ANSWER}<|im_end|>",
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>"
        f"{ANSWER}<|return|>",
        f"analysis{THOUGHT}assistantfinal{ANSWER}",
        f"{ANSWER}</s>",
        f"<s>{ANSWER}</s>",
        f"<|im_start|>assistant\n{ANSWER}<|im_end|>",
        f"<|start_header_id|>assistant<|end_header_id|>\n\n{ANSWER}<|eot_id|>",
        f"<start_of_turn>model\n{ANSWER}<end_of_turn>",
        f"{ANSWER}<|im_end|>\n<|im_start|>user\nAnother one about Rome.<|im_end|>",
        f"{ANSWER}<｜end▁of▁sentence｜>",
        f"{ANSWER}<end_of_turn>\n<start_of_turn>user\nThanks!",
        f"{ANSWER}<|eot_id|><|endoftext|>\n",
        ANSWER,
    ],
)
def test_the_answer_is_what_is_left(written):
    split = split_thinking(written)
    assert split.text == ANSWER
    assert not split.is_unfinished
    if "Paris" in written:
        assert "Paris" in split.thinking
        assert "London" in split.thinking
    assert "<" not in split.thinking
    assert split.written == ("" if written == ANSWER else written)


@pytest.mark.parametrize(
    "written",
    [
        f"<think>\n{THOUGHT}",
        f"[THINK]{THOUGHT}",
        f"<|channel|>analysis<|message|>{THOUGHT}",
        f"  <think>a</think><think>{THOUGHT}",
    ],
)
def test_thinking_that_nothing_ends_is_no_answer(written):
    split = split_thinking(written)
    assert (split.text, split.is_unfinished) == ("", True)
    assert THOUGHT in split.thinking


@pytest.mark.parametrize(
    "message",
    [
        {"content": ANSWER, "reasoning_content": THOUGHT},
        {"content": ANSWER, "reasoning": THOUGHT},
        {"content": ANSWER, "reasoning": {"content": THOUGHT}},
        {"content": ANSWER, "reasoning_details": [{"type": "reasoning.text", "text": THOUGHT}]},
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]},
                {"type": "text", "text": ANSWER},
            ]
        },
        {"content": [{"type": "thinking", "thinking": THOUGHT}, {"type": "text", "text": ANSWER}]},
        {"content": [{"type": "reasoning", "text": THOUGHT}, {"type": "output_text", "text": ANSWER}]},
        {"content": [{"type": "text", "text": f"<think>{THOUGHT}</think>{ANSWER}"}]},
    ],
)
def test_it_stands_in_a_field_or_a_part_of_its_own(message):
    split = read_message(message)
    assert (split.text, split.thinking) == (ANSWER, THOUGHT)
    assert THOUGHT in split.written
    assert ANSWER in split.written


@pytest.mark.parametrize(
    "text",
    [
        "He began to think.",
        "Analysis of the final: the assistant coach spoke.",
        "analysis of the final by an assistant",
        "if a < b and b > c then [thinking] stops",
        "a <b>bold</b> word",
        "",
    ],
)
def test_a_text_about_thinking_stays_as_it_is(text):
    assert split_thinking(text).text == text


@given(st.text())
def test_nothing_is_lost_but_marks(text):
    split = split_thinking(text)
    assert len(split.text) + len(split.thinking) <= len(text)


@pytest.mark.parametrize(
    "content", [None, 7, {"a": 1}, [None, 3, ["x"]], [{"type": 5, "text": 6}], [{"type": "text", "text": None}]]
)
def test_what_is_no_content_is_an_empty_answer(content):
    assert read_message({"content": content}).text == ""
