"""What an import would bring: the first rows, and what is to be known of all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from attrprompt.edits.parts import count_of
from attrprompt.exchange.preview import Preview
from attrprompt.exchange.rows.read_rows import ImportedRow, SkippedRow
from components.kit.frame import ProjectPage
from components.kit.text import Markdown, escape, shorten

_SHOWN = 10
_CONTROLS = {  # what messages name as options of the command line
    '--label-column ""': "'No labels'",
    "--text-column": "'Column of the texts'",
    "--label-column": "'Column of the labels'",
    "--attribute-columns": "'Columns of attribute values'",
    "--label-separator": "'Several labels in a cell'",
    "--first-number": "'The first number is'",
    "--label-map": "'Names of the labels'",
    "--rename-label": "under 'Labels by another name'",
    "--no-header": "no 'First line names the columns'",
    "--encoding": "'Encoding'",
    "--split": "'Part of the file'",
}


def draw_preview(page: ProjectPage, preview: Preview) -> None:
    """The first texts with their labels, and what is to be known of all."""
    if not preview.rows:
        return
    several = page.project.document.task.multi_label
    with_labels = preview.label_column is not None
    table = pd.DataFrame(
        {
            "text": [shorten(row.text, 400) for row in preview.rows],
            **({"labels": [", ".join(row.labels) for row in preview.rows]} if with_labels else {}),
            **({"attributes": [_join_attributes(row) for row in preview.rows]} if _have_attributes(preview) else {}),
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height=min(38 * (len(table) + 1), 280),
        column_config={"text": st.column_config.TextColumn(width="large"), "labels": "labels" if several else "label"},
        alt="The first texts of the file, as they would be imported",
    )
    read = count_of(preview.texts, "text") if preview.is_whole else f"The first {preview.texts:,} texts were looked at"
    labels = _count_labels(preview) if with_labels else "no labels"
    st.caption(escape(f"{read}; {labels}."))
    draw_remarks(preview.warnings, preview.skipped)


def _have_attributes(preview: Preview) -> bool:
    return any(row.attributes for row in preview.rows)


def _join_attributes(row: ImportedRow) -> str:
    return "; ".join(f"{name}: {value}" for name, value in row.attributes.items())


def _count_labels(preview: Preview) -> str:
    shown = ", ".join(f"{shorten(name, 40)} {count:,}" for name, count in preview.labels.most_common(_SHOWN))
    more = f" and {len(preview.labels) - _SHOWN:,} more labels" if len(preview.labels) > _SHOWN else ""
    return f"{shown}{more}" if shown else "no label in any"


def draw_remarks(warnings: Sequence[str], skipped: Sequence[SkippedRow]) -> None:
    """What a person should know, and which rows are left out."""
    if warnings:
        listed = [word_for_page(warning) for warning in warnings]
        st.info(Markdown("\n".join(f"- {words}" for words in listed)) if len(listed) > 1 else listed[0])
    if skipped:
        with st.expander(Markdown(f"{count_of(len(skipped), 'row')} left out"), icon=":material/warning:"):
            for row in skipped[:_SHOWN]:
                st.markdown(escape(f"Row {row.row:,} {row.reason}."))
            if len(skipped) > _SHOWN:
                st.markdown(Markdown(f"and {len(skipped) - _SHOWN:,} more"))


def word_for_page(message: str) -> Markdown:
    """A sentence in which options of the command line bear the names of the controls here."""
    for option, control in _CONTROLS.items():
        message = message.replace(option, control)
    return escape(message)
