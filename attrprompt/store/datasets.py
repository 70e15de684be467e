"""Data sets and their samples: written once, read in pages, found by facets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from attrprompt.errors import InputError
from attrprompt.project import MAX_NAME_LENGTH, fold_text
from attrprompt.records import Dataset, DatasetKind, Flag, Sample, SampleStatus, make_storable
from attrprompt.store.database import Database, in_batches
from attrprompt.store.schema import dataset, facet, gold_use, run, sample

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class NewSample:
    """A text to be stored. `raw` is the answer as it came; `text` the clean one that people read."""

    item: int
    text: str
    raw: str
    labels: tuple[str, ...]
    attributes: Mapping[str, str]
    prompt: str = ""
    messages: tuple[Mapping[str, str], ...] | None = None
    model: str = ""
    parameters: Mapping[str, Any] | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    request_id: str = ""
    flags: tuple[str, ...] = ()
    created: float | None = None


@dataclass(frozen=True, slots=True)
class SampleFilter:
    """Which samples of a data set are wanted; empty fields ask for nothing."""

    labels: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    without_flags: tuple[str, ...] = ()
    statuses: tuple[SampleStatus, ...] = ()
    text: str = ""
    items: tuple[int, ...] = ()


class Datasets:
    """The data sets of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_all(self, project_id: str) -> list[Dataset]:
        """A project's data sets, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(dataset).where(dataset.c.project_id == project_id).order_by(dataset.c.id))
            return [read_dataset(row) for row in rows]

    def find(self, project_id: str, name: str) -> Dataset:
        """The data set of this name.

        Raises:
            InputError: there is none.
        """
        with self._database.read() as connection:
            found = connection.execute(
                select(dataset).where(dataset.c.project_id == project_id, dataset.c.folded == fold_text(name))
            ).first()
        if found is None:
            names = ", ".join(each.name for each in self.list_all(project_id)) or "none yet"
            raise InputError(f"There is no data set '{name}' in this project. Data sets: {names}.")
        return read_dataset(found)

    def import_rows(
        self,
        project_id: str,
        name: str,
        kind: DatasetKind,
        rows: Iterable[NewSample],
        *,
        info: Mapping[str, Any],
        replace: bool = False,
    ) -> Dataset:
        """Store imported texts as a data set, all of them or none.

        Raises:
            InputError: the name is used and `replace` is not set.
        """
        with self._database.write() as connection:
            if replace:
                connection.execute(
                    delete(dataset).where(dataset.c.project_id == project_id, dataset.c.folded == fold_text(name))
                )
            dataset_id = insert_dataset(connection, project_id, name, kind, imported=True, info=info)
            count = 0
            for batch in in_batches(rows, PAGE):
                insert_samples(connection, dataset_id, batch)
                count += len(batch)
            connection.execute(update(dataset).where(dataset.c.id == dataset_id).values(rows=count))
        return self.find(project_id, name)

    def rename(self, dataset_id: int, name: str) -> None:
        """Give a data set another name.

        Raises:
            InputError: the name is used in this project.
        """
        try:
            with self._database.write() as connection:
                connection.execute(
                    update(dataset)
                    .where(dataset.c.id == dataset_id)
                    .values(name=_check_name(name), folded=fold_text(name))
                )
        except IntegrityError as error:
            raise InputError(f"There is already a data set '{name}' in this project. Choose another name.") from error

    def delete(self, dataset_id: int) -> None:
        """Delete a data set with its samples."""
        with self._database.write() as connection:
            connection.execute(delete(dataset).where(dataset.c.id == dataset_id))

    def count(self, dataset_id: int, wanted: SampleFilter | None = None) -> int:
        """How many samples pass the filter."""
        query = _filtered(select(func.count()).select_from(sample), dataset_id, wanted)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def read_page(
        self, dataset_id: int, wanted: SampleFilter | None = None, *, limit: int = 50, offset: int = 0
    ) -> list[Sample]:
        """One page of samples in the order of their items."""
        query = _filtered(_samples(), dataset_id, wanted).order_by(sample.c.item).limit(limit).offset(offset)
        with self._database.read() as connection:
            return [_read_sample(row) for row in connection.execute(query)]

    def read_after(
        self, dataset_id: int, item: int, wanted: SampleFilter | None = None, *, limit: int = 1
    ) -> list[Sample]:
        """The samples that follow this item, for going through them one by one."""
        query = _filtered(_samples(), dataset_id, wanted).where(sample.c.item > item).order_by(sample.c.item)
        with self._database.read() as connection:
            return [_read_sample(row) for row in connection.execute(query.limit(limit))]

    def read_latest(self, dataset_id: int, *, limit: int = 5) -> list[Sample]:
        """The samples stored last."""
        query = _filtered(_samples(), dataset_id, None).order_by(sample.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [_read_sample(row) for row in connection.execute(query)]

    def iterate(self, dataset_id: int, wanted: SampleFilter | None = None) -> Iterator[Sample]:
        """All samples in the order of their items, read a page at a time: flat memory at any size."""
        item = -1
        while page := self.read_after(dataset_id, item, wanted, limit=PAGE):
            yield from page
            item = page[-1].item

    def stamp(self, dataset_id: int) -> tuple[int, int, int]:
        """Numbers that change whenever a text, a label, a flag or a decision of this data set does; cheap."""
        query = select(
            func.count(), func.coalesce(func.max(sample.c.id), 0), func.coalesce(func.sum(sample.c.revision), 0)
        ).where(sample.c.dataset_id == dataset_id)
        with self._database.read() as connection:
            count, last, revisions = connection.execute(query).one()
        return int(count), int(last), int(revisions)

    def load(self, dataset_id: int) -> Dataset:
        """The data set of this number.

        Raises:
            InputError: there is none.
        """
        with self._database.read() as connection:
            found = connection.execute(select(dataset).where(dataset.c.id == dataset_id)).first()
        if found is None:
            raise InputError("This data set does not exist any more.")
        return read_dataset(found)

    def count_facets(self, dataset_id: int) -> dict[str, dict[str, int]]:
        """How many samples carry each label, flag and attribute value: `{"label": {name: n}, "flag": …}`."""
        query = (
            select(facet.c.name, facet.c.value, func.count())
            .where(facet.c.dataset_id == dataset_id)
            .group_by(facet.c.name, facet.c.value)
        )
        counts: dict[str, dict[str, int]] = {}
        with self._database.read() as connection:
            for name, value, number in connection.execute(query):
                counts.setdefault(name, {})[value] = number
            statuses = connection.execute(
                select(sample.c.status, func.count()).where(sample.c.dataset_id == dataset_id).group_by(sample.c.status)
            )
            counts["status"] = {status: number for status, number in statuses}  # noqa: C416 - rows are not pairs to mypy
        return counts

    def add_flags(self, dataset_id: int, flags: Mapping[int, Sequence[str]]) -> None:
        """Add flags to items: what a step of post-processing found."""
        with self._database.write() as connection:
            for items in in_batches(flags, PAGE):
                held = connection.execute(
                    select(sample.c.item, sample.c.flags).where(
                        sample.c.dataset_id == dataset_id, sample.c.item.in_(items)
                    )
                ).all()
                for item, old in held:
                    _write_flags(connection, dataset_id, item, old, sorted({*old, *flags[item]}))

    def clear_flags(self, dataset_id: int, flags: Sequence[str]) -> None:
        """Take flags off all items again, before their step runs anew."""
        carrying = select(facet.c.item).where(
            facet.c.dataset_id == dataset_id, facet.c.name == "flag", facet.c.value.in_(flags)
        )
        with self._database.write() as connection:
            held = connection.execute(
                select(sample.c.item, sample.c.flags).where(
                    sample.c.dataset_id == dataset_id, sample.c.item.in_(carrying)
                )
            ).all()
            for item, old in held:
                _write_flags(connection, dataset_id, item, old, [flag for flag in old if flag not in flags])

    def record_gold_use(self, project_id: str, text_hashes: Iterable[str], run_name: str) -> None:
        """Remember gold texts that entered a run's prompts; they are left out of every reference and test set."""
        with self._database.write() as connection:
            known = set(
                connection.execute(
                    select(gold_use.c.text_hash).where(gold_use.c.project_id == project_id, gold_use.c.run == run_name)
                ).scalars()
            )
            for text_hash in set(text_hashes) - known:
                connection.execute(
                    insert(gold_use).values(project_id=project_id, text_hash=text_hash, run=run_name, at=time.time())
                )

    def used_gold(self, project_id: str) -> frozenset[str]:
        """The hashes of all gold texts that entered a prompt."""
        with self._database.read() as connection:
            return frozenset(
                connection.execute(select(gold_use.c.text_hash).where(gold_use.c.project_id == project_id)).scalars()
            )


