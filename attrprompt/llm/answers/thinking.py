"""What a reasoning model thought, told apart from what it answered, in every shape in which servers send it.

Servers that know the model split the two themselves and send the thinking in a field or a part of its own. The others
pass on what the model wrote: between tags, as gpt-oss channels, or, where the chat template had opened the tag already,
with a closing tag alone. An opening tag that nothing closes means that the tokens ran out while the model thought.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TAG_NAMES = r"(?:seed:)?think(?:ing)?|thoughts?|reasoning|reflection|begin_of_thought|end_of_thought"
_OPEN = re.compile(rf"(?:<\|?|\[|◁)(?:{_TAG_NAMES})(?:\|?>|\]|▷)", re.IGNORECASE)
_CLOSE = re.compile(rf"(?:</|<\|/?(?=end_of_thought|/)|\[/|◁/)/?(?:{_TAG_NAMES})(?:\|?>|\]|▷)", re.IGNORECASE)
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(?P<name>\w+)(?:(?!<\|message\|>).)*<\|message\|>(?P<text>.*?)(?=<\|(?:end|start|return|call|channel)\|>|\Z)",
    re.DOTALL,
)
_BARE_CHANNELS = re.compile(r"\A\s*analysis(?P<thinking>.*?)assistantfinal(?P<text>.*)\Z", re.DOTALL)
_END_TOKENS = re.compile(r"(?:\s*(?:</s>|<eos>|\[/INST\]))+\s*\Z")
_TURN_TOKENS = re.compile(
    r"<[|｜](?:im_end|im_start|endoftext|end_of_text|eot_id|eom_id|end|return|start_header_id|start|user|system"
    r"|end▁of▁sentence|User|END_OF_TURN_TOKEN)[|｜]>|<(?:end|start)_of_turn>"
)
"""What follows one of them is another turn, which the model wrote by itself."""

_OPENING_TOKENS = re.compile(
    r"\A\s*(?:(?:<[|｜](?:im_start|start_header_id|start_of_role|start|assistant|begin_of_text|Assistant"
    r"|begin▁of▁sentence)[|｜]>|<start_of_turn>|<s>|<bos>|\[/INST\])"
    r"(?:\s*(?:assistant|model)(?=\s|<))?(?:<\|end_(?:header_id|of_role)\|>)?\s*)+"
)
_FINAL = "final"
_THINKING_FIELDS = ("reasoning_content", "reasoning", "reasoning_details")


@dataclass(frozen=True, slots=True)
class Thought:
    """An answer and the thinking that came with it.

    Attributes:
        text: the answer; empty where the model never got to one.
        thinking: everything else, as it came; empty where there was none.
        is_unfinished: thinking was begun and nothing says where it ends.
        written: what the model wrote, thinking, tags and end tokens included; empty where `text` is all of it.
    """

    text: str
    thinking: str = ""
    is_unfinished: bool = False
    written: str = ""


def split_thinking(written: str) -> Thought:
    """The answer in what a model wrote, its thinking apart; both without the tags, the answer without end tokens."""
    text, thinking, is_unfinished = _split(written)
    return Thought(text, thinking, is_unfinished, written if text != written else "")


def holds_thinking_tags(text: str) -> bool:
    """Whether a tag of thinking is left in a text, so that nothing says which of its parts is the answer."""
    return any(pattern.search(text) is not None for pattern in (_OPEN, _CLOSE)) or "<|channel|>" in text


def explain_only_thinking(most_tokens: int, *, is_cut: bool) -> str:
    """Why there is no answer where a model did nothing but think, and what to raise."""
    spent = f"used all {most_tokens:,} tokens for thinking" if is_cut else "ended with its thinking"
    return f"The model {spent} and gave no answer. Raise the most tokens of an answer (--max-tokens)."


def strip_end_tokens(text: str) -> str:
    """The text without the tokens that begin and end a turn, which some servers pass on, and without a next turn."""
    opened = _OPENING_TOKENS.sub("", text)
    ended = _TURN_TOKENS.search(opened)
    turn = opened[: ended.start()].rstrip() if ended else opened
    return _END_TOKENS.sub("", turn)


def read_message(message: Mapping[str, object]) -> Thought:
    """The answer and the thinking of a chat message, wherever each stands in it.

    `written` puts thinking that came in a field or a part of its own between think tags before the rest.
    """
    content, apart = _join_parts(message.get("content"))
    beside = next((words for name in _THINKING_FIELDS if (words := _read_words(message, name))), "")
    split = split_thinking(content)
    apart = "\n".join(filter(None, (beside, apart)))
    if not apart:
        return split
    thinking = "\n".join(filter(None, (apart, split.thinking)))
    return Thought(split.text, thinking, split.is_unfinished, f"<think>\n{apart}\n</think>\n\n{content}")


def _join_parts(content: object) -> tuple[str, str]:
    """What a message's content says, and what its parts say of thinking: a text, or parts that name their kind."""
    if isinstance(content, str):
        return content, ""
    answer, thinking = "", ""
    for part in content if isinstance(content, Sequence) else ():
        if not isinstance(part, Mapping):
            continue
        kind = part.get("type")
        if isinstance(kind, str) and ("think" in kind or "reason" in kind):
            thinking += _read_words(part)
        else:
            answer += _read_words(part)
    return answer, thinking


def _split(written: str) -> tuple[str, str, bool]:
    if "<|channel|>" in written:
        return _split_channels(written)
    bare = _BARE_CHANNELS.match(written)
    if bare is not None:
        return strip_end_tokens(bare["text"]), bare["thinking"].strip(), False
    return _split_tags(written)


def _split_channels(written: str) -> tuple[str, str, bool]:
    spoken: list[str] = []
    thought: list[str] = []
    for channel in _CHANNEL.finditer(written):
        (spoken if channel["name"] == _FINAL else thought).append(channel["text"])
    text = strip_end_tokens("".join(spoken)).strip()
    return text, "\n".join(thought).strip(), not spoken


def _split_tags(written: str) -> tuple[str, str, bool]:
    """Blocks go wherever they stand; a closing tag without its opening one ends thinking that began with the text."""
    thought: list[str] = []
    rest = written
    while (close := _CLOSE.search(rest)) is not None:
        opened = _OPEN.search(rest, 0, close.start())
        begin = opened.start() if opened else 0
        thought.append(rest[opened.end() if opened else 0 : close.start()])
        rest = rest[:begin] + rest[close.end() :]
    opened = _OPEN.match(rest.lstrip())
    if opened is not None:
        thought.append(rest.lstrip()[opened.end() :])
        return "", "\n".join(thought).strip(), True
    text = strip_end_tokens(rest)
    return text.strip() if thought else text, "\n".join(thought).strip(), False


def _read_words(part: Mapping[str, object], *names: str) -> str:
    """The words in a part: a text, or texts in lists and objects below it."""
    for name in names or ("text", "thinking", "reasoning", "summary", "content"):
        words = part.get(name)
        if isinstance(words, str):
            return words
        if isinstance(words, Mapping):
            return _read_words(words)
        if isinstance(words, Sequence):
            return "".join(
                word if isinstance(word, str) else _read_words(word)
                for word in words
                if isinstance(word, str | Mapping)
            )
    return ""
