"""Data sets and their samples: written once, read in pages, found by facets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from attrprompt.errors import InputError
from attrprompt.project import fold_text
from attrprompt.records import Dataset, DatasetKind, Sample
from attrprompt.store.database import Database, check_name, in_batches
from attrprompt.store.samples import (
    ATTRIBUTE,
    Facets,
    NewSample,
    SampleFilter,
    apply_filter,
    insert_samples,
    read_sample,
    select_samples,
    write_flags,
)
from attrprompt.store.schema import dataset, facet, gold_use, sample

PAGE = 1_000


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
            names = ", ".join(known.name for known in self.list_all(project_id)) or "none yet"
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
                    .values(name=check_name(name, "data set"), folded=fold_text(name))
                )
        except IntegrityError as error:
            raise InputError(f"There is already a data set '{name}' in this project. Choose another name.") from error

    def delete(self, dataset_id: int) -> None:
        """Delete a data set with its samples."""
        with self._database.write() as connection:
            connection.execute(delete(dataset).where(dataset.c.id == dataset_id))

    def count(self, dataset_id: int, wanted: SampleFilter | None = None) -> int:
        """How many samples pass the filter."""
        query = apply_filter(select(func.count()).select_from(sample), dataset_id, wanted)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def read_page(
        self, dataset_id: int, wanted: SampleFilter | None = None, *, limit: int = 50, offset: int = 0
    ) -> list[Sample]:
        """One page of samples in the order of their items."""
        query = apply_filter(select_samples(), dataset_id, wanted).order_by(sample.c.item).limit(limit).offset(offset)
        with self._database.read() as connection:
            return [read_sample(row) for row in connection.execute(query)]

    def read_after(
        self, dataset_id: int, item: int, wanted: SampleFilter | None = None, *, limit: int = 1
    ) -> list[Sample]:
        """The samples that follow this item, for going through them one by one."""
        query = apply_filter(select_samples(), dataset_id, wanted).where(sample.c.item > item).order_by(sample.c.item)
        with self._database.read() as connection:
            return [read_sample(row) for row in connection.execute(query.limit(limit))]

    def list_items(self, dataset_id: int, wanted: SampleFilter | None = None) -> list[int]:
        """The numbers of the samples that pass the filter, in their order; no text is read."""
        query = apply_filter(select(sample.c.item), dataset_id, wanted).order_by(sample.c.item)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def read_latest(self, dataset_id: int, *, limit: int = 5) -> list[Sample]:
        """The samples stored last."""
        query = apply_filter(select_samples(), dataset_id, None).order_by(sample.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [read_sample(row) for row in connection.execute(query)]

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

    def count_facets(self, dataset_id: int) -> Facets:
        """How many samples carry each label, flag, attribute value and status."""
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
            by_status = {status: number for status, number in statuses}  # noqa: C416 - rows are not pairs to mypy
        attributes = {
            name.removeprefix(ATTRIBUTE): values for name, values in counts.items() if name.startswith(ATTRIBUTE)
        }
        return Facets(counts.get("label", {}), counts.get("flag", {}), attributes, by_status)

    def count_flags(self, dataset_id: int) -> dict[str, int]:
        """How many samples carry each flag; reads flags only, so it may stand in a timer."""
        query = (
            select(facet.c.value, func.count())
            .where(facet.c.dataset_id == dataset_id, facet.c.name == "flag")
            .group_by(facet.c.value)
        )
        with self._database.read() as connection:
            return {flag: number for flag, number in connection.execute(query)}  # noqa: C416 - rows are not pairs to mypy

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
                    write_flags(connection, dataset_id, item, old, sorted({*old, *flags[item]}))

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
                write_flags(connection, dataset_id, item, old, [flag for flag in old if flag not in flags])

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
    shown = check_name(name, "data set")
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
