"""A real HTTP server that speaks the OpenAI chat API and misbehaves as told.

In a test:      with FaultyServer(script=["rate_limit", "ok"]) as server: … server.base_url …
As a process:   python tests/faulty_server.py --port 0 --latency 0.3 --fault rate_limit=0.1 --seed 7
                prints {"base_url": …} and runs until its stdin closes or it is killed; GET /record tells what it did.

What a request gets is decided in this order: the next entry of `script`, then the entry of `by_prompt` whose key stands
in the prompt (one entry each time, the last one for good), then a draw with the shares of `faults`. The draw depends on
the seed, the prompt, the request's seed and how often that pair was asked, not on the order of arrival.
"""

from __future__ import annotations

import argparse
import asyncio
import email.utils
import hashlib
import json
import random
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

PHRASE = "the market opened quietly while farmers north of the river counted what the late storm had left them"
WORDS = PHRASE.split()
LISTED = ["Tidal power in Orkney", "Zürich tram strike", "Coral bleaching", "日本の選挙", "Night trains"]
MODEL = "faulty-1"
THINKING = "First I consider what the user wants, perhaps something about Paris."
REFUSAL = "I'm sorry, but I can't help with that request."
HTML = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>nginx</h1></body></html>"

ANSWERS: dict[str, str] = {
    "empty": "",
    "refusal": REFUSAL,
    "nonsense": "Purple seven gladly, whereas unless the of.",
    "bare_json": json.dumps({"values": LISTED}, ensure_ascii=False),
    "fenced_json": "```json\n" + json.dumps({"values": LISTED}, ensure_ascii=False, indent=2) + "\n```",
    "prose_json": "Sure! Here you go: " + json.dumps({"values": LISTED}, ensure_ascii=False) + "\nHope that helps [1]!",
    "broken_json": "{'values': [" + ", ".join(f"'{item}'" for item in LISTED) + ",]",
    "numbered": "Here are five:\n\n" + "\n".join(f"{i}. **{item}**" for i, item in enumerate(LISTED, 1)) + "\n\nEnjoy!",
    "bulleted": "\n".join(f"- {item}" for item in LISTED),
    "wrong_shape": json.dumps({"answer": 42}),
    "nul": "before\x00after",
}
"""Texts of successful answers, by behaviour."""

ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "rate_limit": (429, {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}),
    "rate_limit_seconds": (429, {"message": "Rate limit reached", "code": "rate_limit_exceeded"}),
    "rate_limit_ms": (429, {"message": "Rate limit reached", "code": "rate_limit_exceeded"}),
    "rate_limit_date": (429, {"message": "Rate limit reached", "code": "rate_limit_exceeded"}),
    "no_credit": (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}),
    "auth": (401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}),
    "auth_echo": (401, {"message": "Incorrect API key provided: {key}", "code": "invalid_api_key"}),
    "forbidden": (403, {"message": "This key may not use this model"}),
    "not_found": (404, {"message": "Not Found"}),
    "unknown_model": (404, {"message": "The model `{model}` does not exist", "code": "model_not_found"}),
    "unknown_model_400": (400, {"message": "The model `{model}` does not exist", "code": "model_not_found"}),
    "bad_request": (400, {"message": "This model's maximum context length is 8 tokens", "code": "context_length"}),
    "unprocessable": (422, {"message": "temperature: must be at most 2"}),
    "wants_other_length": (
        400,
        {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "param": "max_tokens"},
    ),
    "server_error": (500, {"message": "The server had an error"}),
    "bad_gateway": (502, {"message": "Bad gateway"}),
    "unavailable": (503, {"message": "The engine is currently overloaded"}),
    "no_schema": (400, {"message": "Invalid parameter: 'response_format' of type 'json_schema' is not supported"}),
}
"""Statuses and error bodies, by behaviour."""

