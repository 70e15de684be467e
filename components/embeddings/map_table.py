"""The texts of a map as a frame: where each lies, which set, label, region and attribute values it has.

Frame and figure are made once for each state of the texts: a click on the page must not wait for ten thousand texts.
"""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.analysis_jobs.loading import read_form, read_texts
from attrprompt.analysis_jobs.map import TextPlane
from attrprompt.analysis_jobs.neighbourhood import Neighbourhood
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.store import Store
from components.kit.charts import HOVER_LENGTH
from components.kit.text import shorten

ATTRIBUTE = "attribute: "
HOVER_WIDTH = 60
FRAMES_KEPT = 6


def load_map_frame(store: Store, request: AnalysisRequest, near: Neighbourhood, umap: TextPlane | None) -> pd.DataFrame:
    """One row a text that counts, in the order of the jobs' arrays. It is shared: do not change it.

    Columns: dataset, dataset_id, item, text, hover, label, flags, region, cluster, pca_x, pca_y, umap_x, umap_y where
    there is a map, and one `attribute: …` for each dimension. Its `attrs["key"]` names its state.
    """
    key = f"{store.home} {request.model_dump_json()} {umap is not None}"
    return _make_frame(key, store, request, near, umap)


@st.cache_resource(max_entries=FRAMES_KEPT, show_spinner=False)
def _make_frame(
    key: str, _store: Store, _request: AnalysisRequest, _near: Neighbourhood, _umap: TextPlane | None
) -> pd.DataFrame:
    rows = [row for number in _request.datasets for row in _read_rows(_store, number, _request)]
    frame = pd.DataFrame(rows)
    frame[["pca_x", "pca_y"]] = _near.coordinates
    frame["cluster"] = [f"cluster {number + 1}" for number in _near.cluster_of]
    frame["region"] = [_near.regions[number] for number in _near.region_of]
    if _umap is not None:
        frame[["umap_x", "umap_y"]] = _umap.coordinates
    for name in [column for column in frame.columns if column.startswith(ATTRIBUTE)]:
        frame[name] = frame[name].fillna("not asked")
    frame.attrs["key"] = key
    return frame


def _read_rows(store: Store, number: int, request: AnalysisRequest) -> list[dict[str, Any]]:
    dataset = store.datasets.load(number)
    rows = []
    for sample in read_texts(store, dataset, request.choice):
        text = read_form(sample, request.choice)
        if not text.strip() or not request.choice.counts(sample.flags, sample.status.value):
            continue
        rows.append(
            {
                "dataset": dataset.name,
                "dataset_id": dataset.id,
                "item": sample.item,
                "text": text,
                "hover": "<br>".join(textwrap.wrap(escape_hover(shorten(text, HOVER_LENGTH)), HOVER_WIDTH)),
                "label": sample.label,
                "flags": ", ".join(sample.flags) or "none",
                **{f"{ATTRIBUTE}{name}": value for name, value in sample.attributes.items()},
            }
        )
    return rows


def escape_hover(text: str) -> str:
    """Plotly reads a little HTML in hover texts; user text must not be read as such."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
