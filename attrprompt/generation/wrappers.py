"""What a chat model puts around the text that it was asked for, taken off where it cannot be part of the text.

An announcement ("Sure, here is a news article:"), a note after it, a code fence, JSON or quotes around the whole, the
label and the attributes as fields before it, a title that nobody asked for, a count of its words. Each step takes one
of them off, and they are repeated until none finds anything, so that their order does not matter. What could be part of
a text is left alone; `doubts` flags it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from attrprompt.generation.asked_text import LABEL_FIELDS, NOTHING_KNOWN, TEXT_NAMES, TITLE_NAMES, AskedText
from attrprompt.llm.answers.lenient_json import repair_object
from attrprompt.project import fold_label

MOST_ROUNDS = 30
LONGEST_TITLE = 200
LONGEST_ENDING = 600
FEWEST_WORDS = 5
"""A value of a JSON object that no key names as the text must have so many words to be one."""

_NOUNS = (
    r"articles?|texts?|stor(?:y|ies)|news|reviews?|posts?|abstracts?|paragraphs?|pieces?|reports?|drafts?|examples?|"
    r"samples?|versions?|emails?|e-mails?|messages?|tweets?|comments?|questions?|summar(?:y|ies)|descriptions?|"
    r"dialogues?|conversations?|passages?|responses?|answers?|outputs?|results?|letters?|blurbs?|snippets?|sentences?|"
    r"content|write-ups?|json"
)
_APOSTROPHE = "(?:'|’)?"
_OPENER = r"(?:sure(?:\ thing)?|certainly|of\ course)"
_WEAK_OPENER = r"(?:absolutely|okay|ok|alright|great|understood|no\ problem|gladly|yes)"
_HERE = rf"""(?:here{_APOSTROPHE}s|here\ (?:is|are|you\ go)|below\ (?:is|are|you)|this\ is|the\ following\ (?:is|are)
  |i{_APOSTROPHE}ve\ (?:written|created|prepared|crafted|drafted)|i\ have\ (?:written|created|prepared|crafted|drafted)
  |please\ find|as\ requested)"""
_LINE_OR_PHRASE = r"(?:[^\n]{0,300}:[*]*[ ]*(?:\n|\Z)|[^\n:]{0,200}:[*]*\s)"
_ANNOUNCEMENTS = tuple(
    re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    for pattern in (
        # Sure! Here is one:
        rf"\A{_OPENER}[,.!:]*\s+(?:i{_APOSTROPHE}d\ be\ (?:happy|glad)\ to[^\n.!]*[.!]\s+)?{_HERE}\b{_LINE_OR_PHRASE}",
        # Absolutely! Here you go:
        rf"\A(?:{_WEAK_OPENER}[,.!:]*\s+)?here\ (?:you\ go|it\ is|they\ are)\s*[:!.]\s*\n",
        # Great, here is a short article about …:
        rf"\A(?:{_WEAK_OPENER}[,.!:]*\s+)?{_HERE}\b[^\n]{{0,120}}\b(?:{_NOUNS})\b[^\n]{{0,200}}:[*]*[ ]*(?:\n|\Z)",
        # Here is an article about …: in the same line
        rf"\A(?:{_WEAK_OPENER}[,.!:]*\s+)?here(?:{_APOSTROPHE}s|\ is)\ (?:an?|the|your|one)\ [^\n:.]{{0,60}}"
        r"\b(?:article|text|review|abstract|example|sample)\b[^\n:.]{0,120}:\s",
        # Certainly! I can help with that.
        rf"\A{_OPENER}[,.!][^\n]{{0,160}}\b(?:here|help|happy|glad|i{_APOSTROPHE}ll|i\ can|below)\b"
        r"[^\n]{0,120}[:.!]\s*\n",
        rf"\A{_OPENER}[.!]\s*\n",
        rf"\Ai{_APOSTROPHE}d\ be\ (?:happy|glad)\ to\ (?:help|write|create|assist)[^\n]{{0,160}}[:.!]\s*\n",
        r"\A(?:voici|aqu[ií]\ (?:tienes|est[aá])|hier\ (?:ist|sind)|ecco|aqui\ est[aá]|以下是|以下は)"
        r"[^\n:：]{0,160}[:：]\s*\n",
    )
)
_OPENER_ALONE = re.compile(rf"\A{_OPENER}!\s+", re.IGNORECASE | re.VERBOSE)
_ABOUT_THE_TEXT = (
    r"changes?|adjust\w*|revis\w+|modif\w+|edits?|edited|rewrit\w+|another|different|versions?|tone|longer|shorter|tweak\w*|"
    r"refine\w*|expand\w*|this (?:article|text|review|piece|draft|story)"
)
_OUTRO = re.compile(
    r"(?:please )?let me know\b|i hope (?:this|that|it|you)\b|hope (?:this|that) helps|feel free to\b"
    r"|would you like (?:me\b|another|any)|do you want me to\b|is there anything else\b"
    rf"|if you{_APOSTROPHE}(?:d| would| need| want| have|re)\b",
    re.IGNORECASE,
)
_OUTRO_ABOUT_TEXT = re.compile(rf"\b(?:{_ABOUT_THE_TEXT})\b", re.IGNORECASE)
_OUTRO_SENTENCE = re.compile(
    rf"(?<=[.!?\"”…])\s+(?:please )?(?:let me know if you{_APOSTROPHE}(?:d| would)? (?:like|want|need)"
    rf"|feel free to|would you like me to)\b(?=[^.!?\n]*\b(?:{_ABOUT_THE_TEXT})\b)[^.!?\n]{{0,160}}[.!?]?\Z",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:editor'?s? )?note\s*:.*\b(?:fiction\w*|generated|word count|\d+ words|prompt|placeholders?|hypothetical"
    r"|this (?:article|text|review|story|piece|abstract|post|news article) (?:is|was|has|does|meets|follows|uses))\b.*"
    r"|this (?:article|text|review|story|piece|abstract|post|news article) (?:is|was|has been) (?:entirely )?"
    r"(?:fictional|fictitious|a work of fiction|generated|hypothetical)\b.*"
    r"|end of (?:the )?(?:article|text|review|story|news article)\W*"
    r"|(?:article|text|review|story) ends?(?: here)?\W*|end\W*",
    re.IGNORECASE | re.DOTALL,
)
_ABOUT = r"(?:about|approx\.?|approximately|exactly|~)?"
_WORD_COUNT = re.compile(
    rf"""[*_]*[(\[]\s*[*_]*(?:(?:total\ )?(?:word\ count|words|length)\s*:?\s*[*_]*)?\s*{_ABOUT}
          \s*\d{{1,5}}\s*(?:words?)?\s*(?:in\ total)?\s*[*_]*[)\]][*_]*
       |[*_]*(?:total\ )?(?:word\ count|words)\s*[:=]\s*[*_]*\s*{_ABOUT}\s*\d{{1,5}}(?:\s*words?)?[*_.]*
       |[*_]*~?\d{{1,5}}\s+words\.?[*_]*""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMES_WORDS = re.compile(r"words?|length", re.IGNORECASE)
