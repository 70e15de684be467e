"""The demo project: texts that this app generated with the embedded model, so that every page shows something real."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.analysis_jobs.neighbourhood import NeighbourhoodRequest
from attrprompt.analysis_jobs.request import AnalyzeRequest, Part, make_primary_request, make_request
from attrprompt.analysis_jobs.wording import WordingRequest
from attrprompt.app_files import APP_FOLDER
from attrprompt.encoding.cache import VectorCache
from attrprompt.errors import InputError
from attrprompt.files import write_whole
from attrprompt.generation.plans.plan import make_item_seed
from attrprompt.presets import load_preset
from attrprompt.project import Project, parse_project
from attrprompt.records import Dataset, RunCounters, RunState
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import NewRun, NewSample, PlannedItem, Store, StoredProject
from attrprompt.worker.jobs import JobRequest

DEMO_NAME = "AG News demo"
EXAMPLES = APP_FOLDER / "examples" / "agnews"
PROVENANCE_FILE = "provenance.json"
VECTORS_FILE = "vectors.npz"
RESULTS_FOLDER = "results"


def find_demo(runtime: Runtime) -> str | None:
    """The id of the demo project of this home, or None."""
    found = runtime.store.people.read_setting("demo_project")
    known = {project.id for project in runtime.store.projects.list_all()}
    return str(found) if found in known else None


def seed_demo(runtime: Runtime) -> StoredProject:
    """The demo project, made where this home has none."""
    existing = find_demo(runtime)
    return runtime.store.projects.load(existing) if existing else _make_demo(runtime)


def reset_demo(runtime: Runtime) -> StoredProject:
    """The demo project as it was at first; what people did in it is deleted."""
    existing = find_demo(runtime)
    if existing is not None:
        runtime.store.projects.delete(existing)
    return _make_demo(runtime)


def _make_demo(runtime: Runtime) -> StoredProject:
    made_with = _read_provenance()
    document = parse_project(made_with["document"]) if made_with else load_preset("agnews")
    taken = {project.name for project in runtime.store.projects.list_all()}
    name = next(name for name in _names() if name not in taken)
    project = runtime.store.projects.create(name, document, owner="demo", source="preset:agnews")
    runtime.store.people.write_setting("demo_project", project.id)
    for run in made_with.get("runs", []):
        _restore_run(runtime, project, document, run)
    _restore_caches(runtime)
    return project


def first_requests(store: Store, project: StoredProject) -> list[JobRequest[Any]]:
    """What the analysis pages ask first of this project's data sets."""
    datasets = store.datasets.list_all(project.id)

    def ask(part: Part, of: Sequence[Dataset] = datasets) -> AnalyzeRequest:
        return make_request(store, project, of, (part,))

    diversity, similarity = ask(Part.DIVERSITY), ask(Part.SIMILARITY)
    return [
        make_primary_request(store, project, datasets),
        diversity,
        diversity.ask(WordingRequest),
        similarity.ask(NeighbourhoodRequest),
        similarity.ask(MapRequest),
        similarity,
        ask(Part.REGIONS),
        *(ask(Part.ADHERENCE, chosen) for chosen in (datasets, *zip(datasets, strict=True))),
    ]


def _restore_caches(runtime: Runtime) -> None:
    """Embeddings and first results, so that no page has to compute before it shows something."""
    vectors = EXAMPLES / VECTORS_FILE
    if vectors.exists():
        VectorCache(runtime.home).ingest(vectors)
    kept = runtime.home / "cache" / "jobs"
    kept.mkdir(parents=True, exist_ok=True)
    for path in sorted((EXAMPLES / RESULTS_FOLDER).glob("*")):
        write_whole(kept / path.name, path.read_bytes())


def _read_provenance() -> dict[str, Any]:
    path = EXAMPLES / PROVENANCE_FILE
    if not path.exists():
        return {}
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def _restore_run(runtime: Runtime, project: StoredProject, document: Project, run: Mapping[str, Any]) -> None:
    rows = list(_read_rows(EXAMPLES / run["file"]))
    new = NewRun(
        name=run["run"],
        method=run["method"],
        model=run["model"],
        endpoint=run["endpoint"],
        api_key_env="",
        parameters=run["parameters"],
        limits=run["limits"],
        options=run["options"],
        document=document,
    )
    stored = runtime.store.runs.create(project.id, new, (_plan_item(row, run["options"]["seed"]) for row in rows))
    counters = RunCounters(
        planned=len(rows),
        completed=len(rows),
        requests=run["requests"],
        prompt_tokens=run["tokens"]["prompt"],
        completion_tokens=run["tokens"]["completion"],
        seconds=run["seconds"],
    )
    runtime.store.runs.commit(stored.id, [_sample(row) for row in rows], [], counters, in_flight=0)
    runtime.store.runs.finish(stored.id, RunState.DONE, "", counters)


def _read_rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise InputError(f"The demo's file {path.name} cannot be read. Restore the examples folder.") from error


def _plan_item(row: Mapping[str, Any], seed: int) -> PlannedItem:
    number = make_item_seed(seed, row["item"])
    return PlannedItem(row["item"], (row["asked_label"],), row["attributes"], row["prompt"], None, number)


def _sample(row: Mapping[str, Any]) -> NewSample:
    return NewSample(
        item=row["item"],
        text=row["text"],
        raw=row["raw"],
        labels=(row["asked_label"],),
        attributes=row["attributes"],
        prompt=row["prompt"],
        prompt_tokens=row["tokens"]["prompt"],
        completion_tokens=row["tokens"]["completion"],
        request_id=row["request_id"],
        flags=tuple(row["flags"]),
        created=datetime.fromisoformat(row["created"]).timestamp(),
    )


def _names() -> Iterator[str]:
    yield DEMO_NAME
    number = 2
    while True:
        yield f"{DEMO_NAME} {number}"
        number += 1
