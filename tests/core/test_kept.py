"""How a kept dataclass stands in JSON, and that each one of the core can be written and read."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SerializerFunctionWrapHandler, TypeAdapter, ValidationError, model_serializer, model_validator

import attrprompt
from attrprompt.errors import InputError
from attrprompt.kept import Flat, Kept, LeftOut, LeftOutEmpty
from attrprompt.worker.jobs import JOB_MODULES, JOBS, ArrayResult, find_kind
from tests.kept import assert_comes_back


@dataclass(frozen=True)
class Swapped(Kept):
    """Its own hooks write the pair the other way round."""

    pair: tuple[int, str]

    @model_serializer(mode="wrap")
    def _swap(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"riap": write(self)["pair"][::-1]}

    @model_validator(mode="before")
    @classmethod
    def _swap_back(cls, plain: Mapping[str, Any]) -> dict[str, Any]:
        return {"pair": plain["riap"][::-1]}


@dataclass(frozen=True, slots=True)
class Plain(Kept):
    """Parts of every kind."""

    texts: dict[int, tuple[str, ...]]
    swapped: Mapping[str, Swapped]
    share: float | None
    setting: str | int | float = 1


@dataclass(frozen=True)
class Spread(Kept):
    """Scores among the other keys."""

    n: int
    scores: Flat[Mapping[str, float]]
    note: LeftOutEmpty[str] = ""
    swapped: LeftOut[Swapped] = None


@dataclass(frozen=True)
class Holder(Kept):
    """A class of ours among the other keys, or none."""

    name: str
    spread: Flat[Spread | None] = None


PLAIN = Plain({3: ("a", "b")}, {"one": Swapped((1, "x"))}, 0.5)


@pytest.mark.parametrize(
    ("kept", "printed"),
    [
        (PLAIN, '{"texts": {"3": ["a", "b"]}, "swapped": {"one": {"riap": ["x", 1]}}, "share": 0.5, "setting": 1}'),
        (Plain({}, {}, None, 1.0), '{"texts": {}, "swapped": {}, "share": null, "setting": 1.0}'),
        (Spread(2, {"f1": 0.1}), '{"n": 2, "f1": 0.1}'),
        (Spread(2, {}, "few", Swapped((1, "x"))), '{"n": 2, "note": "few", "swapped": {"riap": ["x", 1]}}'),
        (Holder("a"), '{"name": "a"}'),
        (Holder("a", Spread(2, {"f1": 0.1})), '{"name": "a", "n": 2, "f1": 0.1}'),
    ],
)
def test_the_parts_stand_in_json_as_they_are_annotated(kept, printed):
    assert json.dumps(kept.to_json()) == printed
    assert_comes_back(kept)


def test_tuples_and_numbers_as_keys_come_back():
    again = Plain.from_json(json.loads(json.dumps(PLAIN.to_json())))
    assert (again.texts, again.swapped["one"].pair) == ({3: ("a", "b")}, (1, "x"))


def test_what_no_number_is_stays_for_the_writer_to_refuse():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json.dumps(Plain({}, {}, float("nan")).to_json(), allow_nan=False)


@pytest.mark.parametrize("plain", [{"texts": {}, "swapped": {}}, {"texts": {}, "swapped": {}, "share": "much"}])
def test_plain_data_of_something_else_is_refused(plain):
    with pytest.raises(ValidationError):
        Plain.from_json(plain)


def list_kept(base=Kept):
    return [kept for child in base.__subclasses__() for kept in (child, *list_kept(child))]


def test_every_kept_class_of_the_core_can_be_read():
    for module in pkgutil.walk_packages(attrprompt.__path__, "attrprompt."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kept = [one for one in list_kept() if one.__module__.startswith("attrprompt.")]
    assert len(kept) > 50
    for one in kept:
        TypeAdapter(one)  # refuses an annotation whose type is not imported


def test_the_result_of_every_job_is_kept_as_json_or_as_arrays():
    with pytest.raises(InputError):
        find_kind("nothing")  # imports them all
    results = [job.result for job in JOBS.values() if job.result.__module__.startswith("attrprompt.")]
    assert len(results) >= len(JOB_MODULES)
    assert all(issubclass(result, Kept) or issubclass(result, ArrayResult) for result in results)