_TRAILING_COUNT = re.compile(
    r"[(\[]\s*(?:word count\s*:?\s*)?(?:about |approx\.? |approximately |~)?\d{1,5} ?words?[)\]]\Z", re.IGNORECASE
)
_LEADING_COUNT = re.compile(r"\A[(\[]\s*(?:word count\s*:?\s*)?~?\d{1,5} ?words?[)\]]\s+", re.IGNORECASE)
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,}|={3,}|~{3,}|(?:[-*_] ){2,}[-*_]|#{1,6})")
_FENCE = re.compile(r"\A```[\w-]*[ \t]*\n(.*?)(?:\n?```\s*\Z|\Z)", re.DOTALL)
_TAGGED = re.compile(
    r"\A<(?P<tag>text|article|news|news_article|review|answer|output|response|content|story|document|result|p)>(.*)</(?P=tag)>\Z",
    re.DOTALL | re.IGNORECASE,
)
_SPEAKER = re.compile(r"\A[*_#\s]*(?:assistant|ai assistant|chatbot|chatgpt)[*_\s]*:[*_]*\s+", re.IGNORECASE)
_NEXT_TURN = re.compile(r"\n[*_#\s]*(?:user|human)[*_\s]*:", re.IGNORECASE)
_INSTRUCTION = re.compile(
    r"\A(?:\#{2,}\s*(?:instruction|input|prompt|human|user)\b.{0,5000}?\#{2,}\s*(?:response|output|assistant|answer)\s*:?\s*\n"
    r"|\[INST\].{0,5000}?\[/INST\])",
    re.IGNORECASE | re.DOTALL,
)
_HEADING = re.compile(r"\A(?:#{1,6}\s+(?P<hash>[^\n]+)|\*\*(?P<bold>[^*\n]+)\*\*|__(?P<under>[^_\n]+)__)[ \t]*\n+")
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "„": "“", "‘": "’", "「": "」"}
_EMPHASISED = re.compile(r"\A(\*\*|__|\*|_)(?P<inside>(?:(?!\1|\n).)+)\1\Z")
_LABEL_MARK = re.compile(rf"\A[*_#(\[]*(?:{LABEL_FIELDS})[*_\s]*[:=][*_]*\s*[*_\"]*", re.IGNORECASE)
_AFTER_LABEL = re.compile(r"[*_\"]*(?:\s*[\n.;,|)\]–—-]+\s*|\s+(?=\w+(?: \w+)?:))")
_NUMBERED_NAME = re.compile(
    rf"\A[*_#\s]*(?:example|sample|option|version|output|response|{TEXT_NAMES}|review)\s*#?1[*_]*\s*[:.\n][*_]*\s*",
    re.IGNORECASE,
)
_SECOND = re.compile(rf"\b(?:example|sample|option|version|{TEXT_NAMES}|review)\s*\#?2\b", re.IGNORECASE)
_JSON_OBJECT = re.compile(r"\A\{\s*(?:[\"'“”]?[\w ]{1,40}[\"'“”]?\s*:|\})")
_JSON_WORD = re.compile(r"\Ajson\s*\n(?=[\[{])", re.IGNORECASE)
_JSON_TITLES = ("title", "headline", "subject")
_JSON_TEXTS = re.compile(
    r"text|article|content|review|body|answer|response|output|story|news|news_?article|message|post|sentence|abstract"
    r"|question|paragraph|document|result|e_?mail|tweet|comment|summary|sample|example|data|generated|generated_?text"
)


