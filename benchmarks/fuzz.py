"""Break files at random and give them to every importer: each ends in a result or in one sentence, in time and memory.

    python -m benchmarks.fuzz [--count 10000] [--seed 0] [--only jsonl] [--keep FOLDER]

Each file begins as a sound one (data sets in every format, projects, attribute folders, results of batches, archives,
tables, label lists, verdicts of a judge), is changed in a few places, and is taken in as the command does it; what came
in as a data set goes out again and in once more. Targets: no traceback, no file that takes over 10 seconds, under 1 GB
of memory. Exits with 1 where one is missed. `--keep` puts the files that missed one into a folder.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import logging
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from attrprompt import edits
from attrprompt.analysis.regions.lexicons import read_lexicon_csv
from attrprompt.analysis.regions.references import read_reference_csv
from attrprompt.elicitation.class_filter.verdicts import read_verdict
from attrprompt.errors import AttrPromptError
from attrprompt.exchange.archive import open_archive
from attrprompt.exchange.authors.attributes_folder import read_attributes_folder
from attrprompt.exchange.documents.project_files import write_project_json, write_project_yaml
from attrprompt.exchange.documents.values_csv import merge_values_csv, write_values_csv
from attrprompt.exchange.rows.label_maps import read_label_map
from attrprompt.exchange.transfer import (
    ExportFormat,
    ProjectFormat,
    export_dataset,
    export_project,
    import_attributes,
    import_dataset,
    import_project,
)
from attrprompt.files import decode_text
from attrprompt.generation.batches.results import import_batch
from attrprompt.project import Method, Project
from attrprompt.questionnaires.zero_shot import read_labels
from attrprompt.records import DatasetKind
from attrprompt.store import NewRun, PlannedItem, Store, StoredProject

MOST_SECONDS = 10.0
MOST_BYTES = 1_000_000_000
LABELS = ("World", "Sports", "C++", "<=50K")
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, "", " ", "\0", "\ud800", "a\nb", "\u202e", "=1+1", "x" * 3_000, 0, -1, 2**31, 2**63, 10**30,
    1e308, float("nan"), float("inf"), [], {}, [[]], ["a", "a"], [None], {"a": {"b": [1]}}, "2024-13-45", "9999-12-31",
    "0001-01-01T00:00:00", "rejected", ["length", 5], {"prompt": "twelve"}, {"prompt": -5}, "🙂", "1" * 400,
)  # fmt: skip
ODD_BYTES = (b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b"'", b",", b";", b"\t", b"{", b"}", b"[", b"]",
             b"[" * 300, b'{"a":' * 300, b"9" * 5_000, b"\\ud800", b"%s", b"../", b": ", b"- ", b"&a ", b"*a", b"!!x ",
             b"NaN", b"\xc3", b"\xed\xa0\x80", "é".encode("utf-16"))  # fmt: skip


class TooSlowError(BaseException):
    """A file took too long; nothing catches this by mistake."""


@dataclass(frozen=True)
class Seed:
    """A sound file, and how it is taken in."""

    kind: str
    name: str
    content: bytes
    take: Callable[[Path], object]


@dataclass
class Result:
    """What came of the files: how many of each kind, and those that ended badly."""

    files: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    tracebacks: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    slowest: float = 0.0
    peak_bytes: int = 0


def main() -> None:
    """Run the benchmark and print its numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="kinds that begin so")
    parser.add_argument("--keep", type=Path, help="folder for the files that ended badly")
    arguments = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = run_fuzz(Path(folder), arguments.count, seed=arguments.seed, only=arguments.only, keep=arguments.keep)
    seconds = time.perf_counter() - start
    for said in dict.fromkeys([*result.tracebacks, *result.slow]):
        print(said, file=sys.stderr)
    print(", ".join(f"{kind} {count:,}" for kind, count in result.files.items()))
    print(f"{sum(result.files.values()):,} files in {seconds:,.0f} s, {result.refused:,} refused with a sentence")
    print(f"tracebacks: {len(result.tracebacks):,} (target 0)")
    print(f"over {MOST_SECONDS:.0f} s: {len(result.slow):,} (target 0; the slowest took {result.slowest:.1f} s)")
    print(f"peak memory: {result.peak_bytes / 1e6:,.0f} MB (target under {MOST_BYTES / 1e6:,.0f} MB)")
    sys.exit(bool(result.tracebacks or result.slow or result.peak_bytes >= MOST_BYTES))


