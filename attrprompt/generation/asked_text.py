"""What was asked of a model for one text: what tells its answer's text from what stands around it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from attrprompt.project import fold_label

LABEL_FIELDS = (
    r"category|label|labels|class|classification|topic|section|genre|sentiment|tags?|news category|true label"
)
_OTHER_FIELDS = (
    r"subtopic|sub-topic|style|tone|length|location|setting|source|language|keywords|word count|prompt|task|instruction"
    r"|product|rating|stars|author|date|audience|format|type"
)
TEXT_NAMES = (
    r"text|article|news article|news story|content|body|body text|main text|full text|generated text"
    r"|output|answer|response"
)
TITLE_NAMES = r"title|headline|heading|subject|subject line|article title|review title|news headline|headline/title"
_WANTS_TITLE = re.compile(r"\b(?:titles?|headlines?|headings?|subject lines?)\b", re.IGNORECASE)
_WANTS_NO_TITLE = re.compile(
    r"\b(?:no|without|not|never|don't|omit|skip)\b[^.\n]{0,40}\b(?:titles?|headlines?|headings?|subject lines?)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"\b(?:e-?mails?|letters?|messages?|chats?|dialogues?|conversations?|tickets?)\b", re.IGNORECASE)
_CODE = re.compile(
    r"\b(?:json|xml|ya?ml|html|markdown|code|snippets?|scripts?|config\w*|logs?|quer(?:y|ies))\b", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"\b(?:reviews?|posts?|comments?|tweets?|blogs?|questions?|answers?|repl(?:y|ies))\b", re.IGNORECASE
)


@dataclass(frozen=True)
class AskedText:
    """What was asked for, as far as it tells wrapper from text.

    Attributes:
        kind: what one text of the task is called: "news article".
        labels: every name and title of the task's labels.
        attributes: dimension name to value, as the prompt asked for them.
        prompt: the prompt itself.
    """

    kind: str = ""
    labels: Sequence[str] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    prompt: str = ""

    @cached_property
    def folded_labels(self) -> frozenset[str]:
        """The labels as they are compared."""
        return frozenset(fold_label(label) for label in self.labels)

    @cached_property
    def wants_title(self) -> bool:
        """The prompt, or the name of the kind of text, asks for a title."""
        asked = f"{self.prompt} {self.kind}"
        return _WANTS_TITLE.search(asked) is not None and _WANTS_NO_TITLE.search(asked) is None

    @cached_property
    def is_letter(self) -> bool:
        """The text is one that speaks to somebody: offers and thanks may be its own, and it may have a subject."""
        return _LETTERS.search(self.kind) is not None

    @cached_property
    def is_code(self) -> bool:
        """The text has marks of its own, which are then no wrapper."""
        return _CODE.search(self.kind) is not None

    @cached_property
    def is_impersonal(self) -> bool:
        """The text is known to speak to nobody: hopes that it helps are the model's own."""
        return bool(self.kind) and not self.is_letter and _PERSONAL.search(self.kind) is None

    @cached_property
    def text_mark(self) -> re.Pattern[str]:
        """`Text:`, or what the task calls a text, before the text itself."""
        own = [re.escape(word) for word in {self.kind.casefold(), *self.kind.casefold().split()[-1:]} if word]
        names = "|".join([TEXT_NAMES, *own])
        return re.compile(
            rf"\A[*_#\s]*(?:the )?(?:{names})[*_\s]*(?:[:=]|(?<=\s)[-–—](?=\s))[*_]*\s+|\A\[(?:{names})\]\s*\n", re.I
        )

    @cached_property
    def field_line(self) -> re.Pattern[str]:
        """A line that says one thing about the text: its label, an attribute, its title."""
        dimensions = [re.escape(name.replace("_", " ")) for name in self.attributes]
        dimensions += [re.escape(name) for name in self.attributes if "_" in name]
        names = "|".join([LABEL_FIELDS, _OTHER_FIELDS, TITLE_NAMES, *dimensions])
        return re.compile(
            rf"[*_#>\s-]*(?P<name>{names})[*_\s]*(?:[:=]|(?<=\s)[-–—](?=\s))[*_]*[ \t]*(?P<value>\S[^\n]*)",
            re.IGNORECASE,
        )

    @cached_property
    def label_mark(self) -> re.Pattern[str] | None:
        """A label as a mark: in brackets, as a hashtag, before a colon or alone in a line, or called the category.

        A name that no sentence holds (`Sci_Tech`) is a mark wherever it stands; a label of one sign never is.
        """
        spelled = {label for label in self.labels if sum(sign.isalpha() for sign in label) > 1}
        spelled |= {label.replace("_", " ") for label in spelled}
        if not spelled:
            return None
        names = "|".join(re.escape(name) for name in sorted(spelled, key=len, reverse=True))
        technical = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(spelled) if re.search(r"\w[_/]\w", name)]
        kinds = "|".join(["article", "review", "text", *(re.escape(word) for word in self.kind.split()[-1:])])
        forms = (
            rf"[(\[<{{][*_\"]*(?:{names})[*_\"]*[)\]>}}]",
            rf"#(?:{names.replace(chr(92) + ' ', '')})(?!\w)",
            rf"\A\W{{0,20}}(?:{names})[*_\"]*(?: ?:| ?\|| [-–—] )",
            rf"^[*_#> \"(\[-]{{0,8}}(?:{names})(?: (?:news|{kinds}))?[*_\" .:)\]]{{0,8}}$",
            rf"\b(?:category|label|label{{1,2}}ed|classified|tagged|categori[sz]ed) (?:as |under |of |is |in )?"
            rf"(?:an? |the )?[\"“'‘*]*(?:{names})(?!\w)",
            rf"\b(?:{names})[\"”'’*]{{0,3}} (?:category|label)\b",
            rf"\bthis (?:\w{{1,20}} )?(?:is|was) (?:an?|the) (?:\w{{1,20}} )?(?:{names}) (?:{kinds})\b",
        )
        return re.compile("|".join([*forms, *technical]), re.IGNORECASE | re.MULTILINE)

    def names_label(self, words: str) -> bool:
        """Whether these words are nothing but labels, one or several."""
        parts = [part for part in re.split(r"[,;|+&]| and ", words) if part.strip()]
        return fold_label(words) in self.folded_labels or (
            bool(parts) and all(fold_label(part) in self.folded_labels for part in parts)
        )


NOTHING_KNOWN = AskedText()
