"""Sending prompts: this runner beside a plain loop and beside NeMo DataDesigner, against a server of ours on loopback.

    python benchmarks/engine.py [--quick] [--rounds 3] [--designer-python ~/designer/bin/python]

DataDesigner pins its own libraries, so it lives in a virtual environment of its own:

    python3 -m venv ~/designer && ~/designer/bin/pip install data-designer==0.9.6

Without it only the first two are measured. Each client sends the same number of prompts from a fresh process; wall time
and CPU are taken inside it, around the sending alone, without imports and without planning. The server is
`tests/faulty_server.py` in a process of its own: it waits, then answers 60 words. Rounds take turns; the median counts.

- ours: a stored plan, every answer committed to SQLite when it arrives.
- plain: `AsyncOpenAI` with the aiohttp transport and a semaphore; answers are kept in a list and lost with the process.
- designer: `DataDesigner.create` with one LLM column; it writes Parquet files at the end of each group of rows.

Targets: 1,984 requests, 64 at once, 300 ms: at most 1.05 × plain's wall time, at most 0.65 × DataDesigner's CPU.
5,000 requests, 256 at once, 50 ms: at least 2.5 × DataDesigner's rows a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MODEL = "faulty-1"
MAX_TOKENS = 128


@dataclass(frozen=True)
class Case:
    """How many requests, how many at once, and how long the server waits in seconds."""

    name: str
    requests: int
    concurrency: int
    latency: float

    @property
    def ideal(self) -> float:
        """Seconds if nothing but the waiting took time."""
        return self.requests / self.concurrency * self.latency


CASES = (Case("slow", 1_984, 64, 0.3), Case("fast", 5_000, 256, 0.05))
QUICK = (Case("slow", 384, 64, 0.3), Case("fast", 1_000, 256, 0.05))


def main() -> None:
    """Measure all clients in turns and print the ratios as JSON, last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the requests, one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--designer-python", type=Path, help="Python of the environment with DataDesigner")
    parser.add_argument("--client", choices=["ours", "plain"], help=argparse.SUPPRESS)
    parser.add_argument("--send", nargs=3, metavar=("URL", "REQUESTS", "CONCURRENCY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        url, requests, concurrency = options.send[0], int(options.send[1]), int(options.send[2])
        send = send_ours if options.client == "ours" else send_plain
        print(json.dumps(send(url, requests, concurrency)))
        return
    result = {
        case.name: compare(case, 1 if options.quick else options.rounds, options.designer_python)
        for case in (QUICK if options.quick else CASES)
    }
    print(json.dumps({"benchmark": "engine", "quick": options.quick, **judge(result), "measured": result}))


def compare(case: Case, rounds: int, designer: Path | None) -> dict[str, dict[str, float]]:
    """The median wall time and CPU of each client."""
    commands = {name: [sys.executable, __file__, "--client", name] for name in ("ours", "plain")}
    if designer is not None:
        commands["designer"] = [str(designer), str(ROOT / "benchmarks" / "engine_designer.py")]
    print(f"\n{case.requests:,} requests, {case.concurrency} at once, {case.latency * 1000:.0f} ms (", end="")
    print(f"ideal {case.ideal:.1f} s); median of {rounds}\n")
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            with serve(case.latency) as url:
                seen[name].append(measure([*command, "--send", url, str(case.requests), str(case.concurrency)], case))
    medians = {
        name: {key: round(statistics.median(each[key] for each in runs), 3) for key in ("wall", "cpu")}
        for name, runs in seen.items()
    }
    print(f"{'client':<10}{'wall s':>9}{'CPU s':>9}{'rows/s':>9}{'wall, all rounds':>30}")
    for name, median in medians.items():
        walls = " ".join(f"{each['wall']:.2f}" for each in seen[name])
        print(f"{name:<10}{median['wall']:>9.2f}{median['cpu']:>9.2f}{case.requests / median['wall']:>9.0f}{walls:>30}")
    return medians


def measure(command: list[str], case: Case) -> dict[str, float]:
    """What a client says of itself; it must have got every answer."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if found["answers"] != case.requests:
        raise SystemExit(
            f"{command[1:4]} got {found['answers']:.0f} of {case.requests} answers.\n{done.stderr[-2000:]}"
        )
    return found


@contextmanager
def serve(latency: float) -> Iterator[str]:
    """The server in a process of its own; yields its base URL."""
    command = [sys.executable, str(ROOT / "tests" / "faulty_server.py"), "--latency", str(latency)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    try:
        yield json.loads(process.stdout.readline())["base_url"]
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def judge(result: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    """The ratios that the targets are about; those with DataDesigner only where it was measured."""
    slow, fast = result["slow"], result["fast"]
    ratios = {
        "ratio": round(slow["ours"]["wall"] / slow["plain"]["wall"], 3),
        "target": 1.05,
        "fast_wall_to_plain": round(fast["ours"]["wall"] / fast["plain"]["wall"], 3),
    }
    if "designer" in slow:
        ratios["cpu_to_designer"] = round(slow["ours"]["cpu"] / slow["designer"]["cpu"], 3)
        ratios["cpu_target"] = 0.65
        ratios["rows_per_second_to_designer"] = round(fast["designer"]["wall"] / fast["ours"]["wall"], 3)
        ratios["rows_target"] = 2.5
    return ratios


def send_ours(url: str, requests: int, concurrency: int) -> dict[str, float]:
    """A stored plan through the runner; every answer is in the database when it ends."""
    from attrprompt.generation.launch import create_run
    from attrprompt.generation.plans.plan import PlanOptions
    from attrprompt.generation.run_options import GenerationParameters, RunLimits
    from attrprompt.generation.runner import RunExecution
    from attrprompt.llm.chat import Endpoint
    from attrprompt.llm.client import OpenAIChatClient
    from attrprompt.presets import load_preset
    from attrprompt.store import Store

    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home))
        project = store.projects.create("benchmark", load_preset("agnews"), owner="benchmark", source="benchmark")
        endpoint = Endpoint(url, MODEL)
        run = create_run(
            store,
            project,
            PlanOptions(per_class=requests // len(project.document.labels)),
            endpoint,
            parameters=GenerationParameters(max_tokens=MAX_TOKENS),
            limits=RunLimits(concurrency=concurrency),
        )

        async def send() -> None:
            client = OpenAIChatClient(endpoint)
            try:
                await RunExecution(store, run, client).execute()
            finally:
                await client.close()

        found = take_time(send)
        found["answers"] = store.datasets.count(run.id)
        store.close()
    return found


def send_plain(url: str, requests: int, concurrency: int) -> dict[str, float]:
    """What one writes without a tool: a semaphore and a list."""
    import openai

    from attrprompt.generation.plans.plan import PlanOptions, make_plan
    from attrprompt.presets import load_preset

    project = load_preset("agnews")
    items = list(make_plan(project, PlanOptions(per_class=requests // len(project.labels))))
    texts: list[str] = []

    async def send() -> None:
        client = openai.AsyncOpenAI(base_url=url, api_key="none", http_client=openai.DefaultAioHttpClient())
        slots = asyncio.Semaphore(concurrency)

        async def ask(prompt: str, seed: int) -> None:
            async with slots:
                reply = await client.chat.completions.create(
                    model=MODEL,
                    messages=[{"role": "user", "content": prompt}],
                    max_tokens=MAX_TOKENS,
                    temperature=1.0,
                    seed=seed,
                )
                texts.append(reply.choices[0].message.content or "")

        await asyncio.gather(*(ask(item.prompt, item.seed) for item in items))
        await client.close()

    found = take_time(send)
    found["answers"] = len(texts)
    return found


def take_time(send: object) -> dict[str, float]:
    """Wall time and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(send())  # type: ignore[operator]
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    main()
