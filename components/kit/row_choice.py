"""A table in which one row can be chosen, for what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st


def choose_row(
    table: Any, *, key: str, alt: str, columns: Mapping[str, Any] | None = None, height: int | None = None
) -> int | None:
    """Draw the table; gives the position of the chosen row.

    Args:
        table: anything that `st.dataframe` draws.
        columns: how its columns are shown.
        height: in pixels; by default as high as its rows, up to ten.
    """
    event = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        column_config=columns,
        height=height or "auto",
        alt=alt,
    )
    rows = event.selection.rows
    return int(rows[0]) if rows else None
