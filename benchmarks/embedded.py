"""How fast the embedded model writes: alone and with 8 and 16 requests at once, by threads.

    python -m benchmarks.embedded [--tokens 96] [--threads 1 2] [--at-once 1 8 16]

Run it on a quiet machine: the machine's load is printed with each row, because threads that wait for each other
collapse when other work takes their cores. The last line is JSON; `ratio` is the best rate over the rate alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from typing import Any

from attrprompt.llm.chat import ChatRequest
from attrprompt.llm.embedded import EmbeddedServer
from attrprompt.llm.embedded_client import EmbeddedChatClient


def main() -> None:
    """Measure and print."""
    cores = os.cpu_count() or 1
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=96, help="tokens of each answer")
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({max(1, cores - 1), cores}))
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 8, 16])
    options = parser.parse_args()
    print("threads  slots  at once  tokens  seconds  tokens/s  start s  load")
    rows: list[dict[str, Any]] = []
    for threads in options.threads:
        for at_once in options.at_once:
            row = asyncio.run(measure(threads, at_once, options.tokens))
            rows.append(row)
            print(
                f"{threads:7}  {row['slots']:5}  {at_once:7}  {row['tokens']:6}  {row['seconds']:7.1f}  "
                f"{row['rate']:8.1f}  {row['start']:7.1f}  {row['load']:4.1f}",
                flush=True,
            )
    alone = max(row["rate"] for row in rows if row["at_once"] == min(options.at_once))
    print(json.dumps({"rows": rows, "ratio": max(row["rate"] for row in rows) / alone}))


async def measure(threads: int, at_once: int, tokens: int) -> dict[str, Any]:
    """Rate of answers of a fixed length, so many at once, on a server of its own."""
    slots = max(8, at_once)
    with EmbeddedServer(slots=slots, threads=threads) as server:
        began = time.perf_counter()
        await asyncio.to_thread(server.start)
        started = time.perf_counter() - began
        client = EmbeddedChatClient(server)
        await client.complete(make_request(server, 0, 4))
        began = time.perf_counter()
        replies = await asyncio.gather(
            *(client.complete(make_request(server, number, tokens)) for number in range(1, at_once + 1))
        )
        seconds = time.perf_counter() - began
        await client.close()
    written = sum(reply.completion_tokens or 0 for reply in replies)
    return {
        "threads": threads,
        "slots": slots,
        "at_once": at_once,
        "tokens": written,
        "seconds": seconds,
        "rate": written / seconds,
        "start": started,
        "load": os.getloadavg()[0],
    }


def make_request(server: EmbeddedServer, number: int, tokens: int) -> ChatRequest:
    """A prompt of about the length of an attributed prompt; the answer may not end before its length."""
    prompt = (
        f"Write news article {number} about a tram strike. The location of the news should be Switzerland. "
        "The style should be an eyewitness report. Keep it between 50 and 80 words."
    )
    return ChatRequest(
        messages=({"role": "user", "content": prompt},),
        model=server.model,
        max_tokens=tokens,
        seed=number,
        repetition_penalty=1.1,
        timeout=600.0,
        extra={"ignore_eos": True},
    )


if __name__ == "__main__":
    main()
