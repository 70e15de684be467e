"""What a page says where its code fails as nobody foresaw: a sentence and the path of a log, never a traceback."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from attrprompt.defects import explain_defect
from attrprompt.settings import load_settings
from components.kit.text import escape


def say_defects(title: str) -> None:
    """Let what fails on this page from here on be said by us; a part that redraws itself is left to Streamlit."""

    def say(error: Exception) -> bool:
        st.error(escape(explain_defect(error, load_settings().home, f"page {title}")), icon=":material/error:")
        return True

    context = get_script_run_ctx()
    if context is not None:
        context.on_script_error = say
