"""How a model is asked: with examples of other labels, nouns in the plural, and what is to be avoided."""

from __future__ import annotations

import pytest

from attrprompt import edits
from attrprompt.elicitation.questions import ValueQuestion, Way, ask_for_values, make_plural
from attrprompt.presets import load_preset
from attrprompt.project import DimensionKind, Project


@pytest.fixture
def document() -> Project:
    document = edits.add_labels(Project(), ["world", "sports", "business"])
    document = edits.set_task(document, text="news article", source="a news agency")
    document = edits.add_dimension(document, "subtopic", class_dependent=True)
    document = edits.add_dimension(document, "length", kind=DimensionKind.LENGTH)
    return edits.add_dimension(document, "style")


class TestQuestions:
    def question(self, document, **options) -> ValueQuestion:
        label = document.find_label("Sports")
        return ValueQuestion(document, document.find_dimension("subtopic"), label, 5, **options)

    def test_by_example_shows_two_finished_lists_of_other_labels_and_begins_the_own(self):
        document = load_preset("agnews")
        messages = ask_for_values(self.question(document, there=["a cup final"]), Way.BY_EXAMPLE)
        assert [message["role"] for message in messages] == ["user", "assistant"] * 3 + ["user"]
        assert "World affairs" in messages[0]["content"]
        assert messages[5]["content"] == "1. a cup final"
        assert messages[-1]["content"] == "List 5 more subtopics for news articles about: Sports."

    def test_without_values_of_other_labels_the_examples_are_ours(self):
        document = edits.add_labels(Project(), ["Sports"])
        document = edits.add_dimension(document, "subtopic", class_dependent=True)
        messages = ask_for_values(self.question(document), Way.BY_EXAMPLE)
        assert [message["role"] for message in messages] == ["user", "assistant"] * 2 + ["user"]
        assert "gardening" in messages[0]["content"]

    @pytest.mark.parametrize(
        ("one", "many"),
        [
            ("news", "news"),
            ("story", "stories"),
            ("essay", "essays"),
            ("product_class", "product classes"),
            ("box", "boxes"),
        ],
    )
    def test_nouns_in_the_question_are_put_in_the_plural(self, one, many):
        assert make_plural(one) == many

    def test_a_long_list_to_avoid_is_shortened_to_the_latest(self):
        document = load_preset("agnews")
        there = [f"value number {n} of a long list" for n in range(1000)]
        prompt = ask_for_values(self.question(document, there=there), Way.PLAIN)[0]["content"]
        assert "value number 999 " in prompt
        assert "value number 0 " not in prompt
        assert len(prompt) < 6_000
