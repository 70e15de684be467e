"""The nested exports of annotation tools, made flat: columns of texts, and one for each question that was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from attrprompt.exchange.rows.record_source import Record, RecordSource, Tally, list_columns

Values = Mapping[str, Any]
_SUBMITTED = ("submitted", "completed", None)


@dataclass(frozen=True)
class _Tool:
    """A tool's export.

    Attributes:
        name: of the tool.
        fits: whether the first record is of this form.
        flatten: a record's values and its questions with their answers; counts in the tally what was decided.
    """

    name: str
    fits: Callable[[Values], bool]
    flatten: Callable[[Values, Tally, int], tuple[dict[str, Any], dict[str, Any]]]


def flatten_export(source: RecordSource) -> RecordSource:
    """The source with plain columns, where it is the export of a tool; else as it is."""
    head = source.read_head()
    first = next((record.values for record in head if not record.problem), {})
    tool = next((tool for tool in _TOOLS if tool.fits(first)), None)
    if tool is None:
        return source
    scratch = Tally()
    flat = [tool.flatten(record.values, scratch, record.row) for record in head if tool.fits(record.values)]
    questions = dict.fromkeys(name for _, answers in flat for name in answers)
    texts = {
        name
        for values, _ in flat
        for name, value in values.items()
        if isinstance(value, str) and name in _list_contents(first)
    }
    make_rows = source.make_rows
    return replace(
        source,
        columns=list_columns(Record(0, {**values, **answers}) for values, answers in flat),
        make_rows=lambda tally: _flatten_all(tool, make_rows(tally), tally),
        text_column=next(iter(texts)) if len(texts) == 1 else None,
        label_column=next(iter(questions)) if len(questions) == 1 else None,
        remarks=[*source.remarks, f"'{source.path.name}' was read as an export of {tool.name}."],
    )


def _flatten_all(tool: _Tool, records: Iterator[Record], tally: Tally) -> Iterator[Record]:
    for record in records:
        if record.problem:
            yield record
            continue
        if not tool.fits(record.values):
            yield Record(record.row, {}, f"is no record of {tool.name} like the others")
            continue
        values, answers = tool.flatten(record.values, tally, record.row)
        yield replace(record, values={**values, **answers})


def _list_contents(first: Values) -> Values:
    """The fields that people annotated, among which the text is."""
    for name in ("data", "fields", "inputs"):
        if isinstance(first.get(name), Mapping):
            return first[name]  # type: ignore[no-any-return]
    return first


# --- Label Studio: tasks with annotations, each a list of results ---


def _flatten_label_studio(record: Values, tally: Tally, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
    values = dict(record["data"])
    if "id" in record:
        values.setdefault("id", record["id"])
    given = record.get("annotations", record.get("completions"))
    answers = [
        _read_results(annotation)
        for annotation in sorted(_list_mappings(given), key=lambda annotation: not annotation.get("ground_truth"))
        if not annotation.get("was_cancelled")
    ]
    return values, _choose_answers(answers, tally, row)


def _read_results(annotation: Values) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for result in _list_mappings(annotation.get("result")):
        value = result.get("value")
        choices = value.get("choices") if isinstance(value, Mapping) else None
        if isinstance(choices, list):
            found.setdefault(str(result.get("from_name") or "label"), []).extend(map(str, choices))
    return found


# --- Argilla: fields, with responses of people and suggestions of models ---


def _flatten_argilla(record: Values, tally: Tally, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
    values = {**_as_mapping(record.get("metadata")), **record["fields"]}
    if "id" in record:
        values.setdefault("id", record["id"])
    responses, suggestions = record.get("responses"), record.get("suggestions")
    answers: list[dict[str, Any]] = []
    if isinstance(responses, Mapping):  # by question, then by person
        for question, given in responses.items():
            answers += [
                {str(question): response.get("value")}
                for response in _list_mappings(given)
                if response.get("status") in _SUBMITTED
            ]
    for response in _list_mappings(responses):  # by person, then by question
        if response.get("status") in _SUBMITTED:
            by_question = _as_mapping(response.get("values"))
            answers.append({str(name): _as_mapping(value).get("value", value) for name, value in by_question.items()})
    found = _choose_answers(answers, tally, row)
    suggested = suggestions if isinstance(suggestions, Mapping) else {}
    if not isinstance(suggestions, Mapping):
        suggested = {str(given.get("question_name") or "label"): given for given in _list_mappings(suggestions)}
    for question, given in suggested.items():
        if question not in found:
            found[str(question)] = _as_mapping(given).get("value")
            tally.add("had no answer of a person; the suggestion of a model was taken", row)
    return values, found


def _fits_argilla_columns(record: Values) -> bool:
    return any(name.endswith((".responses", ".suggestion", "-suggestion")) for name in record)


def _flatten_argilla_columns(record: Values, tally: Tally, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same as a table, one column each for the answers, the people and the suggestions of a question."""
    suffixes = (".responses", ".suggestion", "-suggestion")
    questions = dict.fromkeys(name[: -len(end)] for name in record for end in suffixes if name.endswith(end))
    values = {name: value for name, value in record.items() if not name.startswith(tuple(questions))}
    found: dict[str, Any] = {}
    for question in questions:
        given = record.get(f"{question}.responses", record.get(question))
        states = record.get(f"{question}.responses.status")
        answers = [
            {question: response.get("value") if isinstance(response, Mapping) else response}
            for number, response in enumerate(given if isinstance(given, list) else ())
            if (response.get("status") if isinstance(response, Mapping) else _pick(states, number)) in _SUBMITTED
        ]
        found |= _choose_answers(answers, tally, row)
        suggested = record.get(f"{question}.suggestion", record.get(f"{question}-suggestion"))
        if question not in found and suggested is not None:
            found[question] = suggested
            tally.add("had no answer of a person; the suggestion of a model was taken", row)
        found.setdefault(question, None)
    return values, found