def insert_dataset(
    connection: Connection, project_id: str, name: str, kind: DatasetKind, *, imported: bool, info: Mapping[str, Any]
) -> int:
    """A new, empty data set; returns its number.

    Raises:
        InputError: the name is empty, too long or used in this project.
    """
    shown = _check_name(name)
    taken = select(dataset.c.id).where(dataset.c.project_id == project_id, dataset.c.folded == fold_text(shown))
    if connection.execute(taken).first() is not None:
        raise InputError(
            f"There is already a data set '{shown}' in this project. Choose another name"
            + (", or replace it with --replace." if imported else f"; to go on with it, use `resume` with {shown}.")
        )
    result = connection.execute(
        insert(dataset).values(
            project_id=project_id,
            name=shown,
            folded=fold_text(shown),
            kind=kind.value,
            imported=imported,
            rows=0,
            created=time.time(),
            info=dict(info),
        )
    )
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def insert_samples(connection: Connection, dataset_id: int, rows: Sequence[NewSample]) -> None:
    """Store texts with their facets; an item that is there already is an error of the caller."""
    now = time.time()
    prepared = [_prepare(dataset_id, row, now) for row in rows]
    if prepared:
        connection.execute(insert(sample), prepared)
        facets = [entry for values in prepared for entry in _facets(values)]
        if facets:
            connection.execute(insert(facet), facets)


