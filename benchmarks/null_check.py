"""Do the figures cry wolf? One pool is split in two at random many times; each figure may say "different" in 10 %.

    python -m benchmarks.null_check [--splits 200] [--size 200] [--repeats 200] [--invented]

Both sides come from one source, so every "different" is an error. For the figures that carry a verdict the table
counts the verdict as the pages give it (corrected by Holm) and, harsher, how often the plain interval of the
difference leaves nought outside (for the divergence of continents, which has no interval: p under 0.05); for the
exploratory ones the latter only.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter

import numpy as np

from attrprompt.analysis.comparison import compare_datasets
from attrprompt.analysis.regions.divergence import METRIC, compare_divergence
from attrprompt.analysis.regions.located import locate_counted
from attrprompt.analysis.regions.references import population_reference
from attrprompt.analysis.statistics.metrics import METRICS, PRIMARY
from attrprompt.analysis.statistics.verdicts import DIFFERENT, join_primary
from attrprompt.analysis.texts.selection import TextChoice, name_labels
from benchmarks.pool import load_pool

LIMIT = 0.10


def main() -> None:
    """Run the benchmark and print its result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--size", type=int, default=200, help="texts a side")
    parser.add_argument("--repeats", type=int, default=200, help="subsamples of each side")
    parser.add_argument("--invented", action="store_true", help="use invented texts even where real ones are there")
    arguments = parser.parse_args()
    pool = load_pool(arguments.invented)
    vectors = pool.vectors()
    rng = np.random.default_rng(0)
    outside: Counter[str] = Counter()
    tested: Counter[str] = Counter()
    called: Counter[str] = Counter()
    started = time.perf_counter()
    for split in range(arguments.splits):
        order = rng.permutation(len(pool.texts))
        sides = [
            pool.take("a", order[: arguments.size], vectors),
            pool.take("b", order[arguments.size : 2 * arguments.size], vectors),
        ]
        found = compare_datasets(
            sides, seed=split, repeats=arguments.repeats, tables=False, whole=False, equal_texts=False
        )
        located = [locate_counted(side, TextChoice(), name_labels(sides)) for side in sides]
        divergence, _ = compare_divergence(*located, population_reference(), seed=split)
        for comparison in join_primary(found.comparisons, [divergence]):
            tested[comparison.metric] += comparison.p is not None
            outside[comparison.metric] += comparison.p is not None and comparison.p < 0.05
            called[comparison.metric] += comparison.verdict == DIFFERENT
        if sys.stderr.isatty():
            print(f"\r{split + 1} of {arguments.splits}", end="", file=sys.stderr)
    seconds = time.perf_counter() - started
    with_verdict = [key for key in (*PRIMARY, METRIC) if tested[key]]

    print(f"{arguments.splits} splits of {pool.origin}, {arguments.size} texts a side, {seconds:.0f} s")
    print(f"{'figure':28}{'role':13}{'tested':>7}{'interval without 0':>20}{'verdict different':>19}")
    shares: dict[str, float] = {}
    for key in (*METRICS, METRIC):
        if not tested[key]:
            continue
        shares[key] = outside[key] / arguments.splits
        role, verdict = "exploratory", ""
        if key in with_verdict:
            role, verdict = "primary", f"{called[key] / arguments.splits:.1%}"
        print(f"{key:28}{role:13}{tested[key]:7}{shares[key]:19.1%} {verdict:>18}")
    worst = max(shares[key] for key in with_verdict)
    print(
        json.dumps(
            {
                "benchmark": "null_check",
                "splits": arguments.splits,
                "size": arguments.size,
                "pool": pool.origin,
                "interval_without_0": {key: round(share, 4) for key, share in shares.items()},
                "verdict_different": {key: called[key] / arguments.splits for key in with_verdict},
                "worst_primary": worst,
                "limit": LIMIT,
                "passed": worst <= LIMIT,
            }
        )
    )


if __name__ == "__main__":
    main()
