"""Similar labels: whose values share words, what labels without values are compared by."""

from __future__ import annotations

from attrprompt import edits
from attrprompt.elicitation.class_filter.similar import find_similar_labels, set_similar_labels
from attrprompt.project import Project
from tests.word_encoder import WordEncoder


class TestSimilarLabels:
    def test_labels_whose_values_share_words_are_most_similar(self, document):
        similar = find_similar_labels(document, WordEncoder())
        assert similar[document.find_label("army")][0].label_id == document.find_label("budget")
        assert all(len(found) == 2 for found in similar.values())

    def test_labels_without_values_are_compared_by_what_they_are_called(self):
        document = edits.add_labels(Project(), ["civil war", "world war", "tennis"])
        similar = find_similar_labels(document, WordEncoder())
        assert similar[document.find_label("civil war")][0].label_id == document.find_label("world war")

    def test_a_single_label_has_no_similar_ones(self):
        document = edits.add_label(Project(), "tennis")
        assert list(find_similar_labels(document, WordEncoder()).values()) == [()]

    def test_lists_that_a_person_made_stay_unless_they_are_replaced(self, document):
        army, opera = document.find_label("army"), document.find_label("opera")
        document = edits.edit_label(document, army, similar=(opera,))
        found = find_similar_labels(document, WordEncoder(), top=1)
        assert set_similar_labels(document, found).labels[army].similar == (opera,)
        replaced = set_similar_labels(document, found, replace=True)
        assert replaced.labels[army].similar == (document.find_label("budget"),)
