from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from attrprompt.errors import InputError
from attrprompt.exchange.rows.hub_folder import export_hub_folder
from attrprompt.exchange.rows.read_rows import read_rows
from tests.core.exchange.strategies import small_project


def make_row(item: int, **changes) -> dict:
    return {
        "id": f"r/{item}",
        "text": f"text {item}",
        "label": "Sports" if item % 2 else "Sci_Tech",
        "attributes": {"style": "Report"},
        "method": "attrprompt",
        "prompt": "Write a ```text``` about {x}.",
        "model": "tiny|model",
        "parameters": {"temperature": 1.0, "seed": item},
        "tokens": {"prompt": 10, "completion": 20},
        "status": "new",
        "flags": ["length"] if item == 0 else [],
        "edited": False,
    } | changes


def read_card(folder: Path) -> tuple[dict, str]:
    _, front, body = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def test_a_folder_holds_the_rows_and_a_card_that_points_to_them(tmp_path: Path):
    project = small_project(task={"domain": "news", "description": "Sort <them>."})
    written = export_hub_folder((make_row(n) for n in range(5)), tmp_path / "hub", title="Demo: *x*", project=project)
    assert written.rows == 5
    front, body = read_card(tmp_path / "hub")
    (split,) = front["configs"][0]["data_files"]
    assert pq.read_table(tmp_path / "hub" / split["path"]).num_rows == 5
    assert front["license"] == "unknown" and front["size_categories"] == ["n<1K"]
    assert front["pretty_name"] == "Demo: *x*"
    for part in (
        "# Demo: \\*x\\*",
        "5 texts. How they were made: AttrPrompt (5)",
        "Sort \\<them\\>.",
        project.content_hash,
        "To fill in before you publish",
        "| Sci\\_Tech | 3 |",
        "| Sports | 2 |",
        "### style: 1 value",
        "| tiny\\|model | 5 |",
        '{"temperature": 1.0} | 5 |',
        "50 in prompts, 100 in answers",
        "````text\nWrite a ```text``` about {x}.\n````",
        "Flags: 1 length",
        "A language model wrote these texts",
    ):
        assert part in body
    assert [row.text for row in read_rows(tmp_path / "hub", project=project)] == [f"text {n}" for n in range(5)]


def test_text_and_label_only_still_has_a_full_card(tmp_path: Path):
    export_hub_folder([make_row(0)], tmp_path / "hub", title="x", provenance=False)
    assert pq.read_schema(tmp_path / "hub/data/train.parquet").names == ["text", "label"]
    assert "tiny\\|model" in read_card(tmp_path / "hub")[1]


def test_real_texts_are_not_called_synthetic(tmp_path: Path):
    rows = [{"text": "a", "label": "x", "method": "gold"}]
    export_hub_folder(rows, tmp_path / "hub", title="x")
    front, body = read_card(tmp_path / "hub")
    assert front["tags"] == [] and "language model wrote" not in body


def test_no_rows_and_multi_label_rows_are_written(tmp_path: Path):
    assert export_hub_folder([], tmp_path / "none", title="x").rows == 0
    rows = [{"text": "a", "labels": ["x", "y"]}, {"text": "b", "labels": []}]
    export_hub_folder(rows, tmp_path / "multi", title="x")
    front, body = read_card(tmp_path / "multi")
    assert front["task_ids"] == ["multi-label-classification"] and "| y | 1 |" in body


def test_a_folder_that_is_in_use_stays_as_it_is(tmp_path: Path):
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "x").touch()
    with pytest.raises(InputError, match="not empty"):
        export_hub_folder([], tmp_path / "hub", title="x")
    assert [path.name for path in tmp_path.iterdir()] == ["hub"]
