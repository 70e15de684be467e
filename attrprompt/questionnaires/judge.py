"""A model as judge of adherence where no rule can tell: of a sample of texts it says which value fits best.

It chooses among the value that was asked for and others that the label could have had, in random order, so what chance
alone would give is known and stands beside every share. A share that chance gives as well says nothing of the texts:
the model may have ignored the value, or the judge may not see it. Every answer is kept when it comes and is never asked
for again.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from attrprompt.analysis.adherence.languages import are_languages
from attrprompt.analysis.adherence.values import ValueAdherence, adjust_values, rate_value
from attrprompt.analysis.statistics.estimate import Estimate, wilson
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.analysis_jobs.loading import read_texts
from attrprompt.errors import InputError
from attrprompt.kept import Kept
from attrprompt.llm.chat import ChatRequest, Endpoint, Message
from attrprompt.llm.tokens import ONE_WORD_LIMIT, TokenLimit, estimate_message_tokens
from attrprompt.project import DimensionKind, Project, fold_text
from attrprompt.questionnaires.questionnaire import Question, read_answer
from attrprompt.records import Dataset, Sample
from attrprompt.store import Store, StoredProject
from attrprompt.store.answers import StoredAnswer

OPTIONS = 6
ANSWER_TOKENS = 8
PER_VALUE = 30
SEED = 0
_LETTER = re.compile(r"\b([A-F])\b")


@dataclass(frozen=True)
class JudgeQuestion:
    """One text and what is asked about it.

    Attributes:
        asked: the value that its prompt asked for.
        options: what the judge chooses from, in the order of their letters.
        key: hash of what is asked of whom; the answer is kept under it.
    """

    item: int
    dimension: str
    asked: str
    options: tuple[str, ...]
    messages: tuple[Message, ...]
    key: str


@dataclass(frozen=True)
class JudgeQuestionnaire:
    """All that is asked of one model about one data set; `limit` is the most tokens of an answer."""

    endpoint: Endpoint
    dataset: Dataset
    questions: tuple[JudgeQuestion, ...]
    limit: TokenLimit = ONE_WORD_LIMIT

    @cached_property
    def prompt_tokens(self) -> int:
        """Estimated tokens of all questions."""
        return sum(estimate_message_tokens(question.messages) for question in self.questions)

    @property
    def completion_tokens(self) -> int:
        """Tokens of all answers, without what a model thinks before them."""
        return ANSWER_TOKENS * len(self.questions)

    def make_request(self, question: Question) -> ChatRequest:
        """What is sent."""
        most = self.limit.for_answer(ANSWER_TOKENS)
        return ChatRequest(question.messages, self.endpoint.model, temperature=0.0, max_tokens=most, seed=0)


@dataclass(frozen=True)
class JudgedDimension(Kept):
    """What a judge says of one dimension.

    Attributes:
        n: texts with a verdict.
        agree: share of them for which it chose the value asked for.
        chance: share that choosing at random would give.
        no_verdict: answers that name no option, or none came.
        values: each value asked for.
    """

    dimension: str
    model: str
    n: int
    agree: Estimate | None
    chance: float | None
    no_verdict: int
    values: tuple[ValueAdherence, ...]


def list_judged_dimensions(document: Project, attributes: Mapping[str, Sequence[str]]) -> list[str]:
    """The dimensions that no rule can check, of those that texts were asked for (name to values)."""
    kinds = {fold_text(dimension.name): dimension.kind for dimension in document.dimensions.values()}
    return [
        name
        for name, values in attributes.items()
        if kinds.get(fold_text(name), DimensionKind.TEXT) is DimensionKind.TEXT and not are_languages(values)
    ]


def make_judge_questionnaire(
    store: Store,
    project: StoredProject,
    dataset: Dataset,
    endpoint: Endpoint,
    *,
    dimensions: Sequence[str] | None = None,
    per_value: int = PER_VALUE,
    choice: TextChoice | None = None,
    limit: TokenLimit = ONE_WORD_LIMIT,
) -> JudgeQuestionnaire:
    """The questions about a data set: so many texts of each value, in one fixed random order.

    More texts later ask again for none.

    Raises:
        InputError: nothing can be asked.
    """
    counts = choice or TextChoice()
    samples = [
        sample
        for sample in read_texts(store, dataset, counts)
        if sample.text.strip() and counts.counts(sample.flags, sample.status.value)
    ]
    seen: dict[str, dict[str, set[str]]] = {}  # dimension, label, values
    for sample in samples:
        for name, value in sample.attributes.items():
            seen.setdefault(name, {}).setdefault(sample.label, set()).add(value)
    document = project.document if dataset.imported else store.runs.load_document(dataset.id)
    all_values = {name: sorted(set().union(*by_label.values())) for name, by_label in seen.items()}
    known = list_judged_dimensions(document, all_values)
    chosen = [name for name in known if dimensions is None or fold_text(name) in map(fold_text, dimensions)]
    if not chosen:
        named = ", ".join(known) or "none"
        raise InputError(f"'{dataset.name}' has no such dimension for a judge. Those that no rule can check: {named}.")
    order = random.Random(SEED).sample(samples, len(samples))
    questions = []
    for name in chosen:
        taken: dict[str, int] = {}
        for sample in order:
            asked = sample.attributes.get(name)
            options = seen[name][sample.label]
            if asked is None or len(options) < 2 or taken.get(asked, 0) >= per_value:
                continue
            taken[asked] = taken.get(asked, 0) + 1
            questions.append(_ask(document, endpoint, sample, name, asked, options))
    if not questions:
        raise InputError(f"No label of '{dataset.name}' has two values of {', '.join(chosen)} to choose between.")
    return JudgeQuestionnaire(endpoint, dataset, tuple(questions), limit.at(endpoint))


def score_judging(questionnaire: JudgeQuestionnaire, answers: Mapping[str, StoredAnswer]) -> dict[str, JudgedDimension]:
    """What the answers say, by dimension; dimensions without an answer are left out."""
    judged = {}
    for name in dict.fromkeys(question.dimension for question in questionnaire.questions):
        answered = [
            question for question in questionnaire.questions if question.dimension == name and question.key in answers
        ]
        verdicts = [
            (question, read_choice(read_answer(answers[question.key]), question.options)) for question in answered
        ]
        told = [(question, choice) for question, choice in verdicts if choice is not None]
        if not answered:
            continue
        n = len(told)
        agreeing = sum(choice == question.asked for question, choice in told)
        judged[name] = JudgedDimension(
            dimension=name,
            model=questionnaire.endpoint.model,
            n=n,
            agree=wilson(agreeing, n) if n else None,
            chance=sum(1 / len(question.options) for question, _ in told) / n if n else None,
            no_verdict=len(answered) - n,
            values=tuple(adjust_values(_rate(name, told))),
        )
    return judged


def read_choice(answer: str, options: Sequence[str]) -> str | None:
    """The option that an answer names, by its letter or in full; None where it names none or several."""
    letters = {letter for letter in _LETTER.findall(answer) if letter in string.ascii_uppercase[: len(options)]}
    if len(letters) == 1:
        return options[string.ascii_uppercase.index(letters.pop())]
    named = [option for option in options if fold_text(option) in fold_text(answer)]
    return named[0] if not letters and len(named) == 1 else None


def write_question(document: Project, text: str, dimension: str, options: Sequence[str]) -> tuple[Message, ...]:
    """What the judge is asked about one text."""
    kind = document.task.text or "text"
    listed = "\n".join(f"{letter}) {option}" for letter, option in zip(string.ascii_uppercase, options, strict=False))
    content = (
        f"Read this {kind}:\n\n{text.strip()}\n\nWhich {dimension.replace('_', ' ')} was its writer asked for? "
        f"Choose the one that fits best:\n{listed}\n\nAnswer with its letter and nothing else."
    )
    return ({"role": "user", "content": content},)


def _ask(
    document: Project, endpoint: Endpoint, sample: Sample, dimension: str, value: str, values: set[str]
) -> JudgeQuestion:
    rng = random.Random(f"{SEED} {sample.item} {dimension}")
    others = sorted(values - {value})
    options = [value, *rng.sample(others, min(OPTIONS - 1, len(others)))]
    rng.shuffle(options)
    messages = write_question(document, sample.text, dimension, options)
    asked = json.dumps(["judge", endpoint.base_url, endpoint.model, [dict(message) for message in messages]])
    key = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
    return JudgeQuestion(sample.item, dimension, value, tuple(options), messages, key)


def _rate(name: str, told: Sequence[tuple[JudgeQuestion, str]]) -> list[ValueAdherence]:
    """Each value: how often it was chosen where it was asked for, and where it was offered but not asked for."""
    rated = []
    for value in sorted({question.asked for question, _ in told}):
        own = [choice for question, choice in told if question.asked == value]
        others = [choice for question, choice in told if question.asked != value and value in question.options]
        elsewhere = (others.count(value), len(others))
        rated.append(rate_value(name, value, own.count(value), len(own), elsewhere))
    return rated