def strip_wrapper(answer: str, asked: AskedText = NOTHING_KNOWN) -> str:
    """The text that was asked for, without what the model put around it. Inner text is never changed."""
    text = answer.strip()
    for _ in range(MOST_ROUNDS):
        before = text
        for step in _STEPS if not asked.is_code else _STEPS_AROUND_CODE:
            rest = step(text, asked).strip()
            if rest:
                text = rest
        if text == before:
            break
    return text


def _open_fence(text: str, asked: AskedText) -> str:
    fenced = _FENCE.match(text)
    return fenced.group(1) if fenced and "```" not in fenced.group(1) else text


def _take_from_json(text: str, asked: AskedText) -> str:
    """The text inside an object, a list of one or a JSON string; other JSON stays as it is."""
    text = _JSON_WORD.sub("", text, count=1)
    if text[:1] not in '{["':
        return text
    try:
        found: Any = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        found = repair_object(text) if _JSON_OBJECT.match(text) else None
    return _find_text(found, asked) or text


def _find_text(found: Any, asked: AskedText, depth: int = 0) -> str:
    if isinstance(found, str):
        return found
    if depth > 3:
        return ""
    if isinstance(found, list):
        return _find_text(found[0], asked, depth + 1) if len(found) == 1 else ""
    if not isinstance(found, dict):
        return ""
    own = fold_label(asked.kind)
    keys = {fold_label(str(key)): value for key, value in found.items()}
    named = [
        _find_text(value, asked, depth + 1) for key, value in keys.items() if _JSON_TEXTS.fullmatch(key) or key == own
    ]
    others = [value for key, value in keys.items() if isinstance(value, str) and key not in _JSON_TITLES]
    others = [value for value in others if len(value.split()) >= FEWEST_WORDS and not asked.names_label(value)]
    text = max(named, key=len, default="") or (others[0] if len(others) == 1 else "")
    title = next((keys[name] for name in _JSON_TITLES if isinstance(keys.get(name), str)), "")
    return f"{title}\n\n{text}" if text and title and asked.wants_title else text


