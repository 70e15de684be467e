"""The project's price table, edited like a spreadsheet."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from attrprompt.llm.chat import Endpoint
from attrprompt.llm.list_prices import VERSION
from attrprompt.llm.prices import LIST_DATE, PriceTable, Rate
from attrprompt.runtime.endpoints import choose_endpoint
from attrprompt.store import StoredProject
from attrprompt.store.projects import PRICES
from components.kit.frame import Page
from components.kit.notices import in_callback
from components.kit.text import Markdown, escape


def draw_prices(page: Page, project: StoredProject) -> None:
    """USD per million tokens by model; unknown prices are shown as unknown, never as 0."""
    st.caption(
        "In USD per million tokens. A row here wins. Without one, costs follow the list prices that come with the app "
        f"(genai-prices {VERSION}, {LIST_DATE}) where the endpoint's address is a provider's and the model's name is "
        "in its list; nothing is fetched. Otherwise costs are shown as unknown and a budget can be set in tokens only."
    )
    prices = project.prices
    rows = prices.to_rows()
    endpoint = choose_endpoint(project)
    st.markdown(_describe_rate(endpoint, prices.find(endpoint.model, endpoint.base_url)))
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
        page.runtime.store.projects.save_settings(project.id, {PRICES: table.to_rows()})
        return "Prices saved."

    st.button("Save prices", key="settings_prices_save", on_click=in_callback, args=(save,))


def _describe_rate(endpoint: Endpoint, rate: Rate | None) -> Markdown:
    """What the project's model costs now, and who says so."""
    model = endpoint.model
    if rate is None:
        return escape(f"The price of {model} at {endpoint.base_url} is unknown.")
    if rate.is_free:
        return escape(f"{model}, the embedded model, costs nothing.")
    price = f"${rate.prompt:,.3f} for prompts, ${rate.completion:,.3f} for answers"
    return escape(f"{model}: {price}, {rate.note or 'as entered here'}.")
