"""Do 95 % intervals cover in 95 %? Two disjoint random draws from one pool differ by nought in truth.

    python -m benchmarks.coverage_simulation [--simulations 1000] [--vendi 300] [--size 200] [--invented]

Counted is how often the interval of the difference holds nought. Expected: 93 to 97 % for vocabulary at equal tokens
and APS, 92 to 98 % for the Vendi score (fewer simulations, since it costs more).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import defaultdict

import numpy as np

from attrprompt.analysis.comparison import compare_datasets
from benchmarks.pool import load_pool

CHEAP = ("vocabulary_size", "aps", "aps_intra")
RANGES = dict.fromkeys(CHEAP, (0.93, 0.97)) | {"vendi": (0.92, 0.98)}


def main() -> None:
    """Run the benchmark and print its result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1_000)
    parser.add_argument("--vendi", type=int, default=300, help="simulations that measure the Vendi score too")
    parser.add_argument("--size", type=int, default=200, help="texts a side")
    parser.add_argument("--repeats", type=int, default=200, help="subsamples of each side")
    parser.add_argument("--invented", action="store_true", help="use invented texts even where real ones are there")
    arguments = parser.parse_args()
    pool = load_pool(arguments.invented)
    vectors = pool.vectors()
    rng = np.random.default_rng(1)
    covered: defaultdict[str, list[bool]] = defaultdict(list)
    differences: defaultdict[str, list[float]] = defaultdict(list)
    errors: defaultdict[str, list[float]] = defaultdict(list)
    started = time.perf_counter()
    for simulation in range(arguments.simulations):
        order = rng.permutation(len(pool.texts))
        keys = [*CHEAP, "vendi"] if simulation < arguments.vendi else CHEAP
        found = compare_datasets(
            [
                pool.take("a", order[: arguments.size], vectors),
                pool.take("b", order[arguments.size : 2 * arguments.size], vectors),
            ],
            seed=simulation,
            repeats=arguments.repeats,
            keys=keys,
            tables=False,
            whole=False,
            equal_texts=False,
        )
        for c in found.comparisons:
            if c.difference is None or c.low is None or c.high is None:
                continue
            covered[c.metric].append(c.low <= 0 <= c.high)
            differences[c.metric].append(c.difference)
            errors[c.metric].append((c.high - c.low) / 3.92)
        if sys.stderr.isatty():
            print(f"\r{simulation + 1} of {arguments.simulations}", end="", file=sys.stderr)

    seconds = time.perf_counter() - started
    print(f"{pool.origin}, {arguments.size} texts a side, disjoint, {seconds:.0f} s")
    print(f"{'figure':20}{'simulations':>12}{'coverage':>10}{'± (MC)':>8}{'mean SE ÷ true SD':>20}{'wanted':>14}")
    result: dict[str, dict[str, float | bool]] = {}
    for key, (lowest, highest) in RANGES.items():
        if len(covered[key]) < 2:
            continue
        share = float(np.mean(covered[key]))
        noise = 1.96 * math.sqrt(share * (1 - share) / len(covered[key]))
        ratio = float(np.mean(errors[key]) / np.std(differences[key], ddof=1))
        result[key] = {
            "simulations": len(covered[key]),
            "coverage": round(share, 4),
            "se_ratio": round(ratio, 3),
            "passed": lowest <= share <= highest,
        }
        print(f"{key:20}{len(covered[key]):12}{share:10.1%}{noise:8.1%}{ratio:20.2f}{lowest:8.0%} to {highest:.0%}")
    print(json.dumps({"benchmark": "coverage_simulation", "pool": pool.origin, "size": arguments.size} | result))


if __name__ == "__main__":
    main()
