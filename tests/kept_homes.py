"""Small homes kept as SQL, one of each schema, with what the code that made them read from them.

A new migration wants one more: `python -m tests.kept_homes` keeps a home of the present schema. Those of earlier
schemas were made in the same way by the last code that had them, and are never made anew.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from attrprompt import edits
from attrprompt.errors import ErrorKind
from attrprompt.llm.asking import RawReply
from attrprompt.project import Project
from attrprompt.records import BatchState, DatasetKind, Run, RunCounters, RunState, SampleStatus
from attrprompt.store import Failed, NewRun, NewSample, PlannedItem, Store, StoredProject
from attrprompt.store.answers import StoredAnswer
from attrprompt.store.database import DATABASE_FILE
from attrprompt.store.jobs import JobState
from attrprompt.store.migrations import LATEST
from attrprompt.store.proposals import NewProposal

FOLDER = Path(__file__).parent / "data" / "homes"
SCHEMAS = tuple(sorted(int(path.stem.removeprefix("schema-")) for path in FOLDER.glob("schema-*.sql")))
WITH_ANSWERS, WITH_BATCHES = 2, 3
PERSON, TOKEN, ANSWER_KEY = "ana", "browser-1", "key-1"


def restore(schema: int, home: Path, source: Path = FOLDER) -> dict[str, Any]:
    """Lay the home of this schema into a folder; gives what was read from it when it was kept."""
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / DATABASE_FILE)) as database:
        database.executescript((source / f"schema-{schema}.sql").read_text(encoding="utf-8"))
    facts: dict[str, Any] = json.loads((source / f"schema-{schema}.json").read_text(encoding="utf-8"))
    return facts


def keep(target: Path = FOLDER) -> None:
    """Make a home with the present code and keep it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        _fill(store)
        facts = describe(store, LATEST)
        store.close()
        with closing(sqlite3.connect(Path(folder) / DATABASE_FILE)) as database:
            lines = "\n".join(database.iterdump())
    (target / f"schema-{LATEST}.sql").write_text(lines + "\n", encoding="utf-8")
    told = ",\n".join(f"{json.dumps(key)}: {json.dumps(fact, ensure_ascii=False)}" for key, fact in facts.items())
    (target / f"schema-{LATEST}.json").write_text(f"{{\n{told}\n}}\n", encoding="utf-8")


def describe(store: Store, schema: int) -> dict[str, Any]:
    """All that the store reads from a home, as far as its schema had a place for it."""
    (info,) = store.projects.list_all()
    project = store.projects.load(info.id)
    facts = {
        "project": [project.name, project.owner, project.revision, project.settings],
        "content_hash": project.document.content_hash,
        "document": project.document.to_data(),
        "history": [asdict(each) for each in store.projects.history(project.id)],
        "first_document": store.projects.load_revision(project.id, 1).to_data(),
        "datasets": [_describe_texts(store, each.id) for each in store.datasets.list_all(project.id)],
        "runs": [_describe_run(store, each) for each in store.runs.list_all(project.id)],
        "used_gold": sorted(store.datasets.used_gold(project.id)),
        "proposals": [asdict(each) for each in store.proposals.list_some(project.id)],
        "votes": store.votes.list_all(project.id),
        "marks": sorted(store.cell_marks.list_all(project.id)),
        "replies": [asdict(each) for each in store.replies.list_all(project.id)],
        "rulings": [asdict(each) for each in store.rulings.list_all(project.id)],
        "person": store.people.name_of(TOKEN),
        "setting": store.people.read_setting("embedded_file"),
    }
    if schema >= WITH_ANSWERS:
        facts["answers"] = [asdict(each) for each in store.answers.find(project.id, [ANSWER_KEY]).values()]
    if schema >= WITH_BATCHES:
        runs = store.runs.list_all(project.id)
        facts["batches"] = [[run.waiting, [asdict(each) for each in store.batches.list_all(run.id)]] for run in runs]
    return json.loads(json.dumps(facts))  # type: ignore[no-any-return]


