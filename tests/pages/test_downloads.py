"""The downloads of the Review page: every format can be had with every choice, and CSV as it was asked for."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest

from attrprompt.exchange.rows.write_rows import CsvOptions
from attrprompt.exchange.transfer import ExportFormat
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample, SampleFilter
from components.kit.dataset_files import make_file


@pytest.fixture
def make(store, project):
    """Makes the file of one button."""
    texts = [NewSample(0, "@anna: the café was full", "", ("World",), {})]
    dataset = store.datasets.import_rows(project.id, "texts", DatasetKind.GOLD, texts, info={})
    page = SimpleNamespace(project=project, runtime=SimpleNamespace(store=store))
    return lambda format, **choices: make_file(page, dataset, format, SampleFilter(), **choices)()


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("format", list(ExportFormat))
def test_every_format_is_made_with_every_choice(make, format, plain):
    assert make(format, plain=plain, csv_options=CsvOptions(guard=False, byte_order_mark=True))


@pytest.mark.parametrize(("guard", "text"), [(True, "'@anna: the café was full"), (False, "@anna: the café was full")])
def test_csv_is_made_as_it_was_asked_for(make, guard, text):
    content = make(ExportFormat.CSV, plain=True, csv_options=CsvOptions(guard=guard, byte_order_mark=True))
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row["text"] == text


def test_the_choices_stand_in_the_download_menu(open_page, project, make):
    app = open_page("review", project)
    assert [app.checkbox(key=f"review_{name}").value for name in ("plain", "guard", "excel")] == [False, True, False]
