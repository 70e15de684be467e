"""Estimates by name, as the results of an evaluation hold and print them."""

from __future__ import annotations

from collections.abc import Mapping

from attrprompt.analysis.statistics.estimate import Estimate

Scores = Mapping[str, Estimate]
"""By metric, or by class."""
