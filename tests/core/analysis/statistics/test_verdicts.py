import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import (
    adjust_families,
    correct_by_benjamini_hochberg,
    correct_by_holm,
    describe_p,
    format_p,
    is_different,
    join_primary,
    list_families,
)

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def compared(metric, p, scope="all", **more):
    return Comparison(metric, scope, "a", "b", difference=1.0, p=p, **more)


def test_holm_by_hand():
    # sorted .01 .02 .04: × 3 = .03, × 2 = .04, × 1 = .04
    assert correct_by_holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert correct_by_holm([0.6, 0.5]) == [1.0, 1.0]
    assert correct_by_holm([]) == []


def test_benjamini_hochberg_by_hand():
    # sorted .01 .02 .9: from the top .9, min(.9, .02 × 3 ÷ 2) = .03, min(.03, .01 × 3) = .03
    assert correct_by_benjamini_hochberg([0.9, 0.01, 0.02]) == pytest.approx([0.9, 0.03, 0.03])


@settings(deadline=None)
@given(p_values)
def test_benjamini_hochberg_agrees_with_scipy(values):
    from scipy.stats import false_discovery_control

    assert correct_by_benjamini_hochberg(values) == pytest.approx(list(false_discovery_control(values)))


@settings(deadline=None)
@given(p_values)
def test_corrected_values_are_no_smaller_and_keep_their_order(values):
    for correct in (correct_by_holm, correct_by_benjamini_hochberg):
        corrected = correct(values)
        assert all(p - 1e-12 <= q <= 1 for p, q in zip(values, corrected, strict=True))
        order = sorted(range(len(values)), key=values.__getitem__)
        assert [corrected[i] for i in order] == sorted(corrected)


def test_only_primary_figures_carry_a_verdict():
    found = adjust_families([compared("vocabulary_size", 0.001), compared("aps_intra", 0.2), compared("mtld", 0.0001)])
    assert [(c.family, c.verdict) for c in found] == [
        ("primary", "different"),
        ("primary", "no difference shown"),
        ("exploratory", None),
    ]
    assert [c.q for c in found] == [0.002, 0.2, None]


def test_the_verdict_follows_the_corrected_value():
    found = adjust_families([compared("vocabulary_size", 0.03), compared("aps_intra", 0.04)])
    assert [c.verdict for c in found] == ["no difference shown"] * 2


def test_each_table_is_corrected_for_itself():
    found = adjust_families(
        [
            compared("mtld", 0.01, "label=World"),
            compared("mtld", 0.02, "label=Sports"),
            compared("mtld", 0.03, "style=Op-Eds"),
        ]
    )
    assert [c.family for c in found] == ["table label", "table label", "table style"]
    assert [c.q for c in found] == pytest.approx([0.02, 0.02, 0.03])
    assert all(c.verdict is None for c in found)


def test_a_primary_figure_from_elsewhere_joins_the_family():
    adjusted = adjust_families([compared("vocabulary_size", 0.02), compared("aps_intra", 0.5)])
    joined = join_primary(adjusted, [compared("js_continents", 0.01)])
    assert [round(c.q, 6) for c in joined] == [0.04, 0.5, 0.03]
    assert [c.verdict for c in joined] == ["different", "no difference shown", "different"]
    (family,) = list_families(joined)
    assert (family.name, family.size, family.correction) == ("primary", 3, "Holm")


def test_a_comparison_without_numbers_keeps_its_reason_and_is_not_counted():
    found = join_primary(
        [compared("vocabulary_size", 0.02)],
        [Comparison("js_continents", "all", "a", "b", verdict="too few located texts: 41")],
    )
    assert found[1].verdict == "too few located texts: 41"
    assert found[0].q == 0.02
    assert list_families(found)[0].size == 1


def test_a_difference_without_an_interval_says_so():
    (found,) = adjust_families([compared("vocabulary_size", None)])
    assert found.verdict == "no interval"


@pytest.mark.parametrize(
    ("p", "cell", "words"),
    [(0.0004, "< 0.001", "p < 0.001"), (0.001, "0.001", "p = 0.001"), (0.0123, "0.012", "p = 0.012")],
)
def test_p_has_three_places_or_is_smaller(p, cell, words):
    assert (format_p(p), describe_p(p)) == (cell, words)


def test_a_comparison_without_an_adjusted_p_is_neither_different_nor_alike():
    found = adjust_families([compared(key, p) for key, p in (("vocabulary_size", 0.001), ("aps_intra", 0.2))])
    assert [is_different(comparison) for comparison in found] == [True, False]
    assert is_different(compared("vocabulary_size", None)) is None
