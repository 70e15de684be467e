"""What is asked anew after a ruling: only what looks for places, because the rest can have no other answer."""

import pytest

from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.analysis_jobs.names import NamesRequest
from attrprompt.analysis_jobs.neighbourhood import NeighbourhoodRequest
from attrprompt.analysis_jobs.request import AnalyzeRequest, Part, make_request
from attrprompt.analysis_jobs.wording import WordingRequest
from attrprompt.worker.jobs import hash_input


@pytest.mark.parametrize(
    ("kind", "part", "is_asked_anew"),
    [
        (AnalyzeRequest, Part.DIVERSITY, False),
        (AnalyzeRequest, Part.SIMILARITY, False),
        (AnalyzeRequest, Part.DUPLICATES, False),
        (AnalyzeRequest, Part.REGIONS, True),
        (AnalyzeRequest, Part.ADHERENCE, True),
        (WordingRequest, Part.DIVERSITY, False),
        (MapRequest, Part.SIMILARITY, False),
        (NeighbourhoodRequest, Part.SIMILARITY, True),  # it names the region of each text
        (NamesRequest, Part.REGIONS, True),
    ],
)
def test_a_ruling_asks_anew_only_what_looks_for_places(store, project, make_run, kind, part, is_asked_anew):
    dataset = make_run(project, texts=lambda item: f"Report {item.item} from Georgia").dataset

    def ask():
        return hash_input(make_request(store, project, [dataset], (part,)).ask(kind))

    before = ask()
    store.rulings.save(project.id, "Georgia", country="", continent="", actor="ana")
    assert (ask() != before) == is_asked_anew