def _describe_facets(store: Store, dataset_id: int) -> dict[str, dict[str, int]]:
    facets = store.datasets.count_facets(dataset_id)
    named = {"label": facets.labels, "flag": facets.flags}
    named |= {f"attribute:{name}": values for name, values in facets.attributes.items()}
    return {name: dict(counts) for name, counts in named.items() if counts} | {"status": dict(facets.statuses)}


def _describe_texts(store: Store, dataset_id: int) -> dict[str, Any]:
    dataset = store.datasets.load(dataset_id)
    return {
        "name": dataset.name,
        "kind": dataset.kind,
        "imported": dataset.imported,
        "rows": dataset.rows,
        "created": dataset.created,
        "info": dict(dataset.info),
        "facets": _describe_facets(store, dataset_id),
        "texts": [each.to_row(multi_label=False) for each in store.datasets.iterate(dataset_id)],
        "reviews": [dict(each) for each in store.review.history(dataset_id)],
        "reviewed": store.review.progress(dataset_id),
    }


def _describe_run(store: Store, run: Run) -> dict[str, Any]:
    return {
        "name": run.name,
        "state": [run.state, run.reason, run.started, run.finished],
        "made_with": [run.method, run.model, run.endpoint, run.api_key_env, run.content_hash],
        "choices": [dict(run.parameters), dict(run.limits), dict(run.options)],
        "counters": asdict(run.counters),
        "document": store.runs.load_document(run.id).to_data(),
        "plan": [asdict(each) for each in store.runs.iterate_plan(run.id)],
        "pending": [each.item for each in store.runs.next_pending(run.id, after=-1)],
        "failures": [asdict(each) for each in store.runs.read_failures(run.id)],
    }


def _fill(store: Store) -> None:
    """Something in every table."""
    document = edits.add_labels(Project(), ["World", "Sports"])
    project = store.projects.create("Kept news", document, owner=PERSON, source="test")
    store.projects.save_settings(project.id, {"prices": [{"model": "m-1", "prompt": 1.0, "completion": 2.0}]})
    store.people.remember(TOKEN, PERSON)
    store.people.write_setting("embedded_file", None)
    project = _design(store, project)
    gold = [
        NewSample(
            number, f"Report {number} of {label}: naïve café 東京", "", (label,), {}, extra={"url": f"n/{number}"}
        )
        for number, label in enumerate(("World", "Sports") * 3)
    ]
    store.datasets.import_rows(project.id, "gold", DatasetKind.GOLD, gold, info={"file": "gold.jsonl"})
    store.datasets.record_gold_use(project.id, ["0" * 64], "attrprompt-1")
    _generate(store, project, "simprompt-1", DatasetKind.SIMPROMPT)
    _review(store, _generate(store, project, "attrprompt-1", DatasetKind.ATTRPROMPT))
    store.rulings.save(project.id, "Georgia", country="GE", continent="Asia", actor=PERSON)
    store.jobs.add("job-1", "analyze", "0" * 64)
    store.jobs.change("job-1", JobState.DONE, 1.0, "", "job-1.json")
    store.answers.add(project.id, StoredAnswer(ANSWER_KEY, "m-1", "Sports", "", 30, 2))


