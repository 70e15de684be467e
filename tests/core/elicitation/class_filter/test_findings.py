"""Suggestions up to a cap, and never the last value of a label."""

from __future__ import annotations

from attrprompt.elicitation.class_filter.filter import FilterFinding, Suggestion, cap_suggestions


def finding(value: str, margin: float, suggestion: Suggestion = Suggestion.DROP) -> FilterFinding:
    return FilterFinding("d", "l", "army", value, value, "s", "budget", None, margin, suggestion, "Nearer.")


class TestCap:
    def test_only_the_most_doubtful_up_to_the_cap_are_suggested_to_go(self):
        rows = cap_suggestions([finding(f"v{n}", -n / 10) for n in range(1, 9)], cap=3)
        assert [row.value for row in rows if row.suggestion is Suggestion.DROP] == ["v8", "v7", "v6"]
        assert "at most 3 values" in rows[3].reason

    def test_one_value_always_stays(self):
        rows = cap_suggestions([finding("a", -0.2), finding("b", -0.1)], cap=5)
        assert [row.suggestion for row in rows] == [Suggestion.DROP, Suggestion.KEEP]
