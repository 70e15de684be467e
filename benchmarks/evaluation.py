"""What a whole evaluation costs against encoding its training texts once.

    python -m benchmarks.evaluation [--texts 2000]

So many texts are trained on and as many others tested on. First the training texts are encoded, by the encoder that
the evaluation itself uses; the test texts are encoded too, which is not counted. Then the evaluation runs as the
command line runs it, with all vectors cached: leakage, 21 probes for the intervals, the curve, the scores and their
resampling. Its time over that of the encoding is the ratio; under 1 the person waits longer for the vectors than for
the answer.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from attrprompt import edits
from attrprompt.encoding.cache import VectorCache, encode_cached
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from attrprompt.evaluation.request import EvaluateRequest, make_evaluation
from attrprompt.project import Project, Task
from attrprompt.records import Dataset, DatasetKind
from attrprompt.store import NewSample, Store, StoredProject
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import find_kind
from benchmarks.pool import load_pool

WANTED_RATIO = 1.0


def store_texts(store: Store, project: StoredProject, name: str, texts: Sequence[tuple[str, str]]) -> Dataset:
    """Labelled texts as an imported data set."""
    rows = (
        NewSample(item, text=text, raw=text, labels=(label,), attributes={}) for item, (text, label) in enumerate(texts)
    )
    return store.datasets.import_rows(project.id, name, DatasetKind.GOLD, rows, info={})


def encode(home: Path, texts: Sequence[tuple[str, str]]) -> float:
    """Seconds to encode these texts into the home's cache, the model loaded before."""
    encoder = open_encoder(REFERENCE, home)
    encoder.encode(["a text to warm up with"])
    begun = time.perf_counter()
    encode_cached(encoder, [text for text, _ in texts], VectorCache(home))
    return time.perf_counter() - begun


def evaluate(home: Path, request: EvaluateRequest) -> float:
    """Seconds for the whole evaluation."""
    begun = time.perf_counter()
    find_kind(request.kind).run(request, JobContext(home))
    return time.perf_counter() - begun


def main() -> None:
    """Measure once and print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=2000)
    wanted = parser.parse_args()
    pool = load_pool()
    texts = list(zip(pool.texts, pool.labels, strict=True))[: 2 * wanted.texts]
    train, test = texts[: wanted.texts], texts[wanted.texts :]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = Store(home)
        document = edits.add_labels(Project(task=Task()), sorted(set(pool.labels)))
        project = store.projects.create("benchmark", document, owner="benchmark", source="benchmark")
        sets = [store_texts(store, project, name, texts) for name, texts in (("train", train), ("test", test))]
        request = make_evaluation(store, project, [[sets[0]]], sets[1], curve=True)
        store.close()
        encoding = encode(home, train)
        encode(home, test)
        seconds = evaluate(home, request)
    print(f"{wanted.texts:,} training and {wanted.texts:,} test texts ({pool.origin}), {os.cpu_count()} cores")
    print(f"encoding the training texts once  {encoding:8.1f} s")
    print(f"whole evaluation with its curve   {seconds:8.1f} s")
    print(json.dumps({"texts": wanted.texts, "encoding": round(encoding, 2), "evaluation": round(seconds, 2),
                      "ratio": round(seconds / encoding, 3), "wanted": WANTED_RATIO}))  # fmt: skip


if __name__ == "__main__":
    main()
