"""A folder that `datasets.load_dataset` and the Hugging Face Hub take as it is: one Parquet file and a data card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attrprompt.exchange.rows.data_card import Census, write_data_card
from attrprompt.exchange.rows.write_rows import RowFormat, write_rows
from attrprompt.files import create_folder
from attrprompt.project import Project

DATA_FILE = "data/train.parquet"
CARD = "README.md"


@dataclass(frozen=True)
class HubExport:
    """What was written."""

    path: Path
    rows: int


def export_hub_folder(
    rows: Iterable[Mapping[str, Any]],
    folder: Path,
    *,
    title: str,
    project: Project | None = None,
    provenance: bool = True,
) -> HubExport:
    """Write samples as a new data-set folder.

    Args:
        rows: samples as `Sample.to_row` gives them; read once.
        folder: a new folder.
        title: the name of the data set on its card.
        project: the document that the samples were made from, for the card.
        provenance: all columns; else text and label only (the card still counts prompts, models and flags).

    Raises:
        InputError: the folder exists and is not empty, or cannot be written to.
    """
    import pyarrow.parquet as pq

    census = Census()
    with create_folder(folder) as part:
        data = part / DATA_FILE
        data.parent.mkdir()
        count = write_rows(census.watch(rows), data, RowFormat.PARQUET, provenance=provenance).rows
        columns = pq.read_schema(data).names
        card = write_data_card(census, title=title, project=project, data_file=DATA_FILE, columns=columns)
        (part / CARD).write_text(card, encoding="utf-8", newline="")
    return HubExport(folder, count)
