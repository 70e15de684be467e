"""What a model answered, read as yes, no, or no verdict."""

from __future__ import annotations

import pytest

from attrprompt.elicitation.class_filter.verdicts import read_verdict


class TestVerdicts:
    @pytest.mark.parametrize(
        ("reply", "verdict"),
        [
            ("Yes", "yes"),
            ("No.", "no"),
            ("**No**, it does not.", "no"),
            ("1", "yes"),
            ("0", "no"),
            ('```json\n{"answer": "yes"}\n```', "yes"),
            ("<think>yes or no?</think> no", "no"),
            ("Yes and no.", "no verdict"),
            ("It depends", "no verdict"),
            ("I would say yes", "no verdict"),
            ("", "no verdict"),
            ("11", "no verdict"),
            ("none", "no verdict"),
        ],
    )
    def test_only_a_clear_yes_or_no_counts(self, reply, verdict):
        assert read_verdict(reply) == verdict
