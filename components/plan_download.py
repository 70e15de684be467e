"""Download of a plan as JSON lines, the same bytes that the command line writes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import streamlit as st

from attrprompt.generation.plans.plan import PlanItem, write_plan


def draw_plan_download(items: Sequence[PlanItem], *, multi_label: bool) -> None:
    """A button that writes the plan when pressed."""

    def make() -> str:
        file = io.StringIO()
        write_plan(items, file, multi_label=multi_label)
        return file.getvalue()

    st.download_button(
        f"Download {len(items):,} prompts",
        data=make,
        file_name="plan.jsonl",
        key="prompts_download",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
