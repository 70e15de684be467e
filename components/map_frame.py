"""The texts of a map as a frame: where each lies, which set, label and attribute values it has."""

from __future__ import annotations

from typing import Any

import pandas as pd

from attrprompt.inspection.request import AnalysisRequest
from attrprompt.records import Flag, hash_text
from attrprompt.store import Store
from attrprompt.worker.jobs import Arrays

ATTRIBUTE = "attribute: "


def load_map_frame(store: Store, request: AnalysisRequest, near: Arrays, umap: Arrays | None) -> pd.DataFrame:
    """One row a text that counts, in the order of the jobs' arrays.

    Columns: dataset, dataset_id, item, text, label, flags, cluster, pca_x, pca_y, umap_x, umap_y where there is a map,
    and one `attribute: …` for each dimension.
    """
    rows: list[dict[str, Any]] = []
    for number in request.datasets:
        dataset = store.datasets.load(number)
        used = store.datasets.used_gold(dataset.project_id) if dataset.kind == "gold" else frozenset()
        for sample in store.datasets.iterate(number):
            text = sample.raw if request.choice.text == "raw" else sample.text
            if (used and hash_text(sample.text) in used) or not text.strip():
                continue
            if not request.choice.counts(sample.flags, sample.status.value):
                continue
            attributes = {f"{ATTRIBUTE}{name}": value for name, value in sample.attributes.items()}
            rows.append(
                {
                    "dataset": dataset.name,
                    "dataset_id": dataset.id,
                    "item": sample.item,
                    "text": text,
                    "label": sample.label,
                    "flags": ", ".join(flag for flag in sample.flags if flag != Flag.EXCLUDED) or "none",
                    **attributes,
                }
            )
    frame = pd.DataFrame(rows)
    frame[["pca_x", "pca_y"]] = near.arrays["coordinates"]
    frame["cluster"] = [f"cluster {number + 1}" for number in near.arrays["clusters"]]
    if umap is not None:
        frame[["umap_x", "umap_y"]] = umap.arrays["coordinates"]
    for name in [column for column in frame.columns if column.startswith(ATTRIBUTE)]:
        frame[name] = frame[name].fillna("not asked")
    return frame
