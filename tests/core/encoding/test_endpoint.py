"""An endpoint as an encoder: what it is sent, and every way in which it can fail."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from pydantic import SecretStr

from attrprompt.encoding.cache import VectorCache, encode_cached
from attrprompt.encoding.encoder import Backend, EncoderSpec
from attrprompt.encoding.endpoint import EndpointEncoder
from attrprompt.encoding.open import identify_encoder, open_encoder
from attrprompt.errors import ErrorKind, InputError, ProviderError


class EmbeddingHandler(BaseHTTPRequestHandler):
    """Answers `/v1/embeddings` with three numbers a text, not of length one, the last text first."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers.get("Authorization"), asked))
        body = self.server.answer(asked)
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", self.server.location)
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
    server.seen, server.status, server.answer, server.location = [], 200, answer_vectors, ""
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


def test_texts_follow_no_redirect(endpoint, faulty_server):
    other = faulty_server(is_given_everywhere=True)
    endpoint.status, endpoint.location = 307, f"{other.base_url}/embeddings"
    with pytest.raises(ProviderError, match="redirects"):
        EndpointEncoder(endpoint.url, "m").encode(["text"])
    assert len(endpoint.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>a page</html>",
        b"{}",
        b'{"data": [], "model": "m", "object": "list"}',
        b'{"data": [{"index": 0, "embedding": [0.0, 0.0], "object": "embedding"}], "model": "m", "object": "list"}',
        b'{"data": [{"index": 0, "embedding": [1' + b"0" * 400 + b"]}]}",
        b"[" * 100_000,
        b'{"data": "' + b"a" * 65_000_000 + b'"}',
    ],
    ids=("page", "empty", "none", "no_direction", "too_large_a_number", "too_deep", "too_long"),
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