def _flatten_argilla_first(record: Values, tally: Tally, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Argilla before its second version: one question, called annotation."""
    values = {**_as_mapping(record.get("metadata")), **_as_mapping(record.get("inputs"))}
    if isinstance(record.get("text"), str):
        values.setdefault("text", record["text"])
    if "id" in record:
        values.setdefault("id", record["id"])
    annotation = record.get("annotation")
    predicted = sorted(_list_mappings(record.get("prediction")), key=lambda guess: -_as_number(guess.get("score")))
    if annotation in (None, "", []) and predicted:
        annotation = predicted[0].get("label")
        tally.add("had no answer of a person; the suggestion of a model was taken", row)
    return values, {"annotation": annotation}


# --- doccano writes plain rows, in its older versions with the text under another name ---


def _flatten_doccano(record: Values, tally: Tally, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
    values = {name: value for name, value in record.items() if name not in ("data", "label")}
    return {"data": record["data"], **values}, {"label": record["label"]}


# --- Prodigy writes rows with an answer, which may be that the label is wrong ---


def _flatten_prodigy(record: Values, tally: Tally, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
    values = {name: value for name, value in record.items() if name not in ("label", "accept", "options")}
    label = record.get("accept", record.get("label"))
    if record["answer"] != "accept":
        label = None
        tally.add("came rejected or ignored by the annotator, without a label", row)
    return values, {"label": label}


_TOOLS = (
    _Tool(
        "Label Studio",
        lambda first: isinstance(first.get("data"), Mapping) and ("annotations" in first or "completions" in first),
        _flatten_label_studio,
    ),
    _Tool(
        "Argilla",
        lambda first: isinstance(first.get("fields"), Mapping) and ("responses" in first or "suggestions" in first),
        _flatten_argilla,
    ),
    _Tool("Argilla", _fits_argilla_columns, _flatten_argilla_columns),
    _Tool("Argilla", lambda first: first.keys() >= {"inputs", "annotation", "prediction"}, _flatten_argilla_first),
    _Tool("Prodigy", lambda first: first.keys() >= {"_input_hash", "answer"}, _flatten_prodigy),
    _Tool(
        "doccano",
        lambda first: isinstance(first.get("data"), str) and "label" in first and "text" not in first,
        _flatten_doccano,
    ),
)


def _choose_answers(answers: list[dict[str, Any]], tally: Tally, row: int) -> dict[str, Any]:
    """The first answer to each question; that others differ is counted."""
    chosen: dict[str, Any] = {}
    differ = False
    for answer in answers:
        for question, given in answer.items():
            differ |= question in chosen and _as_set(chosen[question]) != _as_set(given)
            chosen.setdefault(question, given)
    if differ:
        tally.add("had different answers of several people; the first one was taken", row)
    return chosen


def _as_set(value: Any) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset({str(value)})


def _as_mapping(value: Any) -> Values:
    """An object; one that was written as text is read."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}


def _as_number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _list_mappings(value: Any) -> list[Values]:
    return [member for member in value if isinstance(member, Mapping)] if isinstance(value, list) else []


def _pick(values: Any, number: int) -> Any:
    return values[number] if isinstance(values, list) and number < len(values) else None
