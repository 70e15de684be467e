"""A cell that a spreadsheet would reckon is guarded, and the guard comes off exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrprompt.exchange.formula_guard import guard_cell, is_dangerous, unguard_cell


@given(st.text())
def test_guarding_a_cell_is_undone_exactly(text: str):
    guarded = guard_cell(text)
    assert unguard_cell(guarded) == text
    assert not is_dangerous(guarded)
    assert guarded[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n") or not guarded


@pytest.mark.parametrize(
    "text", ["=1+1", " =1+1", "\u00a0=1", "＝1+1", " ＋1", "－1", "＠SUM(1)", "'=1", "' =1", "\t=1", "  @a"]
)
def test_whatever_a_spreadsheet_may_run_gets_an_apostrophe(text: str):
    assert guard_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["a=1", " a - b", "'tis", "", " ", "1＝1"])
def test_other_cells_stay_as_they_are(text: str):
    assert guard_cell(text) == text
