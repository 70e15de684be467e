"""The class-aware filter with the real encoder on the authors' NYT folder, where that lies beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from attrprompt.analysis.encoder import REFERENCE, open_encoder
from attrprompt.elicitation.filter import Suggestion, filter_dimension
from attrprompt.exchange.attributes_folder import read_attributes_folder

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "attrprompt" / "nyt"


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the authors' files are not part of the repository")
async def test_the_filter_finds_values_that_fit_two_labels_and_says_why(tmp_path):
    project = read_attributes_folder(FOLDER).project
    encoder = open_encoder(REFERENCE, tmp_path, threads=1)
    findings = [
        row
        async for step in filter_dimension(project, project.find_dimension("subtopics"), encoder=encoder)
        for row in step.findings
    ]
    dropped = {(row.label, row.value, row.similar): row for row in findings if row.suggestion is Suggestion.DROP}
    assert ("military", "Military spending and budget allocation", "federal budget") in dropped
    assert ("abortion", "LGBTQ+ individuals and abortion access", "gay rights") in dropped
    assert ("immigration", "Border Security and Enforcement", "law enforcement") in dropped
    assert all("than to" in row.reason for row in dropped.values())
    assert len(findings) == 234
    assert len(dropped) < 30
