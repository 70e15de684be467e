"""Packs the demo project: samples, provenance, embeddings, map and first results of two runs, into examples/.

Run it with `python -m scripts.pack_demo --home HOME --project PROJECT`.
"""

from __future__ import annotations

import argparse
import json
import shutil
from typing import Any

from attrprompt.demo import EXAMPLES, PROVENANCE_FILE, RESULTS_FOLDER, VECTORS_FILE, first_requests
from attrprompt.encoding.cache import VectorCache, encode_cached, save_vectors
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from attrprompt.exchange.transfer import ExportFormat, export_dataset
from attrprompt.records import Run
from attrprompt.runtime.runtime import Runtime, close_runtime, open_runtime
from attrprompt.store import StoredProject
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import find_result_file, run_job


def main() -> None:
    """Write examples/agnews from a home that holds the two runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("--project", default="demo")
    options = parser.parse_args()
    runtime = open_runtime(options.home)
    project = runtime.store.projects.find(options.project)
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    runs = [runtime.store.runs.find(project.id, name) for name in ("simprompt", "attrprompt")]
    _write_samples(runtime, project, runs)
    _write_vectors(runtime, runs)
    _write_results(runtime, project)
    close_runtime(options.home)


def _write_samples(runtime: Runtime, project: StoredProject, runs: list[Run]) -> None:
    for run in runs:
        export_dataset(runtime.store, project, run.dataset, EXAMPLES / f"{run.name}.jsonl", ExportFormat.JSONL)
    provenance = {
        "document": runtime.store.runs.load_document(runs[0].id).to_data(),
        "content_hash": runs[0].content_hash,
        "runs": [_describe(run) for run in runs],
    }
    text = json.dumps(provenance, ensure_ascii=False, indent=1)
    (EXAMPLES / PROVENANCE_FILE).write_text(text + "\n", encoding="utf-8")


def _describe(run: Run) -> dict[str, Any]:
    return {
        "run": run.name,
        "file": f"{run.name}.jsonl",
        "method": run.method,
        "model": run.model,
        "endpoint": run.endpoint,
        "parameters": dict(run.parameters),
        "limits": dict(run.limits),
        "options": dict(run.options),
        "requests": run.counters.requests,
        "tokens": {"prompt": run.counters.prompt_tokens, "completion": run.counters.completion_tokens},
        "seconds": round(run.counters.seconds, 1),
    }


def _write_vectors(runtime: Runtime, runs: list[Run]) -> None:
    texts = [sample.text for run in runs for sample in runtime.store.datasets.iterate(run.id)]
    encoder = open_encoder(REFERENCE, runtime.home)
    vectors = encode_cached(encoder, texts, VectorCache(runtime.home))
    save_vectors(EXAMPLES / VECTORS_FILE, encoder.id, texts, vectors)
    VectorCache(runtime.home).ingest(EXAMPLES / VECTORS_FILE)


def _write_results(runtime: Runtime, project: StoredProject) -> None:
    """Answer the pages' first questions here, so that a new home finds the answers by their hash."""
    folder = EXAMPLES / RESULTS_FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for request in first_requests(runtime.store, project):
        run_job(request, JobContext(runtime.home))
        path = find_result_file(runtime.home, request)
        assert path is not None
        shutil.copy(path, folder / path.name)


if __name__ == "__main__":
    main()
