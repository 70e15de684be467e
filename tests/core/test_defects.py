"""What nobody foresaw ends in one line with the path of a log, and what was stored is kept."""

import errno
import resource
import subprocess
import sys

import pytest
from sqlalchemy import event

from attrprompt.cli import main
from attrprompt.cli.session import Session
from attrprompt.defects import explain_defect
from attrprompt.errors import StoreError
from attrprompt.store import Store
from attrprompt.store.database import DATABASE_FILE, Database


def run_with_little_room(home, *arguments, room=150_000):
    """The command line in a process whose files cannot grow over a size."""
    return subprocess.run(
        [sys.executable, "-m", "attrprompt", "--home", str(home), *arguments],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_command_says_a_defect_in_one_line(home, monkeypatch, capsys):
    def fail(self, result):
        raise ZeroDivisionError("sums of nothing")

    monkeypatch.setattr(Session, "emit", fail)
    assert main(["--home", str(home), "presets"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    log = home / "logs" / "errors.log"
    assert str(log) in said.err
    kept = log.read_text(encoding="utf-8")
    assert "command presets" in kept
    assert "ZeroDivisionError: sums of nothing" in kept


def test_a_database_that_cannot_grow_ends_a_command_in_one_line(home, tmp_path):
    assert main(["--home", str(home), "new", "News", "--labels", "a,b"]) == 0
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(f'{{"text": "{number} {"word " * 80}", "label": "a"}}\n' for number in range(5_000)))
    ended = run_with_little_room(home, "import-dataset", "News", str(rows), "--as", "gold", room=300_000)
    assert ended.returncode == 2
    assert ended.stderr.strip().count("\n") == 0, ended.stderr
    assert "disk" in ended.stderr
    store = Store(home)
    assert store.datasets.list_all(store.projects.find("News").id) == []
    store.close()


def test_a_full_disk_is_called_so(home):
    assert "The disk is full" in explain_defect(OSError(errno.ENOSPC, "No space left on device"), home, "x")
    database = Database(home)
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 80"))
    database.engine.dispose()
    with pytest.raises(StoreError, match=r"disk is full.*Make room on the disk"), database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE big (words TEXT)")
        connection.exec_driver_sql("INSERT INTO big VALUES (hex(zeroblob(1000000)))")
    database.close()


def test_a_log_that_cannot_be_written_hides_nothing(tmp_path):
    place = tmp_path / "file"
    place.write_text("no folder")
    said = explain_defect(KeyError("x"), place, "command x")
    assert "KeyError" in said
    assert str(place) not in said


@pytest.mark.parametrize("name", ["100%?", "a?b=c", "%2e%2e", "a#b&mode=memory", "naïve 東京"])
def test_a_home_may_have_any_name(tmp_path, name):
    home = tmp_path / name
    store = Store(home)
    store.close()
    assert (home / DATABASE_FILE).stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_empty_database_is_not_taken_for_a_new_home(home):
    home.mkdir(exist_ok=True)
    (home / DATABASE_FILE).touch()
    with pytest.raises(StoreError, match="is empty"):
        Store(home)