BODIES: dict[str, tuple[str, bytes]] = {
    "garbage": ("application/json", b'{"id": "x", "choi\xff\xfe'),
    "html": ("text/html", HTML.encode()),
    "no_choices": ("application/json", b'{"id": "x", "object": "chat.completion", "choices": []}'),
    "error_inside": ("application/json", b'{"error": {"code": 429, "message": "Provider returned error"}}'),
    "surrogate": (
        "application/json",
        b'{"choices": [{"message": {"content": "half \\ud800"}, "finish_reason": "stop"}]}',
    ),
}
"""Bodies sent with status 200, by behaviour."""

UNUSABLE = BODIES.keys() - {"surrogate"} | {"endless", "bomb"}

REFUSED_FIELDS: dict[str, tuple[int, str]] = {
    "openai": (
        400,
        '{"error": {"message": "Unsupported parameter: \'%s\' is not supported with this model.",'
        ' "type": "invalid_request_error", "param": "%s", "code": "unsupported_parameter"}}',
    ),
    "openai_value": (
        400,
        '{"error": {"message": "Unsupported value: \'%s\' does not support 0.7 with this model. Only'
        ' the default (1) value is supported.", "param": "%s", "code": "unsupported_value"}}',
    ),
    "openai_old": (400, '{"error": {"message": "Unrecognized request argument supplied: %s", "param": null}}'),
    "mistral": (
        422,
        '{"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "%s"],'
        ' "msg": "Extra inputs are not permitted", "input": 1}]}, "code": null}',
    ),
    "fastapi": (
        422,
        '{"detail": [{"loc": ["body", "%s"], "msg": "extra fields not permitted", "type": "value_error.extra"}]}',
    ),
    "vllm": (
        400,
        "{\"object\": \"error\", \"message\": \"[{'type': 'extra_forbidden', 'loc': ('body', '%s'),"
        " 'msg': 'Extra inputs are not permitted', 'input': 1}]\", \"type\": \"BadRequestError\"}",
    ),
    "anthropic": (
        400,
        '{"type": "error", "error": {"type": "invalid_request_error",'
        ' "message": "%s: Extra inputs are not permitted"}}',
    ),
    "google": (
        400,
        '[{"error": {"code": 400, "message": "Invalid JSON payload received. Unknown name \\"%s\\":'
        ' Cannot find field.", "status": "INVALID_ARGUMENT"}}]',
    ),
    "groq": (400, '{"error": {"message": "property \'%s\' is unsupported", "type": "invalid_request_error"}}'),
    "xai": (
        400,
        '{"code": "Client specified an invalid argument", "error": "Model grok does not support parameter %s."}',
    ),
    "litellm": (
        500,
        '{"error": {"message": "litellm.UnsupportedParamsError: gpt-5 models don\'t support %s=0.7. Only'
        ' the default is supported."}}',
    ),
    "bedrock": (400, '{"message": "Malformed input request: #: extraneous key [%s] is not permitted"}'),
    "under_200": (
        200,
        '{"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw":'
        ' "{\\"message\\": \\"%s is not supported by this model\\"}"}}}',
    ),
}
"""How servers refuse a field of a request: the status and the body, with the field's name for each %s."""
OTHERS = (
    "ok",
    "echo",
    "cut",
    "refusal_field",
    "parts",
    "only_thinking",
    "thinking",
    "no_usage",
    "drop",
    "drop_midway",
    "hang",
    "dribble",
    "redirect",
    "given",
    "endless",
    "bomb",
)
BEHAVIOURS = frozenset({*ANSWERS, *ERRORS, *BODIES, *OTHERS})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it; `status` is 0 where the connection was dropped or left hanging."""

    at: float
    prompt: str
    seed: int | None
    behaviour: str
    status: int
    body: Mapping[str, Any] = field(repr=False)


@dataclass
class FaultyServer:
    """The server in a thread of its own. Settings may be changed while it runs.

    Attributes:
        latency: seconds before anything is answered.
        script: behaviours of the next requests, in the order of arrival.
        by_prompt: behaviours for prompts that contain the key.
        faults: share of each behaviour among the other requests.
        usual: behaviour of the rest.
        answer: makes the text of an "ok" answer from the request's body.
        most_at_once: beyond so many under way, the answer is 429.
        retry_after: seconds that `rate_limit_seconds`, `_ms` and `_date`, and the limit above, ask to wait.
        json_schema: "yes", "ignored" or "rejected".
        json_object: likewise.
        models: names that are listed; another name gets 404. Empty: any name goes, none is listed.
        api_key: asked for where it is set.
        redirects_to: base URL that `redirect` sends to.
        given: status, content type and body of the behaviour `given`.
        is_given_everywhere: every path answers as `usual` says, or with what is `given`.
        refuses: fields that a request may not have, each with the way of `REFUSED_FIELDS` in which that is said.
        root: path of the API.
        keep_bodies: keep every request's body in `asked` and its headers in `headers` (costs memory in long runs).
    """

    latency: float = 0.0
    script: list[str] = field(default_factory=list)
    by_prompt: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Mapping[str, float] = field(default_factory=dict)
    usual: str = "ok"
    seed: int = 0
    answer: Callable[[Mapping[str, Any]], str] | None = None
    most_at_once: int | None = None
    retry_after: float | None = None
    json_schema: str = "yes"
    json_object: str = "yes"
    models: Sequence[str] = (MODEL,)
    api_key: str | None = None
    keep_bodies: bool = True
    redirects_to: str = "https://elsewhere.invalid/v1"
    given: tuple[int, str, bytes] = (200, "application/json", b"{}")
    is_given_everywhere: bool = False
    refuses: Mapping[str, str] = field(default_factory=dict)
    root: str = "/v1"
    port: int = 0

    def __post_init__(self) -> None:
        named = {
            self.usual,
            *self.script,
            *self.faults,
            *(each for entries in self.by_prompt.values() for each in entries),
        }
        if unknown := named - BEHAVIOURS:
            raise ValueError(f"unknown behaviours: {sorted(unknown)}")
        self.asked: list[Asked] = []
        self.headers: list[dict[str, str]] = []
        self.answered: Counter[tuple[str, int | None]] = Counter()
        self.in_flight = 0
        self.most_in_flight = 0
        self._times: Counter[tuple[str, int | None]] = Counter()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._listening = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.root}"

    @property
    def answered_by_prompt(self) -> Counter[str]:
        """How often each prompt got a text."""
        counts: Counter[str] = Counter()
        for (prompt, _), n in list(self.answered.items()):
            counts[prompt] += n
        return counts

    @property
    def statuses(self) -> Counter[int]:
        return Counter(each.status for each in list(self.asked))

    def record(self) -> dict[str, Any]:
        """All that was seen, as plain data."""
        return {
            "asked": len(self.asked),
            "answered": sum(self.answered.values()),
            "items": [[prompt, seed, n] for (prompt, seed), n in list(self.answered.items())],
            "statuses": {str(status): n for status, n in self.statuses.items()},
            "behaviours": dict(Counter(each.behaviour for each in list(self.asked))),
            "most_in_flight": self.most_in_flight,
        }

    def __enter__(self) -> FaultyServer:
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve()), name="faulty-server", daemon=True)
        self._thread.start()
        if not self._listening.wait(10):
            raise RuntimeError("the faulty server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    async def serve(self) -> None:
        """Listen until `__exit__`, in the running loop."""
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=2048)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/record":
            return web.json_response(self.record())
        if self.api_key is not None and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return self._send_error("auth", {}, request)
        if self.is_given_everywhere:
            if self.usual in ("endless", "bomb"):
                return await self._send_endlessly(self.usual, request) or web.Response(status=500)
            return self._respond_as_given("given", {}, request) or web.Response(status=500)
        if request.path == f"{self.root}/models":
            listed = [{"id": name, "object": "model"} for name in self.models]
            return web.json_response({"object": "list", "data": listed}, status=200 if listed else 404)
        if request.path != f"{self.root}/chat/completions" or request.method != "POST":
            return web.json_response({"error": {"message": f"no route {request.path}"}}, status=404)
        body = json.loads(await request.read())
        if self.keep_bodies:
            self.headers.append(dict(request.headers))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._answer(request, body)
        finally:
            self.in_flight -= 1

    async def _answer(self, request: web.BaseRequest, body: Mapping[str, Any]) -> web.StreamResponse:
        prompt, seed = str(body["messages"][-1]["content"]), body.get("seed")
        behaviour = self._choose(prompt, seed, body)
        if self.latency and behaviour != "hang":
            await asyncio.sleep(self.latency)
        response = await self._respond(behaviour, body, request)
        status = response.status if response is not None else 0
        kept = body if self.keep_bodies else {}
        self.asked.append(Asked(time.monotonic(), prompt, seed, behaviour, status, kept))
        if response is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if status == 200 and behaviour not in UNUSABLE and behaviour != "refused_field":
            self.answered[prompt, seed] += 1
        return response

    def _choose(self, prompt: str, seed: int | None, body: Mapping[str, Any]) -> str:
        if self.most_at_once is not None and self.in_flight > self.most_at_once:
            return "rate_limit" if self.retry_after is None else "rate_limit_seconds"
        if self.models and body.get("model") not in self.models:
            return "unknown_model"
        if self.refuses.keys() & body.keys():
            return "refused_field"
        wanted = (body.get("response_format") or {}).get("type")
        if getattr(self, wanted or "", "") == "rejected":
            return "no_schema"
        if self.script:
            return self.script.pop(0)
        times = self._times[prompt, seed]
        self._times[prompt, seed] += 1
        for key, behaviours in self.by_prompt.items():
            if key in prompt and behaviours:
                return behaviours[min(times, len(behaviours) - 1)]
        if not self.faults:
            return self.usual
        digest = hashlib.blake2b(f"{self.seed} {prompt} {seed} {times}".encode(), digest_size=8).digest()
        draw = int.from_bytes(digest, "big") / 2**64
        for behaviour, share in self.faults.items():
            draw -= share
            if draw < 0:
                return behaviour
        return self.usual

    async def _respond(
        self, behaviour: str, body: Mapping[str, Any], request: web.BaseRequest
    ) -> web.StreamResponse | None:
        if behaviour in ("endless", "bomb"):
            return await self._send_endlessly(behaviour, request)
        if (whole := self._respond_as_given(behaviour, body, request)) is not None:
            return whole
        if behaviour == "redirect":
            return web.Response(status=307, headers={"Location": f"{self.redirects_to}/chat/completions"})
        if behaviour == "drop":
            return None
        if behaviour in ("drop_midway", "dribble"):
            return await self._send_partly(behaviour, request)
        if behaviour == "hang":
            await self._hang(request)
            return None
        message: dict[str, Any] = {"role": "assistant", "content": self._write_text(behaviour, body)}
        if behaviour == "refusal_field":
            message = {"role": "assistant", "content": None, "refusal": REFUSAL}
        if behaviour == "parts":
            message["content"] = [{"type": "text", "text": "first, "}, {"type": "text", "text": "second"}]
        if behaviour == "only_thinking":
            message |= {"content": "", "reasoning_content": THINKING}
        if behaviour == "thinking":
            message["content"] = f"<think>\n{THINKING}\n</think>\n\n{message['content']}"
        return self._send_completion(message, body, behaviour)

    def _respond_as_given(
        self, behaviour: str, body: Mapping[str, Any], request: web.BaseRequest
    ) -> web.Response | None:
        """A body that stands ready, whatever was asked; None for other behaviours."""
        if behaviour == "refused_field":
            name = next(name for name in self.refuses if name in body)
            status, said = REFUSED_FIELDS[self.refuses[name]]
            return web.Response(status=status, text=said.replace("%s", name), content_type="application/json")
        if behaviour == "given":
            status, content_type, payload = self.given
            return web.Response(status=status, body=payload, content_type=content_type)
        if behaviour in ERRORS:
            return self._send_error(behaviour, body, request)
        if behaviour in BODIES:
            content_type, payload = BODIES[behaviour]
            return web.Response(body=payload, content_type=content_type)
        return None

    def _send_completion(self, message: Mapping[str, Any], body: Mapping[str, Any], behaviour: str) -> web.Response:
        text = message["content"] if isinstance(message["content"], str) else ""
        prompt_tokens = sum(len(each["content"]) for each in body["messages"]) // 4
        completion_tokens = len(text) // 4
        finish = "length" if behaviour in ("cut", "only_thinking") else "stop"
        document = {
            "id": f"chatcmpl-{len(self.asked)}",
            "object": "chat.completion",
            "created": 1,
            "model": body.get("model", MODEL),
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        if behaviour != "no_usage":
            document["usage"] = {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            }
        payload = json.dumps(document, ensure_ascii=False).encode()
        return web.Response(body=payload, content_type="application/json", headers={"x-request-id": document["id"]})

    def _write_text(self, behaviour: str, body: Mapping[str, Any]) -> str:
        if behaviour in ANSWERS:
            return ANSWERS[behaviour]
        if behaviour == "echo":
            return str(body["messages"][-1]["content"])
        if self.answer is not None:
            return self.answer(body)
        wanted = (body.get("response_format") or {}).get("type")
        if wanted is not None and getattr(self, wanted, "") == "yes":
            return ANSWERS["bare_json"]
        generator = random.Random(f"{self.seed} {body['messages'][-1]['content']} {body.get('seed')}")
        return " ".join(generator.choices(WORDS, k=60)) + "."

    def _send_error(self, behaviour: str, body: Mapping[str, Any], request: web.BaseRequest) -> web.Response:
        status, error = ERRORS[behaviour]
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        message = error["message"].replace("{model}", str(body.get("model"))).replace("{key}", key)
        wait = 0.0 if self.retry_after is None else self.retry_after
        headers = {
            "rate_limit_seconds": {"Retry-After": f"{wait:g}"},
            "rate_limit_ms": {"retry-after-ms": f"{wait * 1000:g}", "Retry-After": "77"},
            "rate_limit_date": {"Retry-After": email.utils.formatdate(time.time() + wait, usegmt=True)},
        }.get(behaviour, {})
        return web.json_response({"error": {**error, "message": message}}, status=status, headers=headers)

    async def _send_partly(self, behaviour: str, request: web.BaseRequest) -> web.StreamResponse | None:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"id": "x", ')
        while behaviour == "dribble" and request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.02)
            await response.write(b" ")
        return None

    async def _send_endlessly(self, behaviour: str, request: web.BaseRequest) -> web.StreamResponse | None:
        """A text that never ends; as a bomb it travels compressed, a thousandth of its size."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        packer = zlib.compressobj(wbits=31)
        if behaviour == "bomb":
            response.headers["Content-Encoding"] = "gzip"
        await response.prepare(request)
        piece = b'{"choices": [{"message": {"content": "'
        while request.transport is not None and not request.transport.is_closing():
            try:
                await response.write(packer.compress(piece) if behaviour == "bomb" else piece)
            except ConnectionError:
                break
            piece = b"a" * (1 << 20)
            await asyncio.sleep(0)
        return None

    async def _hang(self, request: web.BaseRequest) -> None:
        assert self._stop is not None
        while not self._stop.is_set() and request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.02)


def main() -> None:
    parser = argparse.ArgumentParser(description="An OpenAI-compatible server that misbehaves as told.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fault", action="append", default=[], metavar="BEHAVIOUR=SHARE")
    parser.add_argument("--most-at-once", type=int)
    parser.add_argument("--retry-after", type=float)
    parser.add_argument("--json-schema", choices=("yes", "ignored", "rejected"), default="yes")
    parser.add_argument("--json-object", choices=("yes", "ignored", "rejected"), default="yes")
    parser.add_argument("--api-key")
    parser.add_argument(
        "--answer", choices=sorted(BEHAVIOURS), default="ok", help="behaviour of every request without a fault"
    )
    options = parser.parse_args()
    server = FaultyServer(
        latency=options.latency,
        seed=options.seed,
        faults={name: float(share) for name, _, share in (each.partition("=") for each in options.fault)},
        usual=options.answer,
        most_at_once=options.most_at_once,
        retry_after=options.retry_after,
        json_schema=options.json_schema,
        json_object=options.json_object,
        models=(),
        api_key=options.api_key,
        keep_bodies=False,
        port=options.port,
    )
    with server:
        print(json.dumps({"base_url": server.base_url}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
