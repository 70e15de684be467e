"""The class-aware filter: verdicts of the encoder and the model, what they suggest, and what is taken away."""

from __future__ import annotations

import asyncio
import re

import pytest

from attrprompt import edits
from attrprompt.elicitation.class_filter.filter import (
    FilterFinding,
    Suggestion,
    apply_filter,
    count_questions,
    filter_dimension,
)
from attrprompt.elicitation.class_filter.verdicts import Verdict
from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.chat import ChatReply, ChatRequest
from attrprompt.project import Project
from tests.core.elicitation.class_filter.subtopics import VALUES
from tests.word_encoder import WordEncoder


class Answering:
    """A client that answers each question by a rule on its text, and keeps the questions.

    One that knows the labels says yes where a value is asked about under another label than its own, as controls do.
    """

    def __init__(self, rule, *, knows_labels: bool = True) -> None:
        self._rule = rule
        self._knows_labels = knows_labels
        self.asked: list[str] = []
        self.controls: list[str] = []

    async def complete(self, request: ChatRequest) -> ChatReply:
        await asyncio.sleep(0)
        question = request.messages[-1]["content"]
        answer = self._rule(question)
        if belongs_elsewhere(question) and not isinstance(answer, Exception):
            self.controls.append(question)
            answer = "yes" if self._knows_labels else answer
        else:
            self.asked.append(question)
        if isinstance(answer, Exception):
            raise answer
        return ChatReply(answer, "stop", 10, 1, request.model, None, 0.0)

    async def close(self) -> None:
        pass


def belongs_elsewhere(question: str) -> bool:
    own, value, other = re.search(
        r"In the category '(.+?)' .* is: (.+)\n.*belong to the category '(.+?)'", question
    ).groups()
    return value in VALUES.get(other, ()) and value not in VALUES.get(own, ())


async def run_filter(document: Project, **options) -> list[FilterFinding]:
    return [
        finding
        async for step in filter_dimension(document, document.find_dimension("subtopic"), **options)
        for finding in step.findings
    ]