def write_sample_fields(connection: Connection, dataset_id: int, item: int, changes: Mapping[str, Any]) -> None:
    """Change fields of one sample and keep its facets and its searched text in step."""
    row = connection.execute(select(sample).where(sample.c.dataset_id == dataset_id, sample.c.item == item)).one()
    values = {**row._mapping, **changes, "revision": row.revision + 1}
    if "text" in changes:
        values["folded"] = fold_text(values["text"])
    connection.execute(
        update(sample).where(sample.c.id == row.id).values({key: value for key, value in values.items() if key != "id"})
    )
    connection.execute(delete(facet).where(facet.c.dataset_id == dataset_id, facet.c.item == item))
    entries = _facets(values)
    if entries:
        connection.execute(insert(facet), entries)


def read_dataset(row: Row[Any]) -> Dataset:
    """A data set from its row."""
    return Dataset(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        kind=DatasetKind(row.kind),
        imported=row.imported,
        rows=row.rows,
        created=row.created,
        info=row.info,
    )


def _write_flags(connection: Connection, dataset_id: int, item: int, old: Sequence[str], new: Sequence[str]) -> None:
    connection.execute(
        update(sample)
        .where(sample.c.dataset_id == dataset_id, sample.c.item == item)
        .values(flags=list(new), revision=sample.c.revision + 1)
    )
    for gone in set(old) - set(new):
        connection.execute(
            delete(facet).where(
                facet.c.dataset_id == dataset_id,
                facet.c.name == "flag",
                facet.c.value == gone,
                facet.c.item == item,
            )
        )
    added = [{"dataset_id": dataset_id, "name": "flag", "value": flag, "item": item} for flag in set(new) - set(old)]
    if added:
        connection.execute(insert(facet), added)


def _check_name(name: str) -> str:
    shown = " ".join(name.split())
    if not shown:
        raise InputError("A data set needs a name.")
    if len(shown) > MAX_NAME_LENGTH:
        raise InputError(f"This name has {len(shown)} characters; at most {MAX_NAME_LENGTH} are kept.")
    return shown