def run_fuzz(folder: Path, count: int, *, seed: int = 0, only: str = "", keep: Path | None = None) -> Result:
    """Change and take in so many files, each kind in turn.

    Args:
        folder: an empty one, for the home and the files.
        keep: where files that end badly are put.
    """
    store = Store(folder / "home")
    result = Result()
    defects = _Defects()
    logging.getLogger("attrprompt").addHandler(defects)
    try:
        seeds = [each for each in make_seeds(store, folder) if each.kind.startswith(only)]
        for sound in seeds:  # also loads what is loaded once, such as the places of the world
            sound.take(_put(folder, sound, sound.content))
        for number in range(count):
            rng = random.Random(f"{seed}/{number}")
            chosen = seeds[number % len(seeds)]
            path = _put(folder, chosen, mutate(rng, chosen.content, Path(chosen.name).suffix))
            result.files[chosen.kind] += 1
            said = take_in(chosen, path, result) or defects.take()
            if said:
                result.tracebacks.append(f"{chosen.kind} (file {number}): {said}")
            if keep is not None and (said or result.slow[-1:] == [f"{chosen.kind} (file {number})"]):
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, keep / f"{number}-{chosen.name}")
    finally:
        logging.getLogger("attrprompt").removeHandler(defects)
        store.close()
    result.peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return result


def _put(folder: Path, seed: Seed, content: bytes) -> Path:
    """The file to be taken in; apart from other kinds, as a label.txt beside data is read with it."""
    path = folder / "given" / seed.kind / seed.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def take_in(seed: Seed, path: Path, result: Result) -> str:
    """Give one file to its importer; returns where it ended in a traceback, if it did."""
    start = time.perf_counter()
    try:
        with _limited(MOST_SECONDS):
            seed.take(path)
    except AttrPromptError:
        result.refused += 1
    except TooSlowError as slow:
        result.slow.append(f"{seed.kind} took over {MOST_SECONDS:.0f} s {_place(slow)}")
    except Exception as error:
        return f"{type(error).__name__} {_place(error)}: {' '.join(str(error).split())[:200]}"
    finally:
        result.slowest = max(result.slowest, time.perf_counter() - start)
    return ""


class _Defects(logging.Handler):
    """Remembers a defect that was caught and logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._said = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self._said = f"{type(record.exc_info[1]).__name__} {_place(record.exc_info[1])} (logged)"

    def take(self) -> str:
        """The defect since the last call."""
        said, self._said = self._said, ""
        return said


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _place(error: BaseException) -> str:
    """The last line of ours that an error passed."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "attrprompt" in frame.filename]
    return f"in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def mutate(rng: random.Random, content: bytes, ending: str) -> bytes:
    """The content with a few places changed; what is packed is mostly changed inside."""
    if ending == ".gz" and rng.random() < 0.8:
        return gzip.compress(mutate(rng, gzip.decompress(content), ".jsonl"), mtime=0)
    if ending in (".zip", ".xlsx") and rng.random() < 0.8:
        return _mutate_archive(rng, content)
    if ending in (".parquet", ".arrow") and rng.random() < 0.6:
        return _mutate_table(rng, content, ending)
    if ending in (".json", ".jsonl") and rng.random() < 0.6:
        lines = content.splitlines() if ending == ".jsonl" else [content]
        number = rng.randrange(len(lines))
        try:
            data = json.loads(lines[number])
            for _ in range(rng.randint(1, 3)):
                data = _mutate_data(rng, data)
            lines[number] = json.dumps(data).encode()
        except (ValueError, RecursionError):
            return _mutate_bytes(rng, content)
        return b"\n".join(lines)
    return _mutate_bytes(rng, content)


