"""What `analyze` gives is read back from its JSON as it was."""

from __future__ import annotations

import json

import pytest

from attrprompt.analysis_jobs.result import Analysis
from attrprompt.demo import EXAMPLES, RESULTS_FOLDER


def kept_analyses():
    """The plain data of each analysis that comes with the demo."""
    every = [json.loads(path.read_text(encoding="utf-8")) for path in (EXAMPLES / RESULTS_FOLDER).glob("*.json")]
    return [plain for plain in every if "comparisons" in plain]


@pytest.mark.parametrize("plain", kept_analyses(), ids=lambda plain: "+".join(plain["datasets"]))
def test_a_kept_analysis_is_read_and_written_as_it_is(plain):
    analysis = Analysis.from_json(plain)
    assert analysis.to_json() == plain
    assert Analysis.from_json(analysis.to_json()) == analysis


def test_the_kept_analyses_show_figures_with_and_without_tables_and_single_parts():
    analyses = [Analysis.from_json(plain) for plain in kept_analyses()]
    figures = [figures for analysis in analyses for figures in analysis.datasets.values()]
    assert any(each.scopes and each.whole for each in figures)
    assert any(each.estimates and each.regions and not each.scopes for each in figures)
    assert any(each.adherence and not each.n for each in figures)
    assert any(analysis.divergences and analysis.families is None for analysis in analyses)