def _open_tags(text: str, asked: AskedText) -> str:
    tagged = _TAGGED.match(text)
    return tagged.group(2) if tagged and f"</{tagged['tag']}>" not in tagged.group(2) else text


def _drop_echo(text: str, asked: AskedText) -> str:
    """The prompt itself, or the frame of an instruction, before the text."""
    prompt = asked.prompt.strip()
    return text[len(prompt) :] if prompt and text.startswith(prompt) else _INSTRUCTION.sub("", text, count=1)


def _drop_speaker(text: str, asked: AskedText) -> str:
    """`Assistant:` before the text, and then also the next turn that the model wrote for the other side."""
    speaker = None if asked.is_letter else _SPEAKER.match(text)
    return text if speaker is None else _NEXT_TURN.split(text[speaker.end() :], maxsplit=1)[0]


def _drop_announcement(text: str, asked: AskedText) -> str:
    for announcement in _ANNOUNCEMENTS:
        found = announcement.match(text)
        if found:
            return text[found.end() :]
    return _OPENER_ALONE.sub("", text, count=1) if asked.is_impersonal else text


def _drop_fields(text: str, asked: AskedText) -> str:
    """A field before the text goes where its value is what was asked for, or where a mark of the text follows."""
    line, _, rest = text.partition("\n")
    given = asked.field_line.fullmatch(line.rstrip())
    if given is None or _is_title(given["name"]):
        return _drop_label_field(text, asked)
    is_certain = _is_as_asked(given, asked) or _reaches_text_mark(rest, asked)
    return rest if is_certain else _drop_label_field(text, asked)


def _reaches_text_mark(rest: str, asked: AskedText) -> bool:
    for _ in range(MOST_ROUNDS):
        rest = rest.lstrip()
        if asked.text_mark.match(rest):
            return True
        line, _, rest = rest.partition("\n")
        if not rest or asked.field_line.fullmatch(line.rstrip()) is None:
            return False
    return False


def _drop_label_field(text: str, asked: AskedText) -> str:
    """`Category: Sports Text: …` and `Label: Sports. …` in one line."""
    mark = _LABEL_MARK.match(text)
    if mark is None:
        return text
    rest = text[mark.end() :]
    for label in sorted(asked.labels, key=len, reverse=True):
        if rest[: len(label)].casefold() == label.casefold():
            after = _AFTER_LABEL.match(rest, len(label))
            return rest[after.end() :] if after else text
    return text


def _is_as_asked(given: re.Match[str], asked: AskedText) -> bool:
    value = given["value"].strip(" *_\"'.,")
    attribute = {name.replace("_", " ").casefold(): value for name, value in asked.attributes.items()}
    wanted = attribute.get(given["name"].replace("_", " ").casefold())
    return asked.names_label(value) or (wanted is not None and fold_label(wanted) == fold_label(value))


