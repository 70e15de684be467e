"""The embedding cache: nothing is encoded twice, and what was written survives a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from attrprompt.encoding.cache import VectorCache, encode_cached, fill_cache, hash_text, save_vectors
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import identify_encoder
from attrprompt.errors import InputError, StoreError, WorkerError
from tests.core.encoding.counting import TEXTS, CountingEncoder
from tests.scripts import run_script

ROOT = Path(__file__).resolve().parents[3]


def test_a_full_cache_needs_no_torch(tmp_path):
    rows = CountingEncoder().encode(TEXTS)
    VectorCache(tmp_path).add(identify_encoder(REFERENCE), [hash_text(text) for text in TEXTS], rows)
    script = f"""
import sys
from pathlib import Path
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from attrprompt.encoding.cache import VectorCache, encode_cached
home = Path({str(tmp_path)!r})
assert encode_cached(open_encoder(REFERENCE, home), {TEXTS!r}, VectorCache(home)).shape == (5, 8)
assert not {{"torch", "transformers", "sentence_transformers"}} & set(sys.modules)
"""
    run_script(script)


def test_only_unknown_texts_are_encoded_each_once(tmp_path):
    cache, encoder = VectorCache(tmp_path), CountingEncoder()
    texts = [f"text {number}" for number in range(300)]
    first = encode_cached(encoder, [*texts, texts[0]], cache)
    assert sorted(encoder.asked) == sorted(texts)
    encoder.asked.clear()
    again = encode_cached(encoder, list(reversed(texts)), cache)
    assert encoder.asked == []
    np.testing.assert_array_equal(again, first[:300][::-1])
    np.testing.assert_array_equal(first[300], first[0])
    new = [f"new {number}" for number in range(30)]
    encode_cached(encoder, [*texts, *new], cache)
    assert sorted(encoder.asked) == sorted(new)


def test_cached_rows_are_those_of_the_encoder_in_order(tmp_path, reference):
    cached = encode_cached(reference, TEXTS, VectorCache(tmp_path))
    assert (cached * reference.encode(TEXTS)).sum(axis=1).min() > 0.99999


def test_encoders_do_not_share_vectors(tmp_path):
    cache, one, two = VectorCache(tmp_path), CountingEncoder(), CountingEncoder()
    two.id = "counting:2"
    fill_cache(one, TEXTS, cache)
    assert fill_cache(two, TEXTS, cache) == len(TEXTS)


def test_progress_rises_to_one_and_says_how_many(tmp_path):
    seen = []
    texts = [f"text {number}" for number in range(300)]
    fill_cache(CountingEncoder(), texts, VectorCache(tmp_path), lambda *progress: seen.append(progress))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert seen[-1][1] == "Encoded 300 of 300 new texts"


def test_cancelling_keeps_what_was_encoded(tmp_path):
    cache, encoder = VectorCache(tmp_path), CountingEncoder()
    texts = [f"text {number}" for number in range(300)]
    with pytest.raises(WorkerError, match="128 of 300"):
        fill_cache(encoder, texts, cache, cancelled=lambda: len(encoder.asked) > 0)
    assert fill_cache(encoder, texts, cache) == 300 - 128


def test_a_shipped_float16_file_fills_the_cache(tmp_path):
    encoder = CountingEncoder()
    rows = encoder.encode(TEXTS)
    save_vectors(tmp_path / "shipped.npz", encoder.id, TEXTS, rows)
    cache = VectorCache(tmp_path)
    assert cache.ingest(tmp_path / "shipped.npz") == len(TEXTS)
    encoder.asked.clear()
    read = encode_cached(encoder, TEXTS, cache)
    assert encoder.asked == []
    assert (read * rows).sum(axis=1).min() > 0.99999


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken", b"PK\x05\x06" + bytes(18)])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    (tmp_path / "other.npz").write_bytes(content)
    with pytest.raises(InputError, match="holds no embeddings"):
        VectorCache(tmp_path).ingest(tmp_path / "other.npz")


def test_a_damaged_cache_says_which_file_to_delete(tmp_path):
    cache, encoder = VectorCache(tmp_path), CountingEncoder()
    fill_cache(encoder, TEXTS, cache)
    path = cache.path_for(encoder.id)
    path.write_bytes(b"this is no database " * 1000)
    with pytest.raises(StoreError, match="delete this file"):
        fill_cache(encoder, TEXTS, cache)
    path.unlink()
    assert fill_cache(encoder, TEXTS, cache) == len(TEXTS)


def test_a_changed_dimension_is_noticed(tmp_path):
    cache, encoder = VectorCache(tmp_path), CountingEncoder()
    fill_cache(encoder, TEXTS[:2], cache)
    encoder.dimension = 4
    with pytest.raises(InputError, match="Its model changed"):
        fill_cache(encoder, TEXTS, cache)
    assert fill_cache(CountingEncoder(), TEXTS, cache) == len(TEXTS) - 2


def test_a_text_without_a_vector_is_an_error_not_a_gap(tmp_path):
    cache, encoder = VectorCache(tmp_path), CountingEncoder()
    fill_cache(encoder, TEXTS[:2], cache)
    with pytest.raises(StoreError, match="lacks 1 texts"):
        cache.read(encoder.id, [hash_text(text) for text in TEXTS[:3]])


def test_texts_are_told_apart_byte_by_byte():
    assert len({hash_text(text) for text in ("café", "cafe\u0301", "café ", "\ud800")}) == 4


WRITER = """
import sys
from pathlib import Path
import numpy as np
from attrprompt.encoding.cache import VectorCache, hash_text
cache, start = VectorCache(Path(sys.argv[1])), int(sys.argv[2])
for number in range(start, start + int(sys.argv[3])):
    texts = [f"text {number} {part}" for part in range(50)]
    rows = np.full((50, 64), number, dtype=np.float32)
    cache.add("writer", [hash_text(text) for text in texts], rows)
    print(number, flush=True)
"""


def start_writer(home, start, number):
    command = [sys.executable, "-c", WRITER, str(home), str(start), str(number)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_kill_while_writing_leaves_what_was_written_readable(tmp_path):
    with start_writer(tmp_path, 0, 100_000) as writer:
        committed = [int(writer.stdout.readline()) for _ in range(40)]
        os.kill(writer.pid, signal.SIGKILL)
    cache = VectorCache(tmp_path)
    hashes = [hash_text(f"text {number} {part}") for number in committed for part in range(50)]
    assert cache.find_missing("writer", hashes) == set()
    rows = cache.read("writer", hashes)
    np.testing.assert_array_equal(rows[:, 0], np.repeat(np.arange(40), 50))
    cache.add("writer", [hash_text("after")], np.ones((1, 64), dtype=np.float32))
    assert cache.read("writer", [hash_text("after")]).shape == (1, 64)


def test_several_processes_write_at_once(tmp_path):
    writers = [start_writer(tmp_path, start, 30) for start in (0, 15, 30)]  # their texts overlap
    for writer in writers:
        with writer:
            writer.communicate(timeout=60)
        assert writer.returncode == 0
    hashes = [hash_text(f"text {number} 7") for number in range(60)]
    np.testing.assert_array_equal(VectorCache(tmp_path).read("writer", hashes)[:, 0], np.arange(60))
