"""Estimates by name, as the results of an evaluation hold and print them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrprompt.analysis.statistics.estimate import Estimate

Scores = Mapping[str, Estimate]
"""By metric, or by class."""


def print_scores(scores: Scores) -> dict[str, Any]:
    """Estimates by name, as results print them."""
    return {name: estimate.to_json() for name, estimate in scores.items()}


def read_scores(plain: Mapping[str, Any]) -> dict[str, Estimate]:
    """The estimates of which this is the plain data."""
    return {name: Estimate.from_json(each) for name, each in plain.items()}


def read_others(plain: Mapping[str, Any], known: Collection[str]) -> dict[str, Estimate]:
    """The scores among other fields."""
    return read_scores({name: each for name, each in plain.items() if name not in known})
