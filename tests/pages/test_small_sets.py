"""Data sets that give little to measure: each page shows what there is and says why the rest is missing."""

import pytest

from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.demo import first_requests
from attrprompt.errors import InputError
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.pages.helpers import read_words

SETS = {
    "one text": ["A single story of one match."],
    "all alike": ["The same story again."] * 12,
    "no words": ["\N{GRINNING FACE}"] * 12,
}


@pytest.fixture(params=SETS)
def answered(request, runtime, project):
    """A project with such a data set, and every answer that can be given."""
    label = next(label.name for _, label in project.document.ordered_labels())
    rows = [NewSample(number, text, "", (label,), {}) for number, text in enumerate(SETS[request.param])]
    runtime.store.datasets.import_rows(project.id, "small", DatasetKind.SIMPROMPT, iter(rows), info={})
    refused = []
    for asked in first_requests(runtime.store, project):
        if not isinstance(asked, MapRequest):  # UMAP is slow, and PCA shows the same
            try:
                run_job(asked, JobContext(runtime.home))
            except InputError as error:
                refused.append(str(error))
    return request.param, refused


def test_every_page_is_there(open_page, project, answered):
    name, refused = answered
    assert refused == (["A map needs at least 3 texts. Choose larger data sets."] if name == "one text" else [])
    for page in ("overview", "diversity", "embeddings", "regions"):
        assert read_words(open_page(page, project))
