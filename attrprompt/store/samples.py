"""Samples as rows: a text with its facets is written here, filtered by them, and read back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, exists, insert, select, update

from attrprompt.project import fold_text
from attrprompt.records import Flag, Sample, SampleStatus, hash_text, make_storable
from attrprompt.store.database import in_batches
from attrprompt.store.schema import dataset, facet, run, sample

PAGE = 500
FACET_BYTES = 1_000
ATTRIBUTE = "attribute:"  # how the facet of an attribute dimension begins


@dataclass(frozen=True, slots=True)
class NewSample:
    """A text to be stored. `raw` is the answer as it came; `text` the clean one that people read.

    What a review says of it is given only where a data set comes back from an export of ours; `extra` holds what
    else an imported row says.
    """

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
    asked_labels: tuple[str, ...] | None = None
    status: SampleStatus = SampleStatus.NEW
    edited: bool = False
    note: str = ""
    reviewed_by: str = ""
    reviewed_at: float | None = None
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SampleFilter:
    """Which samples of a data set are wanted; empty fields ask for nothing.

    `cleaned` wants texts that are not the raw answer because something was taken off around them.
    """

    labels: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    without_flags: tuple[str, ...] = ()
    statuses: tuple[SampleStatus, ...] = ()
    text: str = ""
    items: tuple[int, ...] = ()
    cleaned: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """How many samples of a data set carry what; attribute values by dimension."""

    labels: Mapping[str, int]
    flags: Mapping[str, int]
    attributes: Mapping[str, Mapping[str, int]]
    statuses: Mapping[str, int]


def insert_samples(connection: Connection, dataset_id: int, rows: Sequence[NewSample]) -> None:
    """Store texts with their facets; an item that is there already is an error of the caller."""
    now = time.time()
    prepared = [_prepare(dataset_id, row, now) for row in rows]
    if prepared:
        connection.execute(insert(sample), prepared)
        facets = [entry for values in prepared for entry in _facets(values)]
        if facets:
            connection.execute(insert(facet), facets)


def write_fields(connection: Connection, dataset_id: int, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Change fields of samples, by item, and keep their facets and their searched text in step."""
    rows: dict[frozenset[str], list[dict[str, Any]]] = {}
    for item, fields in changes.items():
        row = {**fields, "of_item": item}
        if "text" in fields:
            row["folded"] = fold_text(fields["text"])
        rows.setdefault(frozenset(row), []).append(row)
    statement = update(sample).where(sample.c.dataset_id == dataset_id, sample.c.item == bindparam("of_item"))
    for alike in rows.values():
        connection.execute(statement.values(revision=sample.c.revision + 1), alike)
    for field, name in (("labels", "label"), ("flags", "flag")):
        new = {item: fields[field] for item, fields in changes.items() if field in fields}
        for items in in_batches(new, PAGE):
            connection.execute(
                delete(facet).where(facet.c.dataset_id == dataset_id, facet.c.name == name, facet.c.item.in_(items))
            )
            entries = [
                {"dataset_id": dataset_id, "name": name, "value": value, "item": item}
                for item in items
                for value in dict.fromkeys(map(shorten_facet, new[item]))
            ]
            if entries:
                connection.execute(insert(facet), entries)


def write_flags(connection: Connection, dataset_id: int, item: int, old: Sequence[str], new: Sequence[str]) -> None:
    """Replace the flags of one sample."""
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
        "asked_labels": list(row.labels if row.asked_labels is None else row.asked_labels),
        "attributes": dict(row.attributes),
        "prompt": row.prompt,
        "messages": None if row.messages is None else [dict(message) for message in row.messages],
        "model": row.model,
        "parameters": None if row.parameters is None else dict(row.parameters),
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "request_id": row.request_id,
        "created": row.created or now,
        "status": row.status.value,
        "flags": sorted(flags),
        "edited": row.edited,
        "note": row.note,
        "reviewed_by": row.reviewed_by,
        "reviewed_at": row.reviewed_at,
        "revision": 0,
        "extra": dict(row.extra) if row.extra else None,
    }


def _facets(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    pairs = [("label", label) for label in dict.fromkeys(map(shorten_facet, values["labels"]))]
    pairs += [("flag", flag) for flag in values["flags"]]
    pairs += [(ATTRIBUTE + name, value) for name, value in values["attributes"].items()]
    return [
        {"dataset_id": values["dataset_id"], "name": name, "value": shorten_facet(value), "item": values["item"]}
        for name, value in pairs
    ]


def shorten_facet(value: str) -> str:
    """The value as it stands among the facets: an index of PostgreSQL takes no long texts."""
    if len(value.encode()) <= FACET_BYTES:
        return value
    start = value.encode()[: FACET_BYTES // 2].decode(errors="ignore")
    return f"{start}… ({hash_text(value)[:16]})"


def select_samples() -> Select[Any]:
    """A query of samples with what their data set and their run say of them."""
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


def apply_filter(query: Select[Any], dataset_id: int, wanted: SampleFilter | None) -> Select[Any]:
    """Only the samples of this data set that pass the filter."""
    query = query.where(sample.c.dataset_id == dataset_id)
    if wanted is None:
        return query

    def carries(name: str, values: Sequence[str]) -> Any:
        return exists().where(
            and_(
                facet.c.dataset_id == dataset_id,
                facet.c.name == name,
                facet.c.value.in_({*values, *map(shorten_facet, values)}),
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
        query = query.where(carries(ATTRIBUTE + name, values))
    if wanted.statuses:
        query = query.where(sample.c.status.in_([status.value for status in wanted.statuses]))
    if wanted.text.strip():
        query = query.where(sample.c.folded.contains(fold_text(wanted.text), autoescape=True))
    if wanted.cleaned:
        query = query.where(sample.c.text != sample.c.raw, sample.c.text != "", ~sample.c.edited)
    if wanted.items:
        query = query.where(sample.c.item.in_(wanted.items))
    return query


def read_sample(row: Row[Any]) -> Sample:
    """A sample from its row."""
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
        extra=row.extra or {},
    )
