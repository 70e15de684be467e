"""What an export of ours says of where a text came from and what was decided about it, read back as it was written.

Files of other people have columns of the same names ("status", "note", "model"); those decide nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, Json, StringConstraints, TypeAdapter, ValidationError

from attrprompt.edits.parts import count_of
from attrprompt.exchange.rows.read_rows import ImportedRow
from attrprompt.exchange.rows.write_rows import COLUMNS, MARKER
from attrprompt.project import MAX_NAME_LENGTH
from attrprompt.records import Flag, SampleStatus
from attrprompt.store import NewSample

_MADE_ANEW = frozenset({"id", "dataset", "item", "method", MARKER})
"""What an imported text gets from its new data set."""

_Name = Annotated[str, StringConstraints(max_length=MAX_NAME_LENGTH)]
_Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
_SHOWN = 20
_MOST_NAMES = 1_000
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
_Time = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
_JsonObject = Json[dict[str, Any]]
"""As Parquet holds it where the rows have very many other columns."""


class _Tokens(BaseModel):
    prompt: _Count = 0
    completion: _Count = 0


_FIELDS: Mapping[str, TypeAdapter[Any]] = {
    "raw": TypeAdapter(str),
    "prompt": TypeAdapter(str),
    "messages": TypeAdapter(tuple[dict[str, str], ...]),
    "model": TypeAdapter(_Name),
    "parameters": TypeAdapter(dict[str, Any]),
    "tokens": TypeAdapter(_Tokens),
    "request_id": TypeAdapter(_Name),
    "created": TypeAdapter(_Time),
    "status": TypeAdapter(SampleStatus),
    "flags": TypeAdapter(tuple[Flag, ...]),
    "edited": TypeAdapter(bool),
    "asked_label": TypeAdapter(_Name),
    "asked_labels": TypeAdapter(tuple[_Name, ...]),
    "note": TypeAdapter(str),
    "reviewed_by": TypeAdapter(_Name),
    "reviewed_at": TypeAdapter(_Time),
    "extra": TypeAdapter(dict[str, Any] | _JsonObject),
}


class SampleReader:
    """Makes samples of imported rows, and remembers what is to be said of them."""

    def __init__(self) -> None:
        self._unread: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()

    def read(self, item: int, row: ImportedRow) -> NewSample:
        """A sample of one row; columns that say nothing to us are kept beside it."""
        if not row.is_own:
            others = {name: value for name, value in row.extra.items() if value not in ("", [], {})}
            self._note_kept(others)
            return NewSample(item, row.text, row.text, row.labels, row.attributes, extra=others)
        fields = self._read_fields(row.extra)
        tokens = fields.get("tokens", _Tokens())
        asked = fields.get("asked_labels") or tuple(filter(None, [fields.get("asked_label")])) or None
        others = {
            name: value
            for name, value in row.extra.items()
            if value != "" and name not in _FIELDS and name not in _MADE_ANEW
        }
        self._note_kept(others.keys() - COLUMNS)
        return NewSample(
            item=item,
            text=row.text,
            raw=fields.get("raw", row.text),
            labels=row.labels,
            attributes=row.attributes,
            prompt=fields.get("prompt", ""),
            messages=fields.get("messages"),
            model=fields.get("model", ""),
            parameters=fields.get("parameters", {}),
            prompt_tokens=tokens.prompt,
            completion_tokens=tokens.completion,
            request_id=fields.get("request_id", ""),
            created=_read_seconds(fields.get("created")),
            flags=fields.get("flags", ()),
            asked_labels=asked,
            status=fields.get("status", SampleStatus.NEW),
            edited=fields.get("edited", False),
            note=fields.get("note", ""),
            reviewed_by=fields.get("reviewed_by", ""),
            reviewed_at=_read_seconds(fields.get("reviewed_at")),
            extra={name: value for name, value in fields.get("extra", {}).items() if value is not None} | others,
        )

    @property
    def warnings(self) -> list[str]:
        """What a person should know about the columns of the rows read so far, in sentences."""
        notes = []
        ours = [name for name in self._kept if name in _FIELDS]
        if self._kept:
            notes.append(
                f"{count_of(len(self._kept), 'other column')} kept beside the texts, to come back in exports: "
                f"{_list_counts(self._kept)}."
            )
        if ours:
            names = ", ".join(f"'{name}'" for name in ours)
            notes.append(
                f"The file is no export of this program, so nothing is decided by its {names}: no review, no flags, "
                "no origin of the texts."
            )
        if self._unread:
            notes.append(f"What could not be read of our own columns was left out: {_list_counts(self._unread)}.")
        return notes

    def _note_kept(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._kept or len(self._kept) < _MOST_NAMES:
                self._kept[name] += 1

    def _read_fields(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        fields = {}
        for name, adapter in _FIELDS.items():
            given = columns.get(name)
            if given is None or given == "":
                continue
            try:
                fields[name] = adapter.validate_python(given)
            except ValidationError:
                self._unread[name] += 1
        return fields


def _read_seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _list_counts(counts: Counter[str]) -> str:
    shown = ", ".join(f"'{name[:60]}' ({count_of(count, 'row')})" for name, count in counts.most_common(_SHOWN))
    return f"{shown} and {len(counts) - _SHOWN:,} more" if len(counts) > _SHOWN else shown
