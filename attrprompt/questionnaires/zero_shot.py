"""The questionnaire of zero-shot labels: the generating model as a classifier, without any training text.

The baseline that generated data must beat to be worth its price. An answer that is no label of the task counts as
wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.analysis_jobs.loading import read_texts
from attrprompt.errors import InputError
from attrprompt.llm.chat import ChatRequest, Endpoint, Message
from attrprompt.llm.tokens import ONE_WORD_LIMIT, TokenLimit, estimate_message_tokens
from attrprompt.project import Project, fold_label
from attrprompt.questionnaires.questionnaire import Question, read_answer
from attrprompt.records import Dataset
from attrprompt.store import Store, StoredProject
from attrprompt.store.answers import StoredAnswer

ONE_LABEL_TOKENS = 24
EXPECTED_TOKENS = 6  # of an answer, a label
SEVERAL_LABELS_TOKENS = 96
ORDER_SEED = 0
TAG = re.compile(r"</?[A-Za-z]\w*>")
NUMBER_SIGNS = "+-<>=$€£"


@dataclass(frozen=True)
class ZeroShotQuestion:
    """One test text and what is asked about it.

    Attributes:
        key: hash of what is asked of whom; an answer is kept under it.
        labels: its true labels, as numbers among the task's labels.
    """

    item: int
    key: str
    messages: tuple[Message, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True)
class ZeroShotQuestionnaire:
    """All that is asked of one model about one test set.

    Attributes:
        names: the task's labels.
        used_in_prompts: gold texts left out because they stood in a prompt.
        other_labels: test texts left out because the task has none of their labels.
        available: test texts that could be asked.
        limit: most tokens of an answer.
    """

    endpoint: Endpoint
    dataset: Dataset
    names: tuple[str, ...]
    titles: tuple[str, ...]
    multi_label: bool
    questions: tuple[ZeroShotQuestion, ...]
    used_in_prompts: int
    other_labels: int
    available: int
    limit: TokenLimit = ONE_WORD_LIMIT

    @cached_property
    def prompt_tokens(self) -> int:
        """Estimated tokens of all questions."""
        return sum(estimate_message_tokens(question.messages) for question in self.questions)

    @property
    def completion_tokens(self) -> int:
        """Estimated tokens of all answers, without what a model thinks before them."""
        return EXPECTED_TOKENS * len(self.questions) * (2 if self.multi_label else 1)

    def make_request(self, question: Question) -> ChatRequest:
        """What is sent."""
        return ChatRequest(
            question.messages,
            self.endpoint.model,
            temperature=0.0,
            max_tokens=self.limit.for_answer(SEVERAL_LABELS_TOKENS if self.multi_label else ONE_LABEL_TOKENS),
            seed=0,
        )

    def read(self, answer: StoredAnswer) -> tuple[int, ...]:
        """The labels that an answer names, by their numbers; none where it is no answer."""
        return read_labels(read_answer(answer), self.names, self.titles, multi_label=self.multi_label)


def make_zero_shot_questionnaire(
    store: Store,
    project: StoredProject,
    test: Dataset,
    endpoint: Endpoint,
    *,
    at_most: int | None = None,
    limit: TokenLimit = ONE_WORD_LIMIT,
) -> ZeroShotQuestionnaire:
    """The questions about a test set; texts come in one fixed random order, so that more texts ask again for none.

    Args:
        at_most: so many texts; None for all.
        limit: most tokens of an answer; the embedded model gets no room to think.

    Raises:
        InputError: no test text has a label of the task.
    """
    document = project.document
    ordered = [label for _, label in document.ordered_labels()]
    names, titles = tuple(label.name for label in ordered), tuple(label.title for label in ordered)
    numbers = {fold_label(name): number for number, name in enumerate(names)}
    samples = read_texts(store, test, TextChoice())
    written = [sample for sample in samples if sample.text.strip()]
    multi_label = document.task.multi_label
    labelled = []
    for sample in written:
        given = sample.labels if multi_label else (sample.label,)
        known = tuple(sorted({numbers[fold_label(label)] for label in given if fold_label(label) in numbers}))
        if known:
            labelled.append((sample, known))
    if not labelled:
        raise InputError(f"No text of '{test.name}' has a label of this task. Map its labels when you import it.")
    order = np.random.default_rng(ORDER_SEED).permutation(len(labelled))[:at_most]
    questions = []
    for sample, known in (labelled[int(row)] for row in order):
        messages = write_messages(document, sample.text)
        questions.append(ZeroShotQuestion(sample.item, _hash(endpoint, messages, multi_label), messages, known))
    return ZeroShotQuestionnaire(
        endpoint=endpoint,
        dataset=test,
        names=names,
        titles=titles,
        multi_label=multi_label,
        questions=tuple(questions),
        used_in_prompts=test.rows - len(samples),
        other_labels=len(written) - len(labelled),
        available=len(labelled),
        limit=limit.at(endpoint),
    )


def write_messages(project: Project, text: str) -> tuple[Message, ...]:
    """What a model is asked about one text: the labels with their descriptions, then the text."""
    task = project.task
    lines = [
        f"- {label.title}" + (f": {label.description}" if label.description else "")
        for _, label in project.ordered_labels()
    ]
    kind = task.text or task.domain or "text"
    if task.multi_label:
        ask = f"Which of these labels fit the {kind} below? One or several may."
        end = "Answer with the names of the fitting labels, one on each line, and nothing else."
    else:
        ask = f"Which one of these labels fits the {kind} below best?"
        end = "Answer with the name of that one label and nothing else."
    listed = "\n".join(lines)
    content = f"{ask}\n\nLabels:\n{listed}\n\n{kind.capitalize()}:\n{text.strip()}\n\n{end}"
    return ({"role": "user", "content": content},)


def read_labels(answer: str, names: Sequence[str], titles: Sequence[str], *, multi_label: bool) -> tuple[int, ...]:
    """The labels that an answer names by name or title, whole and as `fold_label` compares them, as numbers.

    A label inside a longer one that is named ("music" in "music album", "C" in "C++") does not count. With one label a
    text an answer that names several is none: nobody can say which was meant.
    """
    spellings: dict[str, int] = {}
    for spelled in (names, titles):  # a name wins over another label's title
        for number, spelling in enumerate(spelled):
            spellings.setdefault(fold_label(spelling), number)
    longest_first = sorted(spellings, key=len, reverse=True)
    found: list[int] = []
    for line in TAG.sub(" ", answer).splitlines():
        plain = " ".join(unicodedata.normalize("NFC", line).casefold().split())
        folded = fold_label(plain)
        position = 0
        while position < len(plain):
            named_here = next((each for each in longest_first if _stands_at(each, position, plain, folded)), None)
            if named_here is not None:
                found.append(spellings[named_here])
            position += len(named_here or " ")
    named = tuple(dict.fromkeys(found))
    return named if multi_label or len(named) == 1 else ()


def _stands_at(spelling: str, start: int, plain: str, folded: str) -> bool:
    """True where this label is named here, and not only a part of a longer word."""
    end = start + len(spelling)
    first, last = plain[start : start + 1], plain[end - 1 : end]
    if not spelling or not folded.startswith(spelling, start) or " " in first + last:
        return False
    before, after = plain[:start][-2:], plain[end:][:2]
    return not ((before and _belongs_before(before, first)) or (after and _belongs_after(after)))


def _belongs_before(before: str, first: str) -> bool:
    """True where the sign before a label makes another word of it: `-1`, `>50K`, `.NET`."""
    sign = before[-1]
    if first.isdigit() and (sign in NUMBER_SIGNS or (sign == "." and before[:-1].isdigit())):
        return True
    return sign.isalnum() or sign in "&@" or (sign == "." and before in (".", " ."))


def _belongs_after(after: str) -> bool:
    """True where the sign after a label makes another word of it: `C++`, `C#`, `A-`, `1.5`."""
    sign, following = after[0], after[1:]
    if sign in "+-":
        return not following.isalnum()
    return sign.isalnum() or sign in "#&@%" or (sign == "." and following.isdigit())


def _hash(endpoint: Endpoint, messages: Sequence[Message], multi_label: bool) -> str:
    asked = json.dumps([endpoint.base_url, endpoint.model, [dict(message) for message in messages], multi_label])
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
