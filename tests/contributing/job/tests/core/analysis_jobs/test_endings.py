"""The example job, in the worker's own process: its typed result, kept under its request."""

import queue

from attrprompt.analysis_jobs.endings import Endings, EndingsRequest
from attrprompt.analysis_jobs.request import Part, make_request
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from attrprompt.store.jobs import JobState
from attrprompt.worker.client import WorkerClient, WorkJob
from attrprompt.worker.jobs import find_result

TEXTS = ("It rained today", "The team won today", "Nobody came")


def test_endings_are_counted_by_the_worker(store, project, home):
    rows = [NewSample(item, text, "", ("World",), {}) for item, text in enumerate(TEXTS)]
    dataset = store.datasets.import_rows(project.id, "real", DatasetKind.GOLD, rows, info={})
    request = make_request(store, project, [dataset], (Part.DIVERSITY,)).ask(EndingsRequest)
    updates = queue.Queue()
    client = WorkerClient(home, updates.put)
    try:
        client.submit(WorkJob(request))
        states = []
        while not {JobState.DONE, JobState.FAILED} & set(states):
            states.append(updates.get(timeout=120).state)
    finally:
        client.close()
    assert states[-1] is JobState.DONE
    assert find_result(home, request) == Endings({"real": {"today": 2, "came": 1}})
