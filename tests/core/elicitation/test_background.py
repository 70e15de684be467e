"""Requests in the background: stored with every reply, one at a time, and what a failure leaves."""

from __future__ import annotations

import pytest

from attrprompt.elicitation.background import Elicitations
from attrprompt.elicitation.proposals import ProposalKind
from attrprompt.elicitation.requests import ElicitationRequest
from attrprompt.errors import InputError, ProviderError
from attrprompt.llm.chat import Endpoint
from attrprompt.store.jobs import JobState
from attrprompt.store.locks import ProcessLock
from attrprompt.store.proposals import NewProposal

SECONDS = 60


@pytest.fixture
def wanted(project):
    return ElicitationRequest(ProposalKind.VALUE, project.document.find_dimension("subtopic"), n=3, embeds=False)


def endpoint_of(server) -> Endpoint:
    return Endpoint(server.base_url, "faulty-1")


def open_proposals(runtime, project):
    return runtime.store.proposals.list_some(project.id, kind=ProposalKind.VALUE, statuses=("open",))


def test_values_of_all_labels_are_stored_with_every_reply(runtime, project, wanted, faulty_server):
    server = faulty_server(script=["fenced_json"] * 20)
    elicited = (
        runtime.background(Elicitations).start(project, wanted, endpoint_of(server), title="Values").result(SECONDS)
    )
    waiting = open_proposals(runtime, project)
    assert [each.id for each in waiting] == list(elicited.proposal_ids)
    assert {each.label_id for each in waiting} == set(project.document.labels)
    assert len(runtime.store.replies.list_all(project.id)) == elicited.replies
    job = runtime.background(Elicitations).find(project.id)
    assert (job.state, job.progress) == ("done", 1.0)
    assert runtime.store.projects.head(project.id) == project.revision


def test_what_was_rejected_or_waits_does_not_come_again(runtime, project, wanted, faulty_server):
    server = faulty_server(script=["bare_json"] * 40)
    first = runtime.background(Elicitations).start(project, wanted, endpoint_of(server), title="Values").result(SECONDS)
    rejected = list(first.proposal_ids)[:2]
    runtime.store.proposals.decide(project.id, rejected, "rejected", actor="ana")
    second = (
        runtime.background(Elicitations).start(project, wanted, endpoint_of(server), title="Values").result(SECONDS)
    )
    seen = {(each.label_id, each.text) for each in first.proposals}
    assert not seen & {(each.label_id, each.text) for each in second.proposals}


def test_a_refused_key_ends_the_request_and_is_said(runtime, project, wanted, faulty_server):
    server = faulty_server(script=["auth"] * 20)
    future = runtime.background(Elicitations).start(project, wanted, endpoint_of(server), title="Values")
    with pytest.raises(ProviderError):
        future.result(SECONDS)
    job = runtime.background(Elicitations).find(project.id)
    assert job.state == "failed"
    assert "key" in job.message


def test_one_request_a_project_at_a_time(runtime, project, wanted, faulty_server):
    server = faulty_server(script=["bare_json"] * 40, latency=0.5)
    future = runtime.background(Elicitations).start(project, wanted, endpoint_of(server), title="Values")
    with pytest.raises(InputError, match="goes on"):
        runtime.background(Elicitations).start(project, wanted, endpoint_of(server), title="Values")
    runtime.background(Elicitations).stop(project.id)
    future.result(SECONDS)
    assert runtime.background(Elicitations).find(project.id).state == "cancelled"


def test_a_request_whose_process_is_gone_counts_as_closed(runtime, project):
    runtime.store.jobs.add("lost", "elicit", f"elicit:{project.id}")
    runtime.store.jobs.change("lost", JobState.RUNNING, 0.4, "Values: 2 of 5 labels")
    assert runtime.background(Elicitations).find(project.id).closed
    with ProcessLock(runtime.home / "locks" / f"elicit-{project.id}"):
        assert runtime.background(Elicitations).find(project.id).state == "running"


def test_a_check_that_fails_leaves_the_rows_of_the_last_one(runtime, project, wanted, faulty_server):
    subtopic, music = wanted.dimension_id, project.document.find_label("music")
    row = NewProposal("filter", "opera", {"value_id": "v", "text": "opera", "similar": "movies"}, subtopic, music)
    numbers = runtime.store.proposals.add(project.id, [row], maker="model:m")
    request = ElicitationRequest(ProposalKind.FILTER, subtopic, embeds=False)
    future = runtime.background(Elicitations).start(project, request, endpoint_of(faulty_server()), title="Filter")
    with pytest.raises(InputError, match="similar labels"):
        future.result(SECONDS)
    waiting = runtime.store.proposals.list_some(project.id, kind=ProposalKind.FILTER, statuses=("open",))
    assert [each.id for each in waiting] == numbers
