"""What `analyze` gives is read back from its JSON as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attrprompt.analysis.texts.duplicates import DuplicatePair
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis_jobs.duplicates import measure_duplicates
from attrprompt.analysis_jobs.request import AnalyzeRequest
from attrprompt.analysis_jobs.result import Analysis, DatasetFigures
from attrprompt.demo import EXAMPLES, RESULTS_FOLDER
from attrprompt.worker.context import JobContext
from tests.kept import assert_comes_back


def kept_analyses():
    """The plain data of each analysis that comes with the demo."""
    every = [json.loads(path.read_text(encoding="utf-8")) for path in (EXAMPLES / RESULTS_FOLDER).glob("*.json")]
    return [plain for plain in every if "comparisons" in plain]


@pytest.mark.parametrize("plain", kept_analyses(), ids=lambda plain: "+".join(plain["datasets"]))
def test_a_kept_analysis_is_read_and_written_as_it_is(plain):
    analysis = Analysis.from_json(plain)
    assert analysis.to_json() == plain
    assert_comes_back(analysis)


def test_the_kept_analyses_show_figures_with_and_without_tables_and_single_parts():
    analyses = [Analysis.from_json(plain) for plain in kept_analyses()]
    datasets = [figures for analysis in analyses for figures in analysis.datasets.values()]
    assert any(figures.scopes and figures.whole for figures in datasets)
    assert any(figures.estimates and figures.regions and not figures.scopes for figures in datasets)
    assert any(figures.adherence and not figures.n for figures in datasets)
    assert any(analysis.divergences and analysis.families is None for analysis in analyses)


def test_repeated_texts_are_read_as_they_were_found():
    twice = AnalysisSet("twice", ["One day in May.", "Another text.", "One day  in may."], ["a"] * 3, items=[4, 5, 9])
    found = measure_duplicates(AnalyzeRequest(datasets=(), contents=(), only=()), twice, JobContext(Path()))
    assert found.pairs == (DuplicatePair(9, 4, 1.0, exact=True),)
    assert_comes_back(DatasetFigures(duplicates=found))
