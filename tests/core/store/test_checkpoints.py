"""The log is written back beside the commits, and what was committed is read back afterwards."""

import time

from attrprompt.presets import load_preset
from attrprompt.store import Store
from attrprompt.store.checkpoints import LOG_BYTES


def test_a_long_log_is_written_back_while_the_store_is_open(tmp_path):
    store = Store(tmp_path)
    database, log = tmp_path / "studio.sqlite3", tmp_path / "studio.sqlite3-wal"
    try:
        written = 0
        while not log.exists() or log.stat().st_size <= LOG_BYTES:
            store.projects.create(f"project {written}", load_preset("nyt"), owner="a", source="test")
            written += 1
        store.projects.create("one more", load_preset("sst2"), owner="a", source="test")
        deadline = time.monotonic() + 10
        while database.stat().st_size < LOG_BYTES / 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert database.stat().st_size >= LOG_BYTES / 2
        assert len(store.projects.list_all()) == written + 1
    finally:
        store.close()


def test_a_closed_store_writes_nothing_back(tmp_path):
    store = Store(tmp_path)
    store.close()
    store._database._checkpoints.committed()
    assert not (tmp_path / "studio.sqlite3-wal").exists()
