"""Does the region finder read at least 2,000 news texts a second on one core, after one build of its gazetteer?

    python -m benchmarks.regions [--invented]

Prints a table and, last, one JSON line. Times are of this process on the processor, so that other work on the machine
counts little; `wall` is what a user waits.
"""

from __future__ import annotations

import argparse
import json
import time

from benchmarks.pool import GOLD, ROOT, load_pool

TARGET = 2_000
PASSES = 3


def read_texts(invented: bool) -> tuple[str, list[str]]:
    """The AG News texts beside the repository; without them the tests' 60 texts with traps, over and over."""
    if GOLD.is_dir() and not invented:
        return "AG News", load_pool().texts
    lines = (ROOT / "tests" / "data" / "region_texts_invented.jsonl").read_text(encoding="utf-8").splitlines()
    return "60 invented ones, repeated", [json.loads(line)["text"] for line in lines] * 50


def main() -> None:
    """Time the build, the finder, and the figures of all texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invented", action="store_true", help="use the tests' invented texts in any case")
    origin, texts = read_texts(parser.parse_args().invented)
    start, wall = time.process_time(), time.perf_counter()
    from attrprompt.analysis.regions.finder import RegionFinder

    finder = RegionFinder()
    build, build_wall = time.process_time() - start, time.perf_counter() - wall

    passes = []
    mentions = 0
    for _ in range(PASSES):
        start, wall = time.process_time(), time.perf_counter()
        mentions = sum(len(finder.find(text)) for text in texts)
        passes.append((time.process_time() - start, time.perf_counter() - wall))
    seconds, seconds_wall = min(passes)

    from attrprompt.analysis.regions.figures import region_figures
    from attrprompt.analysis.regions.located import LocatedSet
    from attrprompt.analysis.regions.references import population_reference, uniform_reference

    located = LocatedSet("benchmark", texts, [""] * len(texts), [finder.find(text) for text in texts])
    start = time.process_time()
    figures = region_figures(located, [uniform_reference(), population_reference()])
    of_figures = time.process_time() - start

    rate = len(texts) / seconds
    rows = [
        ("texts", f"{len(texts):,} ({origin})"),
        ("characters a text", f"{sum(map(len, texts)) / len(texts):,.0f}"),
        ("mentions", f"{mentions:,}"),
        ("texts that name a place", f"{figures.located / figures.documents:.1%}"),
        ("gazetteer, once", f"{build:.2f} s (wall {build_wall:.2f} s)"),
        ("texts a second, best of 3", f"{rate:,.0f} (wall {len(texts) / seconds_wall:,.0f})"),
        ("figures, two references", f"{of_figures:.2f} s"),
    ]
    for name, value in rows:
        print(f"{name:28} {value}")
    result = {
        "benchmark": "regions",
        "texts": len(texts),
        "build_seconds": round(build, 2),
        "texts_a_second": round(rate),
        "texts_a_second_wall": round(len(texts) / seconds_wall),
        "figures_seconds": round(of_figures, 2),
        "ratio_to_target": round(rate / TARGET, 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
