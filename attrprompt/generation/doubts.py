"""What is doubtful about the text of an answer: marks that no text of its kind would hold.

Whatever could also be part of a text is flagged here, never taken off; a person decides. An ordinary word that happens
to be the name of a label ("business") is no mark of the label; `Category: Business`, `(Business)` and `Sci_Tech` are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrprompt.generation.asked_text import LABEL_FIELDS, AskedText
from attrprompt.llm.answers.thinking import holds_thinking_tags
from attrprompt.project import fold_label
from attrprompt.records import Flag

_WRITES = r"(?:write|generate|create|produce|draft|craft|brainstorm|come\ up\ with|figure\ out|think|consider)"
_SPOKEN_THINKING = re.compile(
    rf"""\A\W*(?:
      (?:(?:okay|ok|alright|hmm+|well|so|first|now|right|got\ it)[,.:]?\s+)+
        (?:(?:i|we)\ (?:need|have|should|must|will|want)(?:\ to)?\ (?:\w+\ )?{_WRITES}\b
          |(?:i|we)(?:'|’)ll\ {_WRITES}\b
          |let\ me\ {_WRITES}\b|let(?:'|’)s\ {_WRITES}\b
          |the\ (?:task|prompt|request|instructions?)\ (?:is|was|says?|asks?|wants?|requires?)\b
          |the\ user\ (?:wants|asks|asked|is|needs|requested|requests|would|has|said|says|gave|provided)\b)
      |(?:the\ )?user\ (?:wants|asks|asked\ (?:me|for|us)|is\ asking|requests|requested|would\ like
        |has\ (?:asked|requested))\b
      |we(?:\ need|\ have|\ are\ asked|\ are\ going|(?:'|’)re\ asked|\ must|\ should)(?:\ to)?\ {_WRITES}\b
      |i(?:\ was|\ am|\ have\ been|(?:'|’)m|(?:'|’)ve\ been)\ asked\ to\ {_WRITES}\b
      |i\ need\ to\ {_WRITES}\ (?:an?|the|some)\ [^\n.]{{0,80}}\b(?:words?|category|label|about|text|article)\b
      |let\ me\ (?:think|brainstorm|figure\ out|break\ (?:this|it)\ down|draft|craft|work\ through)\b
      |(?:analysis|chain\ of\ thought|(?:thought|thinking)\ process)[*_]*\s*:[*_]*\s*\n
      |(?:thinking|thoughts?|reasoning)[*_]*\s*:
      |(?:here(?:'|’)?s|here\ is|this\ is)\ (?:a|my|the)\ (?:thinking|thought|reasoning)\ process
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_COUNTED = (
    r"examples?|texts?|articles?|reviews?|samples?|options?|versions?|variants?|variations?|answers?|outputs?"
    r"|responses?"
)
_LIST_TASK = re.compile(
    r"\b(?:lists?|steps?|numbered|instructions?|recipes?|how-to|enumerat\w+|bullets?|questions)\b", re.IGNORECASE
)
_LIST_ITEM = re.compile(r"^[ \t]*[*_]*(\d{1,3})[.)][*_]*[ \t]+\S+(?:[ \t]+\S+){2}", re.MULTILINE)
_LISTED_IN_LINE = re.compile(r"\A1[.)]\s[^\n]{20,2000}?[.!?\"”]\s+2[.)]\s+\S")
_JSON_LIST = re.compile(r'\A\[\s*(?:\{|"(?:[^"\\]|\\.)*"\s*,)|\A\{[^{}]*\}\s*[,\n]\s*\{')
_SEPARATOR = re.compile(r"^[ \t]*(?:-{3,}|\*{3,}|={3,}|_{3,}|(?:\* ){2}\*)[ \t]*$", re.MULTILINE)
FEWEST_WORDS_OF_A_TEXT = 8

_BRACKETED = re.compile(r"\[([^\[\]\n]{1,60})\]|\{([^{}\n]{1,60})\}|<([^<>\n]{1,60})>")
_SLOT_VERB = re.compile(r"(?:insert|your|enter|specify|fill in|name of|tbd|tba|placeholder|x{1,3}\Z)\b", re.IGNORECASE)
_SLOT_NOUN = re.compile(
    r"\b(?:names?|city|town|country|state|province|region|location|place|address|street|date|day|month|year|time"
    r"|company|organi[sz]ation|institution|university|school|team|club|player|coach|title|author|reporter|journalist"
    r"|publication|newspaper|agency|product|brand|model|item|event|person|character|president|minister|official"
    r"|spokes\w+|expert|number|amount|percentage|figure|price|cost|quantity|phone|e-?mail|link|url|website|topic"
    r"|subject|category|label|stadium|venue|opponent|league|hotel|restaurant|movie|book|song|artist|source|recipient"
    r"|sender|signature|position|department|industry|currency|score|age)s?\b",
    re.IGNORECASE,
)
_NO_SLOT = re.compile(
    r"(?:the|an?|his|her|hers|their|our|my|its|this|that|these|those|and|of|in|to|for|at|sic)\b|/", re.IGNORECASE
)
_IDENTIFIER = re.compile(r"[A-Za-z]+(?:_[A-Za-z0-9]+)+")
_TEMPLATE_SLOT = re.compile(
    r"\{\{[^{}\n]{1,60}\}\}|\$\{[\w .]{1,40}\}|%\(\w{1,40}\)s|(?<!_)_{4,}(?!_*$)|\blorem ipsum\b"
    r"|\((?:insert|your name)\b",
    re.IGNORECASE | re.MULTILINE,
)

_LEFT_OVER = re.compile(
    rf"""\A\s*(?:\[\s*)?\{{\s*["'][\w\ ]{{1,40}}["']\s*:
      |```
      |<[|｜][\w▁:.-]{{1,40}}[|｜]>|\[/?INST\]|<(?:start|end)_of_turn>
      |\A(?:sure|certainly|of\ course|here(?:'|’)?s|here\ (?:is|are)|below\ (?:is|are)|the\ following)\b
        [^\n]{{0,200}}:\s*\n
      |\A(?:sure(?:\ thing)?|certainly|of\ course)[!,]
      |\A\W*(?:assistant|chatbot|chatgpt|ai)\W*:
      |\bas\ (?:per\ your\ request|requested\ (?:by\ you|in\ the\ prompt)|an\ ai\ language\ model)\b
      |[(\[]\s*(?:word\ count\s*:?\s*)?~?\d{{1,5}}\s*words?\s*[)\]]
      |^[^\w\n]{{0,8}}(?:total\ )?word\ count[^\w\n]{{0,8}}:
      |^[*_\#>\ -]{{0,8}}(?:title|headline|text|article|body|subtopic|{LABEL_FIELDS})[*_\ ]{{0,8}}:[*_\ ]{{0,8}}\n
      |\A[*_#>\s-]*(?:title|headline|category|label|subtopic|sentiment)[*_]*\s*:
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_TURN = re.compile(r"^[^\w\n]{0,8}(?:user|human|assistant|system)\s*:\s", re.IGNORECASE | re.MULTILINE)
_ENDING = re.compile(
    r"(?:^|(?<=[.!?]\s))(?:please )?(?:let me know (?:if|how|whether|what)\b|(?:i )?hope (?:this|that|it) helps\b"
    r"|feel free to\b|would you like me to\b|is there anything else (?:i|you)\b|\W?note\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
_ENDING_READ = 300

_LABEL_FIELD = re.compile(
    rf"\b(?:{LABEL_FIELDS})\b[*_\"]*\s*[:=]\s*[*_\"'\[(]*(?P<value>[^\n.;|)\]]{{1,80}})", re.IGNORECASE
)


def find_doubts(text: str, asked: AskedText) -> Iterator[Flag]:
    """The flags of a text, each once."""
    if holds_thinking(text):
        yield Flag.THINKING
    if holds_several(text, asked):
        yield Flag.SEVERAL_TEXTS
    if holds_placeholder(text, asked):
        yield Flag.PLACEHOLDER
    if names_label(text, asked):
        yield Flag.NAMES_LABEL
    if holds_wrapper(text, asked):
        yield Flag.WRAPPER


def holds_thinking(text: str) -> bool:
    """Whether thinking may stand in the text: a tag without its partner, or a beginning that speaks of the task."""
    return holds_thinking_tags(text) or _SPOKEN_THINKING.match(text) is not None


def holds_several(text: str, asked: AskedText) -> bool:
    """Whether these are several texts: numbered ones, a JSON list, parts between rules, a mark of the text twice."""
    if _JSON_LIST.match(text) or _count_numbered(text, asked) > 1:
        return True
    marks = sum(asked.text_mark.match(line + "\n") is not None for line in text.splitlines() if ":" in line[:60])
    parts = [part for part in _SEPARATOR.split(text) if len(part.split()) >= FEWEST_WORDS_OF_A_TEXT]
    if marks > 1 or len(parts) > 1:
        return True
    if _LIST_TASK.search(f"{asked.prompt} {asked.kind}"):
        return False
    items = _LIST_ITEM.findall(text)
    in_lines = len(items) > 1 and items[:2] == ["1", "2"] and _LIST_ITEM.match(text) is not None
    return in_lines or _LISTED_IN_LINE.match(text) is not None


def _count_numbered(text: str, asked: AskedText) -> int:
    own = [re.escape(word) for word in asked.kind.casefold().split()[-1:]]
    names = "|".join([_COUNTED, *(f"{word}s?" for word in own)])
    number = r" ?#?(\d{1,3})[*_]{0,3}"
    pattern = rf"^[*_# ]{{0,8}}(?:\w{{1,20}} )?(?:{names}){number} ?(?:[:.)–—-]|$)|\b(?:{names}){number}:"
    return len({first or second for first, second in re.findall(pattern, text, re.IGNORECASE | re.MULTILINE)})


def holds_placeholder(text: str, asked: AskedText) -> bool:
    """Whether something was left to be filled in: `[City Name]`, `{{location}}`, `[insert date]`, `____`."""
    if _TEMPLATE_SLOT.search(text):
        return True
    dimensions = {fold_label(name) for name in asked.attributes}
    return any(
        _is_slot((square or curly or angle).strip(), dimensions, is_tag=bool(angle))
        for square, curly, angle in _BRACKETED.findall(text)
    )


def _is_slot(words: str, dimensions: set[str], *, is_tag: bool) -> bool:
    if is_tag and (words.islower() and " " not in words and "_" not in words):
        return False  # <title> and <time> are tags of HTML
    if _IDENTIFIER.fullmatch(words) or fold_label(words) in dimensions or _SLOT_VERB.match(words):
        return True
    return len(words.split()) <= 5 and _NO_SLOT.match(words) is None and _SLOT_NOUN.search(words) is not None


def names_label(text: str, asked: AskedText) -> bool:
    """Whether a label of the task stands in the text as a label does, and not as an ordinary word."""
    for given in _LABEL_FIELD.finditer(text):
        value = given["value"].strip(" *_\"'")
        words = value.split()
        if any(asked.names_label(" ".join(words[:end]).rstrip(" ,*_\"'")) for end in range(1, len(words) + 1)):
            return True
    return asked.label_mark is not None and asked.label_mark.search(text) is not None


def holds_wrapper(text: str, asked: AskedText) -> bool:
    """Whether something may be left of what a model puts around a text."""
    if asked.is_code:
        return False
    if _LEFT_OVER.search(text):
        return True
    if asked.is_letter:
        return False
    return _TURN.search(text) is not None or _ENDING.search(text[-_ENDING_READ:]) is not None
