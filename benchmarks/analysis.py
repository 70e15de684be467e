"""How fast figures are, each against the plain way of getting it, in one run on one machine.

    python -m benchmarks.analysis [--only aps lexical memory] [--scale 1.0]

aps:     mean pairwise cosine of 20,000 × 384 vectors against scikit-learn's full cosine matrix; at least 100 times as
         fast, and equal to 1e-6.
lexical: all whole-set lexical figures but Self-BLEU of 50,000 texts against CountVectorizer(ngram_range=(1, 3)) on
         the same texts; less than 3 times its time, tokenising and counting included.
memory:  a whole comparison of two sets of 50,000 texts with vectors, in a process of its own; peak under 2 GB.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from attrprompt.analysis.diversity.lexical import measure_lexical
from attrprompt.analysis.similarity.spread import aps
from attrprompt.analysis.statistics.metrics import LEXICAL
from attrprompt.analysis.texts.tokens import build_token_table, take_whole
from benchmarks.pool import ROOT, load_pool, mix_texts

ROUNDS = 3


def take_time(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """The shortest wall time of several rounds, and what the last one gave."""
    times = []
    result = None
    for _ in range(rounds):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


def measure_aps(scale: float) -> dict[str, Any]:
    """APS in linear time against the full matrix."""
    from sklearn.metrics.pairwise import cosine_similarity

    n = int(20_000 * scale)
    rows = np.random.default_rng(0).normal(size=(n, 384)) + 0.2
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    seconds, value = take_time(lambda: aps(vectors), 10)
    plain_seconds, plain_value = take_time(
        lambda: (cosine_similarity(vectors).sum(dtype=np.float64) - n) / (n * (n - 1)), 2
    )
    print(f"APS of {n:,} × 384: ours {seconds * 1000:.1f} ms, full matrix {plain_seconds:.2f} s")
    return {
        "ratio": round(plain_seconds / seconds, 1),
        "wanted": ">= 100",
        "error": abs(value - plain_value),
        "passed": plain_seconds / seconds >= 100 and abs(value - plain_value) <= 1e-6,
    }


def measure_lexical_figures(scale: float) -> dict[str, Any]:
    """All whole-set lexical figures against counting n-grams with scikit-learn."""
    from sklearn.feature_extraction.text import CountVectorizer

    pool = load_pool()
    n = int(50_000 * scale)
    texts = mix_texts(pool, n)
    codes = np.arange(n) % 4
    keys = [key for key in LEXICAL if key != "self_bleu"]

    def measure() -> dict[str, float | None]:
        table = build_token_table(texts)
        classes = [take_whole(table, np.flatnonzero(codes == code)) for code in range(4)]
        return measure_lexical(take_whole(table), classes, keys)

    seconds, figures = take_time(measure, 2)
    plain_seconds, counts = take_time(lambda: CountVectorizer(ngram_range=(1, 3)).fit_transform(texts), 2)
    print(
        f"{len(figures)} lexical figures of {n:,} texts made of {pool.origin}: ours {seconds:.1f} s, "
        f"CountVectorizer {plain_seconds:.1f} s for {counts.shape[1]:,} n-grams"
    )
    ratio = seconds / plain_seconds
    return {"ratio": round(ratio, 3), "wanted": "< 3", "passed": ratio < 3}


_MEMORY_WORK = """
import resource, sys
import numpy as np
from attrprompt.analysis.comparison import compare_datasets
from attrprompt.analysis.texts.selection import AnalysisSet
from benchmarks.pool import load_pool, mix_texts
n = int(sys.argv[1])
texts = mix_texts(load_pool(), 2 * n)
vectors = np.random.default_rng(0).normal(size=(2 * n, 384)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
labels = [str(i % 4) for i in range(n)]
sets = [AnalysisSet(str(at), texts[at : at + n], labels, vectors=vectors[at : at + n]) for at in (0, n)]
compare_datasets(sets, repeats=10, cell_repeats=5)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def measure_memory(scale: float) -> dict[str, Any]:
    """Peak memory of a comparison of 100,000 texts."""
    n = int(50_000 * scale)
    finished = subprocess.run(
        [sys.executable, "-c", _MEMORY_WORK, str(n)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    peak = float(finished.stdout.split()[-1])
    print(f"comparison of two sets of {n:,} texts with vectors: peak {peak:.2f} GB")
    return {"ratio": round(peak, 2), "wanted": "< 2 GB", "passed": peak < 2}


PARTS: dict[str, Callable[[float], dict[str, Any]]] = {
    "aps": measure_aps,
    "lexical": measure_lexical_figures,
    "memory": measure_memory,
}


def main() -> None:
    """Run the benchmark and print its result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), default=list(PARTS))
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of texts")
    arguments = parser.parse_args()
    results = {part: PARTS[part](arguments.scale) for part in arguments.only}
    print(f"\n{'part':12}{'ratio':>10}  {'wanted':10}passed")
    for part, result in results.items():
        print(f"{part:12}{result['ratio']:10}  {result['wanted']:10}{result['passed']}")
    print(json.dumps({"benchmark": "analysis", "scale": arguments.scale} | results))


if __name__ == "__main__":
    main()
