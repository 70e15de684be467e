"""What an endpoint says of a batch comes through the same door as its answers."""

from __future__ import annotations

import json

import pytest

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.batch_client import BatchClient
from attrprompt.llm.chat import Endpoint
from tests.faulty_server import MODEL


def give(faulty_server, document, status=200):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return faulty_server(given=(status, "application/json", body), is_given_everywhere=True)


async def use(server, work):
    client = BatchClient(Endpoint(server.base_url, MODEL))
    try:
        return await work(client)
    finally:
        await client.close()


async def test_odd_values_of_a_batch_are_left_out(faulty_server):
    said = {
        "id": "b\x00",
        "status": "completed",
        "output_file_id": {"a": 1},
        "error_file_id": 10**30,
        "request_counts": {"completed": 10**30, "failed": "x"},
        "errors": {"data": [{"message": "one\ud800"}, 5, {"message": None}, {"message": "four"}]},
    }
    batch = await use(give(faulty_server, said), lambda client: client.retrieve("b"))
    assert (batch.id, batch.state, batch.output_file_id, batch.error_file_id) == ("b\ufffd", "completed", None, None)
    assert (batch.done, batch.errors.strip()) == (0, "one\ufffd")


@pytest.mark.parametrize("body", [b"[" * 100_000, b"null", b'{"id": {"a": 1}, "status": 5}', b"\xff", b"{}"])
@pytest.mark.parametrize("name", ["retrieve", "cancel", "create"])
async def test_what_is_no_batch_is_a_bad_response(faulty_server, body, name):
    with pytest.raises(ProviderError) as failure:
        await use(give(faulty_server, body), lambda client: getattr(client, name)("b"))
    assert failure.value.kind is ErrorKind.BAD_RESPONSE


async def test_an_endless_description_is_not_read_to_its_end(faulty_server):
    server = faulty_server(usual="endless", is_given_everywhere=True)
    with pytest.raises(ProviderError) as failure:
        await use(server, lambda client: client.retrieve("b"))
    assert failure.value.kind is ErrorKind.BAD_RESPONSE


async def test_a_list_that_is_none_has_no_batch(faulty_server):
    assert await use(give(faulty_server, {"data": {"a": 1}}), lambda client: client.find("f")) is None


async def test_results_that_never_end_are_given_up(faulty_server, tmp_path, monkeypatch):
    monkeypatch.setattr("attrprompt.llm.batch_client.MOST_FILE_BYTES", 3_000_000)
    server = faulty_server(usual="bomb", is_given_everywhere=True)
    with pytest.raises(ProviderError):
        await use(server, lambda client: client.download("f", tmp_path / "results.jsonl"))
    assert not list(tmp_path.iterdir())
