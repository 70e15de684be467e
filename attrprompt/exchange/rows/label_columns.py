"""Which columns of a file hold the labels, where no name says so or a better one stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from attrprompt.exchange.rows.label_cells import list_members, read_answer, read_position
from attrprompt.exchange.rows.record_source import Record, RecordSource, Tally

_NAMES_BESIDE = ("{}_text", "{}_name", "{}_names", "{}_str", "text_{}")
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
            return _gather(source, several)
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
    hot = [name for name in source.columns if is_known(name) and _holds_answers(head, name)]
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
    for form in _NAMES_BESIDE:
        beside = folded.get(form.format(column.strip().casefold()))
        names = [values.get(beside) for values in head] if beside else []
        if any(isinstance(name, str) and name.strip() and read_position(name) is None for name in names):
            remark = f"The labels were read from '{beside}', which names what '{column}' numbers."
            return replace(source, label_column=beside, remarks=[*source.remarks, remark])
    return replace(source, label_column=column)


def _gather(source: RecordSource, columns: Sequence[str]) -> RecordSource:
    """The source with one column of lists in place of columns that say yes or no to one label each."""
    name = "labels"
    while name in source.columns:
        name += "_"
    make_rows, wanted = source.make_rows, frozenset(columns)
    shown = ", ".join(f"'{column}'" for column in columns[:_SHOWN]) + (" …" if len(columns) > _SHOWN else "")
    return replace(
        source,
        columns=(*(column for column in source.columns if column not in wanted), name),
        make_rows=lambda tally: _gather_all(make_rows(tally), columns, name, tally),
        label_column=name,
        remarks=[*source.remarks, f"The columns {shown} were read as labels: a text has those that say 1."],
    )


def _gather_all(records: Iterator[Record], columns: Sequence[str], name: str, tally: Tally) -> Iterator[Record]:
    for record in records:
        if record.problem:
            yield record
            continue
        values = dict(record.values)
        answers = {column: read_answer(values.pop(column, None)) for column in columns}
        if None in answers.values():
            tally.add("held something else than 0 or 1 in the column of a label; it counts as 0", record.row)
        values[name] = [column for column, says_yes in answers.items() if says_yes]
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
