"""Files broken at random: each importer answers with what it read, or with one sentence."""

import logging
import time

from attrprompt.errors import InputError
from benchmarks import fuzz
from benchmarks.fuzz import Result, Seed, run_fuzz, take_in

FILES = 500
SEED = 11


def test_broken_files_end_in_a_result_or_a_sentence(tmp_path):
    result = run_fuzz(tmp_path, FILES, seed=SEED)
    assert (result.tracebacks, result.slow) == ([], [])
    assert sum(result.files.values()) == FILES
    assert min(result.files.values()) >= 15
    assert 0.2 * FILES < result.refused < 0.8 * FILES  # broken enough, and not beyond being read


def test_what_ends_badly_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 0.05)
    result = Result()

    def give(take):
        return take_in(Seed("kind", "name", b"", take), tmp_path, result)

    def refuse(path):
        raise InputError("no")

    assert give(len).startswith("TypeError")
    assert give(refuse) == give(str) == give(lambda path: time.sleep(5)) == ""
    assert (result.refused, len(result.slow)) == (1, 1)


def test_a_defect_that_is_caught_and_logged_is_counted_too(tmp_path, monkeypatch):
    def fail(path):
        if path.read_bytes() == b"sound":
            return
        try:
            raise KeyError("x")
        except KeyError:
            logging.getLogger("attrprompt.exchange").exception("caught")

    monkeypatch.setattr(fuzz, "make_seeds", lambda store, folder: [Seed("kind", "name.txt", b"sound", fail)])
    (said,) = run_fuzz(tmp_path, 1).tracebacks
    assert said.startswith("kind (file 0): KeyError")
