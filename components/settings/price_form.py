"""The project's price table, edited like a spreadsheet."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from attrprompt.llm.prices import PriceTable
from attrprompt.store import StoredProject
from components.kit.frame import Page
from components.kit.notices import in_callback


def draw_prices(page: Page, project: StoredProject) -> None:
    """USD per million tokens by model; unknown prices are shown as unknown, never as 0."""
    st.caption(
        "In USD per million tokens, as your provider lists them. Without a row, costs are shown as unknown and a "
        "budget can be set in tokens only."
    )
    rows = project.settings.get("prices") or []
    frame = pd.DataFrame(
        {
            "model": pd.Series([row["model"] for row in rows], dtype="string"),
            "prompt": pd.Series([row["prompt"] for row in rows], dtype="float64"),
            "completion": pd.Series([row["completion"] for row in rows], dtype="float64"),
        }
    )
    edited = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        key=f"settings_prices_{len(rows)}_{hash(str(rows))}",
        column_config={
            "model": st.column_config.TextColumn("Model", required=True),
            "prompt": st.column_config.NumberColumn("Prompt tokens", min_value=0, format="$%.3f", required=True),
            "completion": st.column_config.NumberColumn("Answer tokens", min_value=0, format="$%.3f", required=True),
        },
        alt="Prices by model",
    )

    def save() -> str:
        table = PriceTable.from_rows(
            {str(name): value for name, value in row.items()} for row in edited.dropna(how="all").to_dict("records")
        )
        page.runtime.store.projects.save_settings(project.id, {"prices": table.to_rows()})
        return "Prices saved."

    st.button("Save prices", key="settings_prices_save", on_click=in_callback, args=(save,))
