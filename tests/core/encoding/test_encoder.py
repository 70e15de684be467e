"""Encoders and the embedding cache: the bundled model, a folder, an endpoint, and what is never encoded twice."""

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from attrprompt.encoding.cache import VectorCache, encode_cached, fill_cache, hash_text, save_vectors
from attrprompt.encoding.encoder import REFERENCE, Backend, EncoderSpec, Precision, find_model_folder
from attrprompt.encoding.endpoint import EndpointEncoder
from attrprompt.encoding.open import choose_fast, identify_encoder, open_encoder
from attrprompt.errors import ErrorKind, InputError, ProviderError, StoreError, WorkerError

ROOT = Path(__file__).resolve().parents[3]
TEXTS = [
    "The striker scored twice in the final.",
    "The goalkeeper saved a penalty in extra time.",
    "Shares fell after the bank cut its forecast.",
    "Ein Satz auf Deutsch, mit Umlauten: größer, schöner.",
    "",
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return open_encoder(REFERENCE, tmp_path_factory.mktemp("home"), threads=1)


class CountingEncoder:
    """Vectors from the text's hash; remembers what it was asked for."""

    id = "counting:1"
    dimension = 8

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        seeds = [int(hash_text(text)[:8], 16) for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def make_folder(tmp_path, **changes):
    """The bundled model in another folder, its configuration changed, its weights linked."""
    folder = tmp_path / "another-model"
    folder.mkdir()
    for path in find_model_folder(REFERENCE.model).iterdir():
        (folder / path.name).symlink_to(path)
    config = folder / "sentence_bert_config.json"
    stated = json.loads(config.read_text())
    config.unlink()
    config.write_text(json.dumps({**stated, **changes}))
    return folder


def test_the_reference_gives_unit_rows_that_put_like_beside_like(reference):
    vectors = reference.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), reference.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > cosines[0, 2] + 0.1


def test_a_vector_does_not_depend_on_the_texts_beside_it(reference):
    together, alone = reference.encode([*TEXTS, "word " * 200]), reference.encode(TEXTS[:1])
    assert float(together[0] @ alone[0]) > 0.999999


def test_no_texts_give_no_rows(reference):
    assert reference.encode([]).shape == (0, 384)


def test_an_id_names_model_weights_backend_precision_and_length():
    name, backend, precision, length = identify_encoder(REFERENCE).split(":")
    assert name.startswith("all-MiniLM-L6-v2@")
    assert (backend, precision, length) == ("torch", "fp32", "256")


def test_a_folder_is_an_encoder_of_its_own_id_that_cuts_where_it_says(tmp_path):
    folder = make_folder(tmp_path, max_seq_length=6)
    encoder = open_encoder(EncoderSpec(model=str(folder)), tmp_path)
    assert encoder.id.startswith("another-model@")
    assert encoder.id != identify_encoder(REFERENCE)
    cut, whole = encoder.encode(["one two three four", "one two three four five six seven"])
    assert float(cut @ whole) > 0.999999


@pytest.mark.parametrize("model", ["no-such-model", "/no/such/folder", "a/b/c"])
def test_an_unknown_model_is_refused_with_a_way_out(tmp_path, model):
    with pytest.raises(InputError, match="Give a folder, or a hub id"):
        open_encoder(EncoderSpec(model=model), tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="no model weights"):
        identify_encoder(EncoderSpec(model=str(tmp_path)))


def test_torch_computes_in_fp32_only():
    with pytest.raises(InputError, match="fp32 only"):
        identify_encoder(EncoderSpec(precision=Precision.BF16))


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
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)


@pytest.mark.slow
def test_openvino_gives_the_vectors_of_the_reference_under_its_own_id(tmp_path, reference):
    pytest.importorskip("openvino")
    encoder = open_encoder(EncoderSpec(backend=Backend.OPENVINO), tmp_path, threads=1)
    assert encoder.id == reference.id.replace(":torch:", ":openvino:")
    texts = [*TEXTS, "A long text goes on and on. " * 60]
    assert (encoder.encode(texts) * reference.encode(texts)).sum(axis=1).min() > 0.99999
    assert encoder.encode([]).shape == (0, 384)


