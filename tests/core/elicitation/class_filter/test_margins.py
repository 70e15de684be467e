"""Margins: nearer to the own label, without the value itself, or to a similar one."""

from __future__ import annotations

import numpy as np
import pytest

from attrprompt import edits
from attrprompt.elicitation.class_filter.margins import measure_margins
from attrprompt.elicitation.class_filter.similar import embed_dimension
from tests.word_encoder import WordEncoder


class TestMargins:
    def test_a_margin_compares_with_the_own_label_without_the_value(self, document):
        """By hand: title and centroid of each label at half, as in `similar.mix_vectors`."""
        subtopic = document.find_dimension("subtopic")
        opera, army = document.find_label("opera"), document.find_label("army")
        vectors = embed_dimension(document, subtopic, WordEncoder())
        margins = measure_margins(document.dimensions[subtopic], vectors, {opera: [army]})
        premiere = next(k for k, v in document.dimensions[subtopic].values.items() if v.text == "opera premiere")
        # left: title "opera" = (1, 0), other value "opera singers" = (1, 1)/√2 over axes (opera, singers)
        own = np.array([1.0, 0.0]) * 0.5 + np.array([1.0, 1.0]) / np.sqrt(2) * 0.5
        expected = own[0] / np.linalg.norm(own) / np.sqrt(2)
        assert margins[opera, premiere][0].margin == pytest.approx(expected, abs=1e-6)

    def test_a_label_that_shares_the_value_is_not_compared(self, document):
        subtopic = document.find_dimension("subtopic")
        army, budget = document.find_label("army"), document.find_label("budget")
        vote = next(k for k, v in document.dimensions[subtopic].values.items() if v.text == "budget vote")
        document = edits.copy_values(document, subtopic, [vote], army, shared=True).project
        vectors = embed_dimension(document, subtopic, WordEncoder())
        assert measure_margins(document.dimensions[subtopic], vectors, {army: [budget]})[army, vote] == []