def _prepare(dataset_id: int, row: NewSample, now: float) -> dict[str, Any]:
    text, replaced_text = make_storable(row.text)
    raw, replaced_raw = make_storable(row.raw)
    flags = set(row.flags)
    if replaced_text or replaced_raw:
        flags.add(Flag.REPLACED_CHARACTERS.value)
    return {
        "dataset_id": dataset_id,
        "item": row.item,
        "text": text,
        "raw": raw,
        "folded": fold_text(text),
        "labels": list(row.labels),
        "asked_labels": list(row.labels),
        "attributes": dict(row.attributes),
        "prompt": row.prompt,
        "messages": None if row.messages is None else [dict(message) for message in row.messages],
        "model": row.model,
        "parameters": None if row.parameters is None else dict(row.parameters),
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "request_id": row.request_id,
        "created": row.created or now,
        "status": SampleStatus.NEW.value,
        "flags": sorted(flags),
        "edited": False,
        "note": "",
        "reviewed_by": "",
        "reviewed_at": None,
        "revision": 0,
    }


def _facets(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    pairs = [("label", label) for label in dict.fromkeys(values["labels"])]
    pairs += [("flag", flag) for flag in values["flags"]]
    pairs += [(f"attribute:{name}", value) for name, value in values["attributes"].items()]
    return [
        {"dataset_id": values["dataset_id"], "name": name, "value": value, "item": values["item"]}
        for name, value in pairs
    ]


def _samples() -> Select[Any]:
    return (
        select(
            sample,
            dataset.c.name.label("dataset_name"),
            dataset.c.kind.label("dataset_kind"),
            run.c.endpoint,
            run.c.parameters.label("run_parameters"),
            run.c.model.label("run_model"),
        )
        .join(dataset, dataset.c.id == sample.c.dataset_id)
        .join(run, run.c.dataset_id == sample.c.dataset_id, isouter=True)
    )


def _filtered(query: Select[Any], dataset_id: int, wanted: SampleFilter | None) -> Select[Any]:
    query = query.where(sample.c.dataset_id == dataset_id)
    if wanted is None:
        return query

    def carries(name: str, values: Sequence[str]) -> Any:
        return exists().where(
            and_(
                facet.c.dataset_id == dataset_id,
                facet.c.name == name,
                facet.c.value.in_(values),
                facet.c.item == sample.c.item,
            )
        )

    if wanted.labels:
        query = query.where(carries("label", wanted.labels))
    if wanted.flags:
        query = query.where(carries("flag", wanted.flags))
    if wanted.without_flags:
        query = query.where(~carries("flag", wanted.without_flags))
    by_dimension: dict[str, list[str]] = {}
    for name, value in wanted.attributes:
        by_dimension.setdefault(name, []).append(value)
    for name, values in by_dimension.items():
        query = query.where(carries(f"attribute:{name}", values))
    if wanted.statuses:
        query = query.where(sample.c.status.in_([status.value for status in wanted.statuses]))
    if wanted.text.strip():
        query = query.where(sample.c.folded.contains(fold_text(wanted.text), autoescape=True))
    if wanted.items:
        query = query.where(sample.c.item.in_(wanted.items))
    return query


def _read_sample(row: Row[Any]) -> Sample:
    messages = row.messages if row.messages is not None else [{"role": "user", "content": row.prompt}]
    return Sample(
        id=row.id,
        dataset=row.dataset_name,
        item=row.item,
        text=row.text,
        raw=row.raw,
        labels=tuple(row.labels),
        asked_labels=tuple(row.asked_labels),
        attributes=row.attributes,
        method=row.dataset_kind,
        prompt=row.prompt,
        messages=tuple(messages) if row.prompt else (),
        model=row.model or row.run_model or "",
        endpoint=row.endpoint or "",
        parameters=row.parameters if row.parameters is not None else (row.run_parameters or {}),
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        request_id=row.request_id,
        created=row.created,
        status=SampleStatus(row.status),
        flags=tuple(row.flags),
        edited=row.edited,
        note=row.note,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        revision=row.revision,
    )
