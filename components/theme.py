"""What the theme's settings cannot say: Streamlit prints white on the primary colour, whatever that colour is."""

from __future__ import annotations

import streamlit as st

from components.charts import DARK

_TAGS = '[data-testid="stMultiSelectTagsContainer"] [data-tag]'
_FILLED = (
    ':is([data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"], '
    '[data-testid="stBaseLinkButton-primary"]):not(:disabled)'
)


def mend_contrast() -> None:
    """In the dark mode, letters on filled buttons and tags take the page's background: 7.3 : 1; white has 2.5 : 1."""
    if st.context.theme.type == "dark":
        everywhere = ", ".join((_FILLED, f"{_FILLED}:hover", _TAGS, f"{_TAGS} *"))
        st.html(f"<style>{everywhere} {{ color: {DARK.background} }}</style>")
