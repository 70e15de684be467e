"""What the theme's settings cannot say: where the page begins, and letters on the primary colour.

Streamlit keeps a tenth of a wide screen free on each side, and prints white on the primary colour, whatever that is.
"""

from __future__ import annotations

import streamlit as st

from attrprompt.palette import DARK

_MARGINS = (
    '@media (min-width: 1000px) { [data-testid="stMainBlockContainer"] '
    "{ padding-top: 3.5rem; padding-left: 2.5rem; padding-right: 2.5rem } }"
)
_TAGS = '[data-testid="stMultiSelectTagsContainer"] [data-tag]'
_FILLED = (
    ':is([data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"], '
    '[data-testid="stBaseLinkButton-primary"]):not(:disabled)'
)


def mend_theme() -> None:
    """Narrower margins, because tables and charts need the room; letters that can be read on filled buttons and tags.

    In the dark mode these letters take the page's background: contrast 7.3 : 1; white has 2.5 : 1.
    """
    rules = [_MARGINS]
    if st.context.theme.type == "dark":
        everywhere = ", ".join((_FILLED, f"{_FILLED}:hover", _TAGS, f"{_TAGS} *"))
        rules.append(f"{everywhere} {{ color: {DARK.background} }}")
    st.html(f"<style>{' '.join(rules)}</style>")
