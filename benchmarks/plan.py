"""Planning: its time beside merely rendering the same prompts, its memory, and what the samplers cover.

    python benchmarks/plan.py [--prompts 100000]

1. A plan of so many prompts of the `agnews` preset against a loop that renders the same prompts from configurations
   that are there already. Both are CPU seconds of one process, taken in turns; medians over three rounds, of the
   ratios too. Target: planning takes less than 3 × the loop. With statistics and file it is shown beside.
2. Peak memory of a process that plans, counts and writes as many prompts, and of one that plans, stores and sends them
   to a server on loopback (`--without-run` leaves this out: it takes minutes). Target: under 600 MB each.
3. `nyt` with 60 prompts a class: the share of values that each sampler uses, over several seeds.
4. Pairwise: prompts until every allowed pair of values is covered, beside the lower bound (the product of the two
   largest numbers of values, summed over classes), checked by brute force; covertable's number where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from attrprompt.generation.launch import create_run
from attrprompt.generation.plans.plan import PlanOptions, PlanStatistics, make_plan, summarise_plan, write_plan
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.generation.runner import RunExecution
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.presets import load_preset
from attrprompt.project import Method, Project
from attrprompt.prompts.rendering import PromptRenderer
from attrprompt.sampling import Sampler, Space, build_space, cover_pairs, least_prompts, sample_configurations
from attrprompt.store import Store
from benchmarks.engine import serve

ROUNDS = 3
SEEDS = 10


def main() -> None:
    """Run all four parts and print the ratio as JSON, last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=100_000)
    parser.add_argument("--memory-of", choices=list(Sampler), help=argparse.SUPPRESS)
    parser.add_argument("--run-at", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--without-run", action="store_true")
    arguments = parser.parse_args()
    if arguments.memory_of:
        print(plan_and_measure(arguments.prompts, Sampler(arguments.memory_of)))
        return
    if arguments.run_at:
        print(json.dumps(run_and_measure(arguments.prompts, arguments.run_at)))
        return
    result = {"time": compare_times(arguments.prompts), "memory_mb": compare_memory(arguments.prompts)}
    if not arguments.without_run:
        result["run"] = measure_run(arguments.prompts)
    result |= {"coverage": compare_coverage(load_preset("nyt")), "pairwise": compare_covers()}
    ratio = max(row["ratio"] for row in result["time"].values())
    print(json.dumps({"benchmark": "plan", "ratio": ratio, "target": 3.0, **result}))


def compare_times(prompts: int) -> dict[str, dict[str, float]]:
    """CPU seconds of rendering and of planning, by sampler."""
    project = load_preset("agnews")
    print(f"\n1. {prompts:,} prompts of agnews, CPU seconds\n")
    print(f"{'sampler':<13}{'render only':>12}{'plan':>9}{'ratio':>7}{'plan + statistics + file':>26}{'ratio':>7}")
    found = {}
    for sampler in Sampler:
        options = PlanOptions(sampler=sampler, per_class=prompts // len(project.labels))
        configurations = draw_configurations(project, options)
        rounds = []
        for _ in range(ROUNDS):
            base = spend(lambda: render_all(project, configurations))  # noqa: B023
            plan = spend(lambda: sum(1 for _ in make_plan(project, options)))  # noqa: B023
            whole = spend(lambda: plan_to_file(project, options))  # noqa: B023
            rounds.append((base, plan, plan / base, whole, whole / base))
        base, plan, ratio, whole, whole_ratio = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{sampler:<13}{base:>12.2f}{plan:>9.2f}{ratio:>7.2f}{whole:>26.2f}{whole_ratio:>7.2f}", flush=True)
        found[sampler.value] = {
            "render": round(base, 3),
            "plan": round(plan, 3),
            "ratio": round(ratio, 3),
            "whole": round(whole, 3),
            "whole_ratio": round(whole_ratio, 3),
        }
    return found


def draw_configurations(project: Project, options: PlanOptions) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    """Configurations like those of the plan, by class; only their rendering is timed."""
    rng = np.random.default_rng(0)
    return [
        (label_id, configuration)
        for label_id, _ in project.ordered_labels()
        for configuration in sample_configurations(project, [label_id], options.per_class, options.sampler, rng)
    ]


def render_all(project: Project, configurations: list[tuple[str, dict[str, tuple[str, ...]]]]) -> None:
    """Merely render the prompts."""
    renderer = PromptRenderer(project, Method.ATTRPROMPT)
    for label_id, configuration in configurations:
        renderer.render((label_id,), configuration)


def plan_to_file(project: Project, options: PlanOptions) -> None:
    """What the plan command does: plan, count, write."""
    counted = PlanStatistics(project, options)
    with tempfile.TemporaryDirectory() as folder:
        write_plan(counted.watch(make_plan(project, options)), Path(folder) / "plan.jsonl")
    counted.summarise()


def spend(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare_memory(prompts: int) -> dict[str, float]:
    """Peak memory of a fresh process that plans, counts and writes, beside that of a plan of 100 prompts."""
    print(f"\n2. Peak memory of a process that plans, counts and writes {prompts:,} prompts (MB)\n")
    found = {}
    for sampler in Sampler:
        small, large = (
            float(
                subprocess.run(
                    [sys.executable, __file__, "--prompts", str(count), "--memory-of", sampler.value],
                    check=True,
                    capture_output=True,
                    text=True,
                    env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                ).stdout
            )
            for count in (100, prompts)
        )
        found[sampler.value] = large
        print(f"{sampler:<13}{large:>8.1f}   (100 prompts: {small:.1f})")
    return found


def plan_and_measure(prompts: int, sampler: Sampler) -> float:
    """Plan to a file and return the peak resident memory in MB."""
    project = load_preset("agnews")
    plan_to_file(project, PlanOptions(sampler=sampler, per_class=prompts // len(project.labels)))
    return round(read_peak(), 1)


def measure_run(prompts: int) -> dict[str, float]:
    """Peak memory of a process that plans, stores and sends, with the server in a process of its own."""
    with serve(0.0) as url:
        command = [sys.executable, __file__, "--prompts", str(prompts), "--run-at", url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    print(f"\n   Planned, stored and sent {found['answers']:,.0f} prompts, 64 at once: ", end="")
    print(f"{found['mb']:.1f} MB at most, {found['seconds']:.0f} s")
    return found


def run_and_measure(prompts: int, url: str) -> dict[str, float]:
    """Plan, store and send, then the peak resident memory in MB."""
    project = load_preset("agnews")
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home))
        stored = store.projects.create("benchmark", project, owner="benchmark", source="benchmark")
        endpoint = Endpoint(url, "faulty-1")
        run = create_run(
            store,
            stored,
            PlanOptions(per_class=prompts // len(project.labels)),
            endpoint,
            parameters=GenerationParameters(),
            limits=RunLimits(concurrency=64),
        )

        async def send() -> None:
            client = OpenAIChatClient(endpoint)
            try:
                await RunExecution(store, run, client).execute()
            finally:
                await client.close()

        start = time.perf_counter()
        asyncio.run(send())
        seconds = time.perf_counter() - start
        answers = store.datasets.count(run.id)
        store.close()
    return {"mb": round(read_peak(), 1), "seconds": round(seconds, 1), "answers": answers}


def read_peak() -> float:
    """Peak resident memory of this process in MB; Linux's ru_maxrss would count the parent before exec too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def compare_coverage(project: Project) -> dict[str, dict[str, float]]:
    """Share of values and of pairs used by 60 prompts a class, over plans of several seeds."""
    print(f"\n3. nyt, 60 prompts a class: allowed values and pairs that occur, within each class; {SEEDS} seeds\n")
    print(f"{'sampler':<13}{'values':>9}{'plans with all values':>24}{'pairs':>9}{'largest deviation':>19}")
    found = {}
    for sampler in Sampler:
        summaries = []
        for seed in range(SEEDS):
            options = PlanOptions(sampler=sampler, per_class=60, seed=seed)
            summaries.append(summarise_plan(project, options, make_plan(project, options)))
        values = [summary.value_coverage or 0.0 for summary in summaries]
        whole = sum(value == 1 for value in values)
        pairs = statistics.mean(summary.pair_coverage or 0.0 for summary in summaries)
        deviation = max(summary.largest_deviation or 0.0 for summary in summaries)
        mean = statistics.mean(values)
        print(f"{sampler:<13}{mean:>9.2%}{f'{whole} of {SEEDS}':>24}{pairs:>9.1%}{deviation:>19.2f}")
        found[sampler.value] = {"values": mean, "plans_with_all": whole, "pairs": pairs, "deviation": deviation}
    return found


def compare_covers() -> dict[str, dict[str, int | None]]:
    """Prompts that a full pairwise cover takes, beside the lower bound and covertable."""
    print("\n4. Pairwise: prompts until every allowed pair is covered, summed over classes\n")
    print(f"{'preset':<10}{'lower bound':>12}{'ours':>8}{'seconds':>9}{'covertable':>12}{'seconds':>9}")
    found = {}
    for name in ("nyt", "agnews"):
        project = load_preset(name)
        spaces = [build_space(project, [label_id]) for label_id, _ in project.ordered_labels()]
        covers: list[np.ndarray] = []
        seconds = spend(lambda: covers.extend(cover_pairs(space, np.random.default_rng(0)) for space in spaces))  # noqa: B023
        for space, cover in zip(spaces, covers, strict=True):
            check_cover(space, cover)
        bound, ours = sum(map(least_prompts, spaces)), sum(map(len, covers))
        theirs, their_seconds = cover_with_covertable(spaces)
        shown = "absent" if theirs is None else f"{theirs:,}"
        print(f"{name:<10}{bound:>12,}{ours:>8,}{seconds:>9.2f}{shown:>12}{their_seconds:>9.2f}")
        found[name] = {"lower_bound": bound, "prompts": ours, "covertable": theirs}
    return found


def check_cover(space: Space, rows: np.ndarray) -> None:
    """Enumerate every configuration and compare the pairs: the cover has all allowed ones and no other."""
    every = np.array(list(product(*(range(slot.size) for slot in space.slots))), dtype=np.int32)
    allowed = every[space.allows(every)]
    assert space.allows(rows).all()
    for a, b in combinations(range(len(space.slots)), 2):
        assert set(map(tuple, rows[:, [a, b]].tolist())) == set(map(tuple, allowed[:, [a, b]].tolist()))


def cover_with_covertable(spaces: list[Space]) -> tuple[int | None, float]:
    """The same with covertable; None where it is not installed."""
    try:
        from covertable import make
    except ImportError:
        return None, 0.0
    total = 0
    start = time.process_time()
    for space in spaces:
        constraints = [
            {
                "operator": "not",
                "condition": {
                    "operator": "and",
                    "conditions": [
                        {"operator": "in", "left": slot, "values": np.flatnonzero(mask).tolist()}
                        for slot, mask in entry.masks
                    ],
                },
            }
            for entry in space.forbidden
        ]
        total += len(make([list(range(slot.size)) for slot in space.slots], constraints=constraints or None))
    return total, time.process_time() - start


if __name__ == "__main__":
    main()