def test_openvino_does_not_call_home_and_the_fast_choice_fits_the_processor():
    pytest.importorskip("openvino")
    script = """
import sys
from attrprompt.encoding.encoder import Precision, choose_fast
from attrprompt.encoding.openvino import supports_bf16
assert choose_fast().precision is (Precision.BF16 if supports_bf16() else Precision.FP32)
assert not any(name.startswith("openvino_telemetry") for name, module in sys.modules.items() if module is not None)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)


def test_bf16_is_refused_where_the_processor_emulates_it(tmp_path):
    pytest.importorskip("openvino")
    if choose_fast().precision is Precision.BF16:
        pytest.skip("this processor computes in bf16")
    encoder = open_encoder(EncoderSpec(backend=Backend.OPENVINO, precision=Precision.BF16), tmp_path)
    with pytest.raises(InputError, match="Choose the reference encoder"):
        encoder.encode(TEXTS)


# The cache


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


# Endpoints


class EmbeddingHandler(BaseHTTPRequestHandler):
    """Answers `/v1/embeddings` with three numbers a text, not of length one, the last text first."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers.get("Authorization"), asked))
        body = self.server.answer(asked)
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def answer_vectors(asked):
    data = [
        {"object": "embedding", "index": index, "embedding": [len(text), 1.0, 2.0]}
        for index, text in enumerate(asked["input"])
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return json.dumps({"object": "list", "data": data[::-1], "model": asked["model"], "usage": usage}).encode()


@pytest.fixture
def endpoint():
    server = ThreadingHTTPServer(("127.0.0.1", 0), EmbeddingHandler)
    server.seen, server.status, server.answer = [], 200, answer_vectors
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_endpoint_is_an_encoder(endpoint, tmp_path):
    spec = EncoderSpec(model="embed-small", backend=Backend.ENDPOINT, base_url=endpoint.url + "/")
    encoder = open_encoder(spec, tmp_path, api_key=SecretStr("sk-secret"))
    texts = [f"{'x' * number}é" for number in range(1, 101)]
    vectors = encode_cached(encoder, texts, VectorCache(tmp_path))
    assert encoder.id == identify_encoder(spec) == f"{endpoint.url}#embed-small"
    assert encoder.dimension == 3
    np.testing.assert_allclose(vectors[:, 0] / vectors[:, 1], np.arange(2, 102), rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert {path for path, _, _ in endpoint.seen} == {"/v1/embeddings"}
    assert {key for _, key, _ in endpoint.seen} == {"Bearer sk-secret"}


def test_an_endpoint_without_a_key_is_sent_none(endpoint, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    EndpointEncoder(endpoint.url, "m").encode(["text"])
    assert [key for _, key, _ in endpoint.seen] == [None]


def test_a_refused_key_is_told_without_the_key(endpoint):
    endpoint.status = 401
    endpoint.answer = lambda asked: b'{"error": {"message": "bad key sk-secret"}}'
    with pytest.raises(ProviderError) as caught:
        EndpointEncoder(endpoint.url, "m", SecretStr("sk-secret")).encode(["text"])
    assert caught.value.kind is ErrorKind.AUTH
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>a page</html>",
        b"{}",
        b'{"data": [], "model": "m", "object": "list"}',
        b'{"data": [{"index": 0, "embedding": [0.0, 0.0], "object": "embedding"}], "model": "m", "object": "list"}',
    ],
)
def test_an_answer_without_usable_vectors_is_a_bad_response(endpoint, body):
    endpoint.answer = lambda asked: body
    with pytest.raises(ProviderError) as caught:
        EndpointEncoder(endpoint.url, "m").encode(["text"])
    assert caught.value.kind is ErrorKind.BAD_RESPONSE


def test_nobody_at_the_address_is_a_connection_failure(endpoint):
    endpoint.shutdown()
    endpoint.server_close()
    with pytest.raises(ProviderError) as caught:
        EndpointEncoder(endpoint.url, "m").encode(["text"])
    assert caught.value.kind is ErrorKind.CONNECTION


@pytest.mark.parametrize("url", ["ftp://x/v1", "https://user:pass@host/v1", "https://host/v1?key=1", ""])
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(InputError):
        identify_encoder(EncoderSpec(model="m", backend=Backend.ENDPOINT, base_url=url))
