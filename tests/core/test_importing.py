import json
import threading
from pathlib import Path

import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.kept_aside import keep_aside
from attrprompt.exchange.preview import preview_dataset
from attrprompt.exchange.rows.import_choices import ImportChoices
from attrprompt.exchange.rows.record_source import ReadOptions
from attrprompt.exchange.transfer import import_dataset
from attrprompt.importing import Imports
from attrprompt.records import DatasetKind
from attrprompt.store.jobs import JobState


def make_lines(count: int) -> bytes:
    return b"".join(json.dumps({"text": f"text {n}", "label": "Sports"}).encode() + b"\n" for n in range(count))


def test_an_import_in_the_background_says_how_far_it_is_and_what_came(runtime, project):
    imports = runtime.background(Imports)
    files = {"a-00000-of-00002.jsonl": make_lines(700), "a-00001-of-00002.jsonl": make_lines(5)}
    imported = imports.start(
        project, files, ImportChoices(), name="gold", kind=DatasetKind.SIMPROMPT, expected=705
    ).result(60)
    assert (imported.dataset.rows, imported.dataset.kind) == (705, DatasetKind.SIMPROMPT)
    assert imports.find_result(project.id) is imported
    job = imports.find(project.id)
    assert (job.state, job.message) == (JobState.DONE, "gold: 705 texts imported")


def test_choices_are_followed(runtime, project):
    content = "a;b\ncafé;2\nx;1\n".encode("cp1252")
    choices = ImportChoices(
        text_column="a",
        label_column="b",
        label_map=("World", "Sports"),
        reading=ReadOptions(encoding="cp1252", first_number=1),
    )
    imports = runtime.background(Imports)
    imports.start(project, {"r.csv": content}, choices, name="n", kind=DatasetKind.GOLD).result(60)
    samples = runtime.store.datasets.iterate(runtime.store.datasets.find(project.id, "n").id)
    assert [(sample.text, tuple(sample.labels)) for sample in samples] == [("café", ("Sports",)), ("x", ("World",))]


def test_a_failed_import_is_told_and_leaves_nothing(runtime, project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    imports = runtime.background(Imports)
    future = imports.start(project, {"r.jsonl": b"nothing"}, ImportChoices(), name="bad", kind=DatasetKind.GOLD)
    with pytest.raises(InputError, match="line 1 is no valid JSON"):
        future.result(60)
    assert imports.find(project.id).failed
    assert imports.find_result(project.id) is None
    assert not list(tmp_path.glob("attrprompt-import-*"))
    assert runtime.store.datasets.list_all(project.id) == []


def test_a_stopped_import_stores_nothing(runtime, project, store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    reading, go_on = threading.Event(), threading.Event()

    def import_slowly(*arguments, watch, **options):
        reading.set()
        assert go_on.wait(60)
        return import_dataset(*arguments, watch=watch, **options)

    monkeypatch.setattr("attrprompt.importing.import_dataset", import_slowly)
    imports = runtime.background(Imports)
    future = imports.start(project, {"r.jsonl": make_lines(3)}, ImportChoices(), name="r", kind=DatasetKind.GOLD)
    assert reading.wait(60)
    imports.stop(project.id)
    while not imports.find(project.id).stopping:
        threading.Event().wait(0.02)
    go_on.set()
    assert future.result(60) is None
    job = imports.find(project.id)
    assert (job.state, job.message) == (JobState.CANCELLED, "r: stopped, nothing was stored")
    assert store.datasets.list_all(project.id) == []
    assert not list(tmp_path.glob("attrprompt-import-*"))


def test_others_can_write_while_a_file_is_read(store, project, tmp_path: Path):
    (tmp_path / "r.jsonl").write_bytes(make_lines(3))
    written = []

    def watch(count: int) -> None:
        store.projects.save_settings(project.id, {"seen": count})
        written.append(count)

    imported = import_dataset(store, project, tmp_path / "r.jsonl", name="r", watch=watch)
    assert (imported.dataset.rows, written) == (3, [0])


@pytest.mark.parametrize("count", [0, 3, 400])
def test_items_are_kept_aside_in_their_order(count: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("attrprompt.exchange.kept_aside._IN_MEMORY", 1_000)
    with keep_aside({"number": number, "text": "x" * 30} for number in range(count)) as items:
        assert [item["number"] for item in items] == list(range(count))


def test_a_preview_of_a_long_file_stops_in_time(document, tmp_path: Path):
    (tmp_path / "r.jsonl").write_bytes(make_lines(50))
    ticks = iter(range(1_000))
    preview = preview_dataset(document, tmp_path / "r.jsonl", ImportChoices(), clock=lambda: float(next(ticks)))
    assert (preview.is_whole, preview.texts, len(preview.rows)) == (False, 3, 3)
    whole = preview_dataset(document, tmp_path / "r.jsonl", ImportChoices(), clock=lambda: 0.0)
    assert (whole.is_whole, whole.texts, len(whole.rows), whole.labels) == (True, 50, 20, {"Sports": 50})


def test_a_preview_says_what_is_missing_and_which_columns_there_are(document, tmp_path: Path):
    (tmp_path / "r.csv").write_text("id,headline\n1,x\n", encoding="utf-8")
    preview = preview_dataset(document, tmp_path / "r.csv", ImportChoices())
    assert preview.columns == ("id", "headline")
    assert "no text column" in preview.problem
    chosen = preview_dataset(document, tmp_path / "r.csv", ImportChoices(text_column="headline", label_column=""))
    assert (chosen.problem, chosen.label_column, chosen.texts) == ("", None, 1)
