"""Which columns of a file hold the labels, where no name says so or a better one stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from attrprompt.exchange.rows.label_cells import list_members, read_answer, read_position
from attrprompt.exchange.rows.record_source import Record, RecordSource, Tally

_BESIDE = ("{}text", "{}name", "{}names", "{}str", "text{}", "name{}")
_PREFIX = re.compile(r"[_.:/\- ]+")
_SHOWN = 10


def find_labels(
    source: RecordSource, named: str | None, guesses: Sequence[str], is_known: Callable[[str], bool] | None
) -> RecordSource:
    """The source with `label_column` set, if that can be told; the labels of several columns are gathered in one.

    Args:
        source: a file of rows.
        named: what a person named: a column, or several with commas between them.
        guesses: names of columns that hold labels, in lower case.
        is_known: whether the project has a label; None without a project.
    """
    head = [record.values for record in source.read_head() if not record.problem]
    if named is not None:
        several = [name.strip() for name in named.split(",")]
        if named not in source.columns and len(several) > 1 and set(several) <= set(source.columns):
            return _gather(source, {name: name for name in several})
        return replace(source, label_column=named)
    if source.label_column is not None:
        return source
    folded = {name.strip().casefold(): name for name in reversed(source.columns)}
    guess = next((folded[name] for name in guesses if name in folded), None)
    if guess is not None:
        return _prefer_names(source, guess, folded, head)
    chosen = [name for name in source.columns if any(_holds_choices(values.get(name)) for values in head)]
    if len(chosen) == 1:
        remark = f"The labels were read from '{chosen[0]}', which holds answers of Label Studio."
        return replace(source, label_column=chosen[0], remarks=[*source.remarks, remark])
    if is_known is None:
        return source
    hot = {name: label for name in source.columns if (label := _find_label(name, is_known))}
    hot = {name: label for name, label in hot.items() if _holds_answers(head, name)}
    if len(hot) > 1:
        return _gather(source, hot)
    labelled = [name for name in source.columns if _holds_labels(head, name, is_known)]
    if len(labelled) != 1:
        return source
    remark = f"The labels were read from '{labelled[0]}', as it holds names of the project's labels."
    return replace(source, label_column=labelled[0], remarks=[*source.remarks, remark])


def _prefer_names(
    source: RecordSource, column: str, folded: Mapping[str, str], head: Sequence[Mapping[str, Any]]
) -> RecordSource:
    """The column that names what `column` only numbers, where there is one."""
    numbers = [member for values in head for member in list_members(values.get(column))]
    if column in source.class_names or not numbers or any(read_position(number) is None for number in numbers):
        return replace(source, label_column=column)
    joined = {_PREFIX.sub("", name): own for name, own in folded.items()}
    for form in _BESIDE:
        beside = joined.get(form.format(_PREFIX.sub("", column.casefold())))
        names = [values.get(beside) for values in head] if beside else []
        if any(isinstance(name, str) and name.strip() and read_position(name) is None for name in names):
            remark = f"The labels were read from '{beside}', which names what '{column}' numbers."
            return replace(source, label_column=beside, remarks=[*source.remarks, remark])
    return replace(source, label_column=column)


def _find_label(column: str, is_known: Callable[[str], bool]) -> str:
    """The label that a column is named after, a prefix before it or not, as pandas makes dummies; "" for none."""
    names = [column, *(column[found.end() :] for found in _PREFIX.finditer(column))]
    return next((name for name in names if is_known(name)), "")


def _gather(source: RecordSource, columns: Mapping[str, str]) -> RecordSource:
    """The source with one column of lists in place of columns that say yes or no to one label each.

    Args:
        columns: the label of each column.
    """
    name = "labels"
    while name in source.columns:
        name += "_"
    make_rows = source.make_rows
    shown = ", ".join(f"'{column}'" for column in list(columns)[:_SHOWN]) + (" …" if len(columns) > _SHOWN else "")
    return replace(
        source,
        columns=(*(column for column in source.columns if column not in columns), name),
        make_rows=lambda tally: _gather_all(make_rows(tally), columns, name, tally),
        label_column=name,
        remarks=[*source.remarks, f"The columns {shown} were read as labels: a text has those that say 1."],
    )


def _gather_all(records: Iterator[Record], columns: Mapping[str, str], name: str, tally: Tally) -> Iterator[Record]:
    for record in records:
        if record.problem:
            yield record
            continue
        values = dict(record.values)
        answers = {column: read_answer(values.pop(column, None)) for column in columns}
        if None in answers.values():
            tally.add("held something else than 0 or 1 in the column of a label; it counts as 0", record.row)
        values[name] = [columns[column] for column, says_yes in answers.items() if says_yes]
        yield replace(record, values=values)


def _holds_choices(value: Any) -> bool:
    """Whether a cell is an answer of Label Studio, in JSON or as CSV holds it."""
    if isinstance(value, Mapping):
        return "choices" in value
    return isinstance(value, str) and value.startswith('{"choices"')


def _holds_answers(head: Sequence[Mapping[str, Any]], column: str) -> bool:
    answers = [read_answer(values.get(column)) for values in head]
    return None not in answers and bool(answers)


def _holds_labels(head: Sequence[Mapping[str, Any]], column: str, is_known: Callable[[str], bool]) -> bool:
    members = [member for values in head for member in list_members(values.get(column))]
    return bool(members) and all(
        isinstance(member, str) and read_position(member) is None and is_known(member) for member in members
    )