def _drop_text_mark(text: str, asked: AskedText) -> str:
    without_number = _NUMBERED_NAME.match(text)
    if without_number and _SECOND.search(text) is None:
        return text[without_number.end() :]
    return asked.text_mark.sub("", text, count=1)


def _drop_title(text: str, asked: AskedText) -> str:
    """A title before the text; its words stay where the task wants one, or where nothing else is there."""
    line, _, rest = text.partition("\n")
    given = asked.field_line.fullmatch(line.rstrip())
    if given is not None and _is_title(given["name"]):
        title = given["value"].strip().removesuffix("**").strip(' *_"')
        if asked.is_letter and given["name"].casefold().startswith("subject"):
            return text
        if not rest.strip() or asked.wants_title:
            return f"{title}\n\n{rest.lstrip()}"
        return rest
    heading = _HEADING.match(text)
    if heading is None:
        return text
    title = (heading["hash"] or heading["bold"] or heading["under"]).strip(" *_#")
    is_sentence = title.endswith((".", ",")) and heading["hash"] is None
    if len(title) > LONGEST_TITLE or is_sentence:
        return text
    if asked.wants_title and not asked.names_label(title) and not asked.text_mark.match(f"{title}:\n"):
        return f"{title}\n\n{text[heading.end() :]}"
    return text[heading.end() :]


def _is_title(name: str) -> bool:
    return re.fullmatch(TITLE_NAMES, name, re.IGNORECASE) is not None


def _drop_ending(text: str, asked: AskedText) -> str:
    """The last line or paragraph where it is about the text: an offer to change it, a note, a count, the label."""
    for separator in ("\n", "\n\n"):
        head, _, ending = text.rpartition(separator)
        if head.strip() and len(ending) <= LONGEST_ENDING and _is_about_text(ending.strip(), asked):
            return head
    return _OUTRO_SENTENCE.sub("", text)


def _is_about_text(ending: str, asked: AskedText) -> bool:
    bare = ending.strip(" *_()[]")
    if _RULE.fullmatch(ending) or _is_word_count(ending) or _NOTE.fullmatch(bare) or _is_outro(bare, asked):
        return True
    given = asked.field_line.fullmatch(ending)
    return given is not None and not _is_title(given["name"]) and _is_as_asked(given, asked)


def _is_outro(ending: str, asked: AskedText) -> bool:
    if _OUTRO.match(ending) is None or asked.is_letter:
        return False
    return asked.is_impersonal or _OUTRO_ABOUT_TEXT.search(ending) is not None


def _is_word_count(line: str) -> bool:
    return _WORD_COUNT.fullmatch(line) is not None and _NAMES_WORDS.search(line) is not None


def _drop_word_count(text: str, asked: AskedText) -> str:
    line, _, rest = text.partition("\n")
    if rest and _is_word_count(line.strip()):
        return rest
    text = _LEADING_COUNT.sub("", text)
    return _TRAILING_COUNT.sub("", text) if text.endswith((")", "]")) else text


def _drop_rules(text: str, asked: AskedText) -> str:
    line, _, rest = text.partition("\n")
    return rest if rest and _RULE.fullmatch(line.strip()) else text


def _strip_quotes(text: str, asked: AskedText) -> str:
    closing = _QUOTES.get(text[:1])
    inner = text[1:-1]
    if closing and len(text) > 2 and text.endswith(closing) and text[0] not in inner and closing not in inner:
        return inner
    emphasised = _EMPHASISED.match(text)
    return emphasised["inside"] if emphasised else text


_STEPS: tuple[Callable[[str, AskedText], str], ...] = (
    _open_fence,
    _take_from_json,
    _open_tags,
    _drop_echo,
    _drop_speaker,
    _drop_announcement,
    _drop_rules,
    _drop_fields,
    _drop_title,
    _drop_text_mark,
    _drop_ending,
    _drop_word_count,
    _strip_quotes,
)
_STEPS_AROUND_CODE = (_drop_echo, _drop_speaker, _drop_announcement, _open_fence, _drop_ending)