class TestFilter:
    async def test_embeddings_alone_name_the_value_that_is_nearer_to_a_similar_label(self, document):
        findings = await run_filter(document, encoder=WordEncoder())
        dropped = [row for row in findings if row.suggestion is Suggestion.DROP]
        assert [(row.label, row.value, row.similar) for row in dropped] == [("army", "army budget vote", "budget")]
        assert dropped[0].margin < 0
        assert dropped[0].llm_verdict is None
        assert "nearer to 'budget'" in dropped[0].reason

    async def test_every_value_has_a_row_and_the_most_doubtful_comes_first(self, document):
        findings = await run_filter(document, encoder=WordEncoder())
        assert len(findings) == 10
        assert findings[0].value == "army budget vote"

    async def test_the_model_alone_is_asked_about_the_similar_labels_that_a_person_set(self, document):
        army, budget = document.find_label("army"), document.find_label("budget")
        document = edits.edit_label(document, army, similar=(budget,))
        client = Answering(lambda question: "Yes." if "is: army base" in question else "no")
        findings = await run_filter(document, client=client, model="m")
        assert [(row.value, row.llm_verdict) for row in findings if row.suggestion is Suggestion.DROP] == [
            ("army base closed", Verdict.YES)
        ]
        assert sum("'army' we want" in question for question in client.asked) == 4 + 1  # and one control question

    async def test_without_an_encoder_and_without_similar_labels_it_says_what_to_do(self, document):
        with pytest.raises(InputError, match="similar labels"):
            await run_filter(document, client=Answering(lambda _: "no"), model="m")

    async def test_a_no_keeps_what_embeddings_alone_would_drop_and_both_are_shown(self, document):
        findings = await run_filter(document, encoder=WordEncoder(), client=Answering(lambda _: "no"), model="m")
        row = next(row for row in findings if row.value == "army budget vote")
        assert (row.suggestion, row.llm_verdict) == (Suggestion.KEEP, Verdict.NO)
        assert row.margin < 0
        assert "but the model says" in row.reason

    async def test_a_yes_on_a_value_that_is_clearly_its_own_labels_does_not_drop_it(self, document):
        findings = await run_filter(
            document, encoder=WordEncoder(), client=Answering(lambda _: "yes"), model="m", insists_on_model=True
        )
        singers = next(row for row in findings if row.value == "opera singers")
        assert (singers.suggestion, singers.llm_verdict) == (Suggestion.KEEP, Verdict.YES)

    async def test_a_reply_that_is_neither_is_asked_for_again_and_then_shown_as_no_verdict(self, document):
        client = Answering(lambda _: "Perhaps.")
        steps = [
            step
            async for step in filter_dimension(
                document,
                document.find_dimension("subtopic"),
                encoder=WordEncoder(),
                client=client,
                model="m",
                insists_on_model=True,
            )
        ]
        assert {row.llm_verdict for step in steps for row in step.findings} == {Verdict.NONE}
        replies = [reply for step in steps for reply in step.replies]
        questions = count_questions(document, document.find_dimension("subtopic"))
        assert len(replies) == 2 * questions + len(steps[0].control.replies)
        assert {reply.problem for reply in replies if reply.raw == "Perhaps."} == {"neither yes nor no"}
        assert [(step.done, step.total) for step in steps] == [(1, 3), (2, 3), (3, 3)]

    @pytest.mark.parametrize("answer", ["yes", "no", "Perhaps."])
    async def test_a_model_that_fails_the_control_questions_is_not_asked_further(self, document, answer):
        client = Answering(lambda _: answer, knows_labels=False)
        options = {"encoder": WordEncoder(), "client": client, "model": "m"}
        steps = [s async for s in filter_dimension(document, document.find_dimension("subtopic"), **options)]
        control = steps[0].control
        assert not control.is_trusted
        assert f"{control.right} of 6 control questions right, so it was not asked" in control.sentence
        rows = [row for step in steps for row in step.findings]
        assert {row.llm_verdict for row in rows} == {None}
        assert [row.value for row in rows if row.suggestion is Suggestion.DROP] == ["army budget vote"]

    async def test_with_two_labels_only_belonging_is_controlled(self, document):
        two = edits.delete_label(document, document.find_label("opera"))
        client = Answering(lambda _: "no")
        options = {"encoder": WordEncoder(), "client": client, "model": "m"}
        steps = [s async for s in filter_dimension(two, two.find_dimension("subtopic"), **options)]
        assert (steps[0].control.right, steps[0].control.asked) == (2, 2)

    async def test_a_value_that_a_similar_label_has_too_is_named_first(self, document):
        subtopic, opera = document.find_dimension("subtopic"), document.find_label("opera")
        document = edits.add_values(document, subtopic, ["Army drill"], labels=[opera]).project
        findings = await run_filter(document, encoder=WordEncoder())
        row = next(row for row in findings if row.label == "opera" and row.value == "Army drill")
        assert row.suggestion is Suggestion.DROP
        assert row.reason == "'army' has the same value."

    async def test_a_refused_key_ends_the_filter_with_the_endpoints_failure(self, document):
        failure = ProviderError("The key was refused.", kind=ErrorKind.AUTH)
        with pytest.raises(ProviderError, match="key"):
            await run_filter(document, encoder=WordEncoder(), client=Answering(lambda _: failure), model="m")

    async def test_stop_begins_no_further_label(self, document):
        stop = asyncio.Event()
        labels = []
        async for step in filter_dimension(
            document, document.find_dimension("subtopic"), encoder=WordEncoder(), stop=stop
        ):
            labels.append(step.label_id)
            stop.set()
        assert 1 <= len(labels) < 3

    async def test_nothing_to_check_with_or_against_is_said(self, document):
        with pytest.raises(InputError, match="encoder or a model"):
            await run_filter(document)
        one = edits.delete_label(
            edits.delete_label(document, document.find_label("opera")), document.find_label("army")
        )
        with pytest.raises(InputError, match="only one"):
            await run_filter(one, encoder=WordEncoder())
        same = edits.set_class_dependent(document, document.find_dimension("subtopic"), False)
        with pytest.raises(InputError, match="nothing to filter"):
            await run_filter(same, encoder=WordEncoder())


def finding(value: str, margin: float, suggestion: Suggestion = Suggestion.DROP) -> FilterFinding:
    return FilterFinding("d", "l", "army", value, value, "s", "budget", None, margin, suggestion, "Nearer.")


class TestApply:
    async def test_only_accepted_rows_go_and_the_cap_binds_suggestions_not_people(self, document):
        findings = await run_filter(document, encoder=WordEncoder())
        subtopic, army = document.find_dimension("subtopic"), document.find_label("army")
        assert apply_filter(document, []) == document
        chosen = [row for row in findings if row.label == "army"][:3]
        after = apply_filter(document, chosen)
        assert len(after.dimensions[subtopic].values_for(army)) == 1
        assert len(after.dimensions[subtopic].values) == 7

    async def test_a_label_is_never_emptied(self, document):
        findings = await run_filter(document, encoder=WordEncoder())
        with pytest.raises(InputError, match="without any value"):
            apply_filter(document, [row for row in findings if row.label == "opera"])

    async def test_a_shared_value_stays_for_the_other_label(self, document):
        subtopic, opera = document.find_dimension("subtopic"), document.find_label("opera")
        drill = next(k for k, v in document.dimensions[subtopic].values.items() if v.text == "army drill")
        document = edits.copy_values(document, subtopic, [drill], opera, shared=True).project
        rows = [row for row in await run_filter(document, encoder=WordEncoder()) if row.value == "army drill"]
        after = apply_filter(document, [row for row in rows if row.label == "army"])
        assert after.dimensions[subtopic].values[drill].labels == (opera,)
