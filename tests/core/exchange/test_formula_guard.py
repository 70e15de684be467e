"""A cell that a spreadsheet would reckon is guarded, and the guard comes off exactly."""

from hypothesis import given
from hypothesis import strategies as st

from attrprompt.exchange.formula_guard import guard_cell, is_dangerous, unguard_cell


@given(st.text())
def test_guarding_a_cell_is_undone_exactly(text: str):
    guarded = guard_cell(text)
    assert unguard_cell(guarded) == text
    assert not is_dangerous(guarded)
    assert guarded[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n") or not guarded