def _mutate_data(rng: random.Random, data: Any) -> Any:
    """Some value within is another, is gone, or has another name."""
    if not data or not isinstance(data, dict | list) or rng.random() < 0.1:
        return rng.choice(ODD_VALUES)
    if isinstance(data, list):
        place = rng.randrange(len(data))
        changed = [*data[:place], _mutate_data(rng, data[place]), *data[place + 1 :]]
        return changed if rng.random() < 0.9 else changed * rng.choice((0, 2, 50))
    name = rng.choice(list(data))
    chance = rng.random()
    if chance < 0.1:
        return {key: value for key, value in data.items() if key != name}
    if chance < 0.2:
        return {(str(rng.choice(ODD_VALUES)) if key == name else key): value for key, value in data.items()}
    if chance < 0.25:
        nested: Any = data[name]
        for _ in range(rng.choice((5, 60, 600))):
            nested = [nested]
        return {**data, name: nested}
    if chance < 0.6:
        return {**data, name: rng.choice(ODD_VALUES)}
    return {**data, name: _mutate_data(rng, data[name])}


def _mutate_bytes(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        place = rng.randrange(len(changed) + 1)
        chance = rng.random()
        if chance < 0.3 and place < len(changed):
            changed[place] = rng.randrange(256)
        elif chance < 0.6:
            changed[place:place] = rng.choice(ODD_BYTES)
        elif chance < 0.8:
            del changed[place : place + rng.choice((1, 3, 30))]
        elif chance < 0.9:
            end = place + rng.choice((2, 20, 200))
            changed[place:place] = changed[place:end] * rng.choice((1, 3, 30))
        else:
            del changed[place:]
    return bytes(changed)


def _mutate_table(rng: random.Random, content: bytes, ending: str) -> bytes:
    """Values of a few rows are others; where they fit no column or no file any more, bytes are changed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = io.BytesIO(content)
    table = pq.read_table(source) if ending == ".parquet" else pa.ipc.open_file(source).read_all()
    name = rng.choice(table.column_names)
    try:
        values = [_mutate_data(rng, value) if rng.random() < 0.5 else value for value in table[name].to_pylist()]
        changed = table.set_column(table.column_names.index(name), name, pa.array(values))
        return _write_table(changed, ending)
    except (pa.ArrowException, ValueError, OverflowError, TypeError, UnicodeError):
        return _mutate_bytes(rng, content)


def _write_table(table: pa.Table, ending: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    if ending == ".parquet":
        pq.write_table(table, out)
    else:
        with pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table)
    return out.getvalue()


def _mutate_archive(rng: random.Random, content: bytes) -> bytes:
    """One file of an archive is changed or has another name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        names = archive.namelist()
        chosen = rng.choice(names)
        for name in names:
            inside = archive.read(name)
            if name == chosen and rng.random() < 0.85:
                inside = mutate(rng, inside, Path(name).suffix)
            elif name == chosen:
                name = rng.choice(("../up.txt", "a/../../b", "/etc/x", f"{name}/", "n" * 300, name.upper(), "x\\y"))
            changed.writestr(name, inside)
    return out.getvalue()


def make_seeds(store: Store, folder: Path) -> list[Seed]:
    """A sound file for each importer."""
    document = _make_document()
    project = store.projects.create("Fuzzed", document, owner="fuzz", source="fuzz")
    several = edits.set_task(document, multi_label=True)
    multi_label = store.projects.create("Fuzzed, several labels", several, owner="fuzz", source="fuzz")
    rows = _make_rows()
    own = folder / "own.jsonl"
    own.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    dataset = import_dataset(store, project, own, name="seed").dataset

    seeds = []
    for turn, ending in enumerate(("jsonl", "csv", "parquet")):
        path = folder / f"export.{ending}"
        export_dataset(store, project, dataset, path, ExportFormat(ending))
        taken = _DatasetImport(store, multi_label if turn % 2 else project, folder)
        seeds.append(Seed(ending, f"ours.{ending}", path.read_bytes(), taken))
    foreign = _DatasetImport(store, project, folder)
    lines = own.read_bytes()
    seeds += [
        Seed("jsonl", "foreign.jsonl", lines, foreign),
        Seed("json", "list.json", json.dumps(rows).encode(), foreign),
        Seed("jsonl.gz", "packed.jsonl.gz", gzip.compress(lines, mtime=0), foreign),
        Seed("csv", "foreign.csv", _make_csv(), foreign),
        Seed("csv", "excel.csv", _make_csv(";").decode().encode("cp1252"), _DatasetImport(store, multi_label, folder)),
        Seed("parquet", "foreign.parquet", _write_table(_make_table(), ".parquet"), foreign),
        Seed("arrow", "foreign.arrow", _write_table(_make_table(), ".arrow"), foreign),
        Seed("xlsx", "foreign.xlsx", _make_workbook(), foreign),
        Seed("annotations", "label-studio.json", json.dumps(_make_annotations()).encode(), foreign),
        Seed("authors", "attrprompt.jsonl", b'{"_id": 0, "text": "a", "style": 0}\n{"_id": [1], "text": "b"}', foreign),
    ]
    return [*seeds, *_make_other_seeds(store, project, folder)]


def _make_other_seeds(store: Store, project: StoredProject, folder: Path) -> list[Seed]:
    document = project.document
    export_project(project, folder / "attributes", ProjectFormat.AUTHORS)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((folder / "attributes").rglob("*")):
            if path.is_file():
                archive.write(path, f"attributes/{path.relative_to(folder / 'attributes')}")
    names = tuple(label.name for _, label in document.ordered_labels())
    batch = "\n".join(json.dumps(_make_batch_result(item)) for item in range(4)).encode()

    def read_folder(path: Path) -> None:
        with open_archive(path) as inside:
            import_attributes(store, "Fuzzed folder", inside, use={}, actor="fuzz")
            read_attributes_folder(inside, renames=["x=World"])

    def take_project(path: Path) -> None:
        import_project(store, f"Fuzzed {time.perf_counter_ns()}", path, actor="fuzz")

    def judge(path: Path) -> None:
        answer = path.read_bytes().decode("utf-8", "replace")
        read_verdict(answer)
        read_labels(answer, names, names, multi_label=True)

    return [
        Seed("project", "project.yaml", write_project_yaml(document).encode(), take_project),
        Seed("project", "project.json", write_project_json(document).encode(), take_project),
        Seed("values", "values.csv", write_values_csv(document).encode(),
             lambda path: merge_values_csv(document, path.read_bytes(), path.name)),
        Seed("attributes", "attributes.zip", packed.getvalue(), read_folder),
        Seed("batch", "results.jsonl", batch, _BatchImport(store, project)),
        Seed("labels", "label.txt", b"World\nSports\nC++\n", read_label_map),
        Seed("labels", "id2label.json", b'{"0": "World", "1": "Sports"}', read_label_map),
        Seed("labels", "map.csv", b"id,label\n0,World\n1,Sports\n", read_label_map),
        Seed("tables", "reference.csv", b"place;weight\nJapan;1,5\nKenya;20%\nPeru;3\n",
             lambda path: read_reference_csv(decode_text(path.read_bytes(), path.name))),
        Seed("tables", "words.csv", b"term,group\npoor,poverty\n\"climate change\",green\n",
             lambda path: read_lexicon_csv(decode_text(path.read_bytes(), path.name), "words")),
        Seed("judgements", "verdict.json", b'{"answer": "yes", "reason": "C++ and World, not <=50K"}', judge),
    ]  # fmt: skip


class _DatasetImport:
    """Imports a file as a data set; every other goes out in one format after the other, and in again."""

    def __init__(self, store: Store, project: StoredProject, folder: Path) -> None:
        self._store, self._project, self._folder = store, project, folder
        self._turn = 0

    def __call__(self, path: Path) -> None:
        imported = import_dataset(self._store, self._project, path, name="fuzzed", replace=True).dataset
        self._turn += 1
        if self._turn % 2:
            return
        format = (ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.PARQUET)[self._turn // 2 % 3]
        out = self._folder / f"again.{format.value}"
        if export_dataset(self._store, self._project, imported, out, format).rows != imported.rows:
            raise ValueError("rows were lost on the way out")
        again = import_dataset(self._store, self._project, out, name="again", replace=True).dataset
        if again.rows != imported.rows:
            raise ValueError("rows were lost on the way back")


class _BatchImport:
    """Takes a file in as results of a run that was planned for it."""

    def __init__(self, store: Store, project: StoredProject) -> None:
        self._store, self._project = store, project

    def __call__(self, path: Path) -> None:
        plan = [PlannedItem(item, ("World",), {}, "Write.", None, item) for item in range(4)]
        new = NewRun(
            name=f"run {time.perf_counter_ns()}",
            method=DatasetKind.SIMPROMPT.value,
            model="m",
            endpoint="http://127.0.0.1:1/v1",
            api_key_env="OPENAI_API_KEY",
            parameters={"temperature": 1.0, "max_tokens": 512},
            limits={"concurrency": 1},
            options={"method": "simprompt", "per_class": 4, "seed": 0},
            document=self._project.document,
        )
        run = self._store.runs.create(self._project.id, new, plan)
        path.write_bytes(path.read_bytes().replace(b"run-0-item", f"run-{run.id}-item".encode()))
        import_batch(self._store, run, [path])


def _make_document() -> Project:
    document = edits.add_labels(Project(), LABELS)
    document = edits.set_template(document, Method.SIMPROMPT, "Write about {{ label }}.")
    document = edits.add_dimension(document, "style")
    return edits.add_values(document, next(iter(document.dimensions)), ["interview", "column"]).project


def _make_rows() -> list[dict[str, Any]]:
    return [
        {
            "text": f"In Paris {number} a team won.",
            "label": LABELS[number % len(LABELS)],
            "attributes": {"location": "Paris", "style": "column"},
            "id": f"row-{number}",
            "url": "http://a/1",
            "flags": ["length"],
            "tokens": {"prompt": 3, "completion": 5},
            "status": "accepted",
            "reviewed_at": "2024-01-01T00:00:00+00:00",
            "messages": [{"role": "user", "content": "x"}],
            "parameters": {"temperature": 1.0},
            "format": "attrprompt-sample",
        }
        for number in range(4)
    ]


def _make_csv(delimiter: str = ",") -> bytes:
    lines = ["text|label|id", *(f'"Le café {n}, a ""team"""|{label}|{n}' for n, label in enumerate(LABELS))]
    return "\r\n".join(lines).replace("|", delimiter).encode()


def _make_table() -> pa.Table:
    """What people's tables hold, and what only a damaged or strange one does."""
    import pyarrow as pa

    huge = pa.array([2**62, -(2**62), None], pa.int64())
    broken = pa.array([b"\xff\xfe", b"a", None], pa.binary())
    return pa.table(
        {
            "text": ["a team", "a storm", "a law"],
            "label": [0, 1, None],
            "scores": [[0.5], [], None],
            "place": [{"name": "Paris"}, None, {"name": None}],
            "moment": huge.cast(pa.timestamp("us")),
            "day": pa.array([2**30, -(2**30), None], pa.int32()).cast(pa.date32()),
            "took": huge.cast(pa.duration("us")),
            "bytes": broken,
            "name": pa.Array.from_buffers(pa.string(), 3, broken.buffers()),
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        }
    )


def _make_workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["text", "label", "n"], ["a team", "Sports", 1], ["a storm", "World", 2.5]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _make_annotations() -> list[dict[str, Any]]:
    choice = {"type": "choices", "from_name": "topic", "value": {"choices": ["Sports"]}}
    return [{"id": n, "data": {"text": f"text {n}"}, "annotations": [{"result": [choice]}]} for n in range(3)]


def _make_batch_result(item: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": f"In Paris text {item}"}
    body = {
        "id": "c",
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 6},
    }
    response = {"status_code": 200, "request_id": "r", "body": body}
    return {"id": "b", "custom_id": f"run-0-item-{item}", "response": response, "error": None}


if __name__ == "__main__":
    main()