def _design(store: Store, project: StoredProject) -> StoredProject:
    """Dimensions, values, a constraint; one edit taken back; proposals of each state, votes, a mark, a reply."""
    document = edits.add_dimension(project.document, "subtopic", class_dependent=True, clause="about {value}")
    subtopic = next(iter(document.dimensions))
    labels = [key for key, _ in document.ordered_labels()]
    for label, texts in zip(labels, (["elections", "treaties"], ["football", "tennis"]), strict=True):
        document = edits.add_values(document, subtopic, texts, labels=[label]).project
    document = edits.add_dimension(document, "style")
    style = next(key for key in document.dimensions if key != subtopic)
    document = edits.add_values(document, style, ["interview", "column"]).project
    first = {key: next(iter(document.dimensions[key].values)) for key in (subtopic, style)}
    document = edits.set_constraint(document, values={key: [value] for key, value in first.items()}, reason="never met")
    project = store.projects.save(project.id, project, document, actor=PERSON, summary="Designed")
    renamed = edits.edit_label(project.document, labels[0], display="Welt")
    store.projects.save(project.id, project, renamed, actor="ben", summary="World is shown as Welt")
    store.projects.undo(project.id, actor="ben")

    texts = ("summits", "elections again", "rowing", "chess")
    proposed = [NewProposal("value", text, {"text": text}, subtopic, labels[number // 2]) for number, text in
                enumerate(texts)]  # fmt: skip
    numbers = store.proposals.add(project.id, proposed, maker="m-1")
    store.proposals.decide(project.id, numbers[1:2], "rejected", actor=PERSON, reason="duplicate", note="there already")
    store.proposals.decide(
        project.id,
        numbers[:1],
        "accepted",
        actor=PERSON,
        accept=lambda head, rows: (
            edits.add_values(head, subtopic, [each.payload["text"] for each in rows], labels=labels[:1]).project
        ),
    )
    for person, verdict in ((PERSON, "accept"), ("ben", "reject")):
        store.votes.cast(project.id, numbers[2], actor=person, verdict=verdict)
        store.votes.finish(project.id, actor=person)
    store.cell_marks.mark(project.id, labels[0], subtopic, done=True, actor=PERSON)
    store.replies.add(project.id, "values", RawReply("List subtopics.", "1. summits", "", "m-1", 12, 5))
    return store.projects.load(project.id)


def _generate(store: Store, project: StoredProject, name: str, kind: DatasetKind) -> Run:
    """A run of eight prompts: six answers, one failure, one still to be asked for."""
    attributes = {"subtopic": "elections", "style": "column"} if kind is DatasetKind.ATTRPROMPT else {}
    labels = ("World", "Sports") * 4
    plan = [
        PlannedItem(n, (label,), attributes, f"Write about {label}.", None, 7 + n) for n, label in enumerate(labels)
    ]
    new = NewRun(
        name=name,
        method=kind.value,
        model="m-1",
        endpoint="http://127.0.0.1:1/v1",
        api_key_env="OPENAI_API_KEY",
        parameters={"temperature": 1.0, "max_tokens": 512},
        limits={"concurrency": 16},
        options={"method": kind.value, "per_class": 4, "seed": 7},
        document=project.document,
    )
    run = store.runs.create(project.id, new, plan)
    store.runs.begin(run.id, owner=1, concurrency=2)
    answers = [
        NewSample(
            each.item,
            text=f"{name} writes text {each.item} about {each.labels[0]}.",
            raw=f"{name} writes text {each.item} about {each.labels[0]}.\n",
            labels=each.labels,
            attributes=each.attributes,
            prompt=each.prompt,
            model="m-1",
            parameters={"temperature": 1.0},
            prompt_tokens=10,
            completion_tokens=20,
            request_id=f"request-{each.item}",
            flags=("truncated",) if each.item == 3 else (),
        )
        for each in plan[:6]
    ]
    counters = RunCounters(8, 6, {"timeout": 1}, 8, 60, 120, 3.5, 1)
    store.runs.commit(run.id, answers, [Failed(6, ErrorKind.TIMEOUT, "No answer.", 3)], counters, in_flight=0)
    store.runs.finish(run.id, RunState.STOPPED, "Stopped by ana.", counters)
    if kind is DatasetKind.ATTRPROMPT:
        store.batches.add(run.id, "batch-1.jsonl", [7], BatchState.EXPORTED)
    return store.runs.load(run.id)


def _review(store: Store, run: Run) -> None:
    store.review.decide(run.id, [0, 1], {"status": SampleStatus.ACCEPTED.value}, actor=PERSON)
    store.review.decide(run.id, [2], {"status": SampleStatus.REJECTED.value, "note": "dull"}, actor=PERSON)
    store.review.decide(run.id, [4], {"text": "A text that ben mended.", "labels": ["Sports"]}, actor="ben")
    store.review.decide(run.id, [5], {"status": SampleStatus.REJECTED.value}, actor="ben")
    store.review.undo(run.id, actor="ben")


if __name__ == "__main__":
    keep()
