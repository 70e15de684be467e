"""Homes of every earlier schema open and say the same as before; several processes may open one at the same moment."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, inspect

from attrprompt import edits
from attrprompt.errors import StoreError
from attrprompt.records import BatchState, RunCounters, SampleStatus
from attrprompt.store import NewSample, Store
from attrprompt.store.answers import StoredAnswer
from attrprompt.store.database import DATABASE_FILE
from attrprompt.store.locks import hold_lock
from attrprompt.store.migrations import LATEST
from attrprompt.store.schema import metadata, schema_version
from tests import kept_homes

ROOT = Path(__file__).parents[3]
OPENERS = 3
OPEN = """
import sys
from pathlib import Path
from attrprompt.project import Project
from attrprompt.store import Store
print("ready", flush=True)
sys.stdin.readline()
store = Store(Path(sys.argv[1]))
store.projects.create(sys.argv[2], Project(), owner="ana", source="test")
store.close()
"""


@pytest.fixture(params=kept_homes.SCHEMAS)
def kept(request, home):
    """An old home: its schema, what was read from it then, the store that opens it now."""
    facts = kept_homes.restore(request.param, home)
    store = Store(home)
    yield request.param, facts, store
    store.close()


def describe_tables(home: Path) -> dict[str, Any]:
    engine = create_engine(f"sqlite:///{home / DATABASE_FILE}")
    inspector = inspect(engine)
    tables = {
        name: {
            "columns": [{**each, "type": str(each["type"])} for each in inspector.get_columns(name)],
            "key": inspector.get_pk_constraint(name),
            "foreign": sorted(inspector.get_foreign_keys(name), key=str),
            "unique": sorted(inspector.get_unique_constraints(name), key=str),
            "indexes": sorted(inspector.get_indexes(name), key=str),
        }
        for name in inspector.get_table_names()
    }
    engine.dispose()
    return tables


def test_a_home_is_kept_of_every_schema():
    assert tuple(range(1, LATEST + 1)) == kept_homes.SCHEMAS


def test_a_home_of_the_present_schema_can_be_kept(tmp_path):
    kept_homes.keep(tmp_path)
    facts = kept_homes.restore(LATEST, tmp_path / "home", tmp_path)
    store = Store(tmp_path / "home")
    assert facts["runs"] and kept_homes.describe(store, LATEST) == facts
    store.close()


def test_an_old_home_says_what_it_said(kept):
    schema, facts, store = kept
    assert kept_homes.describe(store, schema) == facts
    assert store.jobs.find("job-1").result_path == "job-1.json"


def test_an_old_home_gets_the_tables_of_a_new_one(kept, tmp_path):
    _, _, store = kept
    Store(tmp_path / "new").close()
    assert describe_tables(store.home) == describe_tables(tmp_path / "new")
    assert set(describe_tables(store.home)) == set(metadata.tables)


def test_an_old_home_is_opened_a_second_time_as_it_is(kept):
    schema, facts, store = kept
    again = Store(store.home)
    assert kept_homes.describe(again, schema) == facts
    again.close()


def test_work_goes_on_in_an_old_home(kept):
    _, _, store = kept
    (info,) = store.projects.list_all()
    project = store.projects.load(info.id)
    shown = edits.edit_label(project.document, project.document.find_label("World"), display="Monde")
    saved = store.projects.save(project.id, project, shown, actor="ben", summary="World is shown as Monde")
    assert saved.revision == project.revision + 1
    undone = store.projects.undo(project.id, actor=kept_homes.PERSON)  # what she accepted before the home was kept
    assert "summits" not in {each.text for part in undone.document.dimensions.values() for each in part.values.values()}
    assert undone.document.labels[project.document.find_label("World")].title == "Monde"

    run = store.runs.find(project.id, "simprompt-1")
    (left,) = store.runs.next_pending(run.id, after=-1)
    answer = NewSample(left.item, "The last text.", "The last text.", left.labels, {})
    store.runs.commit(run.id, [answer], [], RunCounters(8, 7, {"timeout": 1}), in_flight=0)
    assert store.runs.next_pending(run.id, after=-1) == []
    assert store.datasets.load(run.id).rows == 7

    reviewed = store.runs.find(project.id, "attrprompt-1").id
    assert store.review.undo(reviewed, actor=kept_homes.PERSON) == [2]
    (text,) = store.datasets.read_page(reviewed, limit=1, offset=2)
    assert (text.status, text.note) == (SampleStatus.NEW, "")

    store.answers.add(project.id, StoredAnswer("key-2", "m-1", "World", "", 30, 1))
    assert set(store.answers.find(project.id, ["key-2"])) == {"key-2"}
    store.batches.add(run.id, "batch-2.jsonl", [6], BatchState.EXPORTED)
    assert store.runs.load(run.id).waiting == 1


def test_a_home_of_a_newer_app_is_refused_and_left_as_it_is(home):
    Store(home).close()
    engine = create_engine(f"sqlite:///{home / DATABASE_FILE}")
    with engine.begin() as connection:
        connection.execute(insert(schema_version).values(version=LATEST + 1))
    with pytest.raises(StoreError, match=f"schema {LATEST + 1}, this one knows {LATEST}"):
        Store(home)
    engine.dispose()


def test_a_home_that_cannot_be_written_to_is_told(home):
    (home / "locks" / "opening").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be written to"):
        Store(home)


def test_opening_waits_for_whoever_opens_the_home_now(home):
    kept_homes.restore(1, home)
    with ThreadPoolExecutor(1) as others:
        with hold_lock(home / "locks" / "opening"):
            opening = others.submit(Store, home)
            with pytest.raises(FutureTimeout):
                opening.result(timeout=0.3)
        opening.result(timeout=30).close()


@pytest.mark.parametrize("schema", [None, 1])
def test_three_processes_open_a_home_at_once(home, schema):
    if schema is not None:
        kept_homes.restore(schema, home)
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(home), f"News {number}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(OPENERS)
    ]
    assert [each.stdout.readline().strip() for each in openers] == ["ready"] * OPENERS
    for each in openers:
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in openers:
        _, said = each.communicate(timeout=60)
        assert each.returncode == 0, said
    store = Store(home)
    made = {each.name for each in store.projects.list_all()}
    store.close()
    assert made >= {f"News {number}" for number in range(OPENERS)}
