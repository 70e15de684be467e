"""A real HTTP server that plays OpenAI's /v1/files and /v1/batches, and lets batches end as told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class BatchServer:
    """The server in a thread of its own. Settings may be changed while it runs.

    Attributes:
        ends: how each batch ends, in the order of creation; the last one for all that follow.
        looks: how often a batch is looked at before it is over.
        answered: of an expired or cancelled batch, the share of requests with an answer.
        refused: custom ids that get an error line (status 400) instead of an answer.
        missing: custom ids that stand in no result file.
        drop_creations: so many requests to begin a batch are carried out, but their answer is lost.
        api_key: asked for where it is set.
    """

    ends: Sequence[str] = ("completed",)
    looks: int = 1
    answered: float = 0.5
    refused: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    drop_creations: int = 0
    api_key: str | None = None
    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._listening = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._left: dict[str, int] = {}

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every request of every batch that was begun."""
        return [each for batch in self.batches.values() for each in self._lines(batch["input_file_id"])]

    def __enter__(self) -> BatchServer:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="batch-server", daemon=True)
        self._thread.start()
        if not self._listening.wait(10):
            raise RuntimeError("the batch server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=1 << 28, middlewares=[self._check_key])
        app.add_routes(
            [
                web.post("/v1/files", self._upload),
                web.get("/v1/files/{id}/content", self._download),
                web.post("/v1/batches", self._create),
                web.get("/v1/batches", self._list),
                web.get("/v1/batches/{id}", self._retrieve),
                web.post("/v1/batches/{id}/cancel", self._cancel),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._stop.wait()
        await runner.cleanup()

    @web.middleware
    async def _check_key(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.api_key is not None and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return web.json_response({"error": {"message": "Incorrect API key provided"}}, status=401)
        response: web.StreamResponse = await handler(request)
        return response

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["purpose"] == "batch"
        name = f"file-{len(self.files) + 1}"
        self.files[name] = form["file"].file.read()
        return web.json_response({"id": name, "object": "file", "purpose": "batch"})

    async def _download(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["id"]])

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        assert (body["endpoint"], body["completion_window"]) == ("/v1/chat/completions", "24h")
        number = len(self.batches) + 1
        batch = {
            "id": f"batch_{number}",
            "object": "batch",
            "input_file_id": body["input_file_id"],
            "status": "validating",
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "end": self.ends[min(number, len(self.ends)) - 1],
        }
        self.batches[batch["id"]] = batch
        self._left[batch["id"]] = self.looks
        if self.drop_creations:
            self.drop_creations -= 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=500)
        return web.json_response(batch)

    async def _list(self, request: web.Request) -> web.Response:
        newest = list(self.batches.values())[::-1]
        return web.json_response({"object": "list", "data": newest, "has_more": False})

    async def _retrieve(self, request: web.Request) -> web.Response:
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return web.json_response({"error": {"message": "No batch found"}}, status=404)
        if batch["status"] in ("validating", "in_progress", "cancelling"):
            if self._left[batch["id"]]:
                self._left[batch["id"]] -= 1
                batch["status"] = "in_progress" if batch["status"] != "cancelling" else "cancelling"
            else:
                self._end(batch)
        return web.json_response(batch)

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self.batches[request.match_info["id"]]
        batch["status"], batch["end"] = "cancelling", "cancelled"
        return web.json_response(batch)

    def _lines(self, file_id: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[file_id].splitlines()]

    def _end(self, batch: dict[str, Any]) -> None:
        requests = self._lines(batch["input_file_id"])
        batch["status"] = batch["end"]
        batch["request_counts"]["total"] = len(requests)
        if batch["end"] == "failed":
            batch["errors"] = {"object": "list", "data": [{"code": "x", "line": 1, "message": "Line 1 is no request."}]}
            return
        answers, errors = [], []
        last = len(requests) if batch["end"] == "completed" else int(len(requests) * self.answered)
        for place, request in enumerate(requests[::-1]):  # results keep no order
            name = request["custom_id"]
            if name in self.missing:
                continue
            if place >= last:
                error = {"code": f"batch_{batch['end']}", "message": "This request was not executed in time."}
                errors.append({"custom_id": name, "response": None, "error": error})
            elif name in self.refused:
                body = {"error": {"message": "Bad parameters.", "code": "invalid"}}
                errors.append({"custom_id": name, "response": {"status_code": 400, "body": body}, "error": None})
            else:
                answers.append({"custom_id": name, "response": self._answer(request), "error": None})
        batch["request_counts"] |= {"completed": len(answers), "failed": len(errors)}
        for kind, lines in (("output", answers), ("error", errors)):
            if lines:
                file_id = f"{batch['id']}-{kind}"
                self.files[file_id] = "\n".join(json.dumps(line) for line in lines).encode()
                batch[f"{kind}_file_id"] = file_id

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        text = f"A text for {request['custom_id']} with seed {request['body'].get('seed')}."
        message = {"role": "assistant", "content": text}
        body = {
            "id": f"chatcmpl-{request['custom_id']}",
            "model": request["body"]["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3},
        }
        return {"status_code": 200, "request_id": "req_1", "body": body}
