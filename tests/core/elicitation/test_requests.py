"""Requests to a model, from the endpoint into the store: in the background, and on the command line."""

from __future__ import annotations

import json

import pytest

from attrprompt import edits
from attrprompt.cli import main
from attrprompt.elicitation.background import Elicitations
from attrprompt.elicitation.proposals import ProposalKind
from attrprompt.elicitation.requests import ElicitationRequest, carry_out
from attrprompt.errors import InputError, ProviderError, WorkerError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.project import Project
from attrprompt.runtime.runtime import close_runtime, open_runtime
from attrprompt.store.jobs import JobState
from attrprompt.store.locks import ProcessLock
from attrprompt.store.proposals import NewProposal
from tests.word_encoder import WordEncoder

SECONDS = 60


@pytest.fixture
def runtime(tmp_path):
    yield open_runtime(tmp_path)
    close_runtime(tmp_path)


@pytest.fixture
def made(runtime):
    document = edits.add_labels(Project(), ["music", "movies"])
    document = edits.add_dimension(document, "subtopic", class_dependent=True)
    return runtime.store.projects.create("Arts", document, owner="ana", source="test")


@pytest.fixture
def wanted(made):
    return ElicitationRequest(ProposalKind.VALUE, made.document.find_dimension("subtopic"), n=3, embeds=False)


def endpoint_of(server) -> Endpoint:
    return Endpoint(server.base_url, "faulty-1")


def open_proposals(runtime, made):
    return runtime.store.proposals.list_some(made.id, kind=ProposalKind.VALUE, statuses=("open",))


def run(arguments, capsys) -> tuple[int, dict]:
    status = main(arguments)
    return status, json.loads(capsys.readouterr().out or "{}")


def test_values_of_all_labels_are_stored_with_every_reply(runtime, made, wanted, faulty_server):
    server = faulty_server(script=["fenced_json"] * 20)
    elicited = runtime.background(Elicitations).start(made, wanted, endpoint_of(server), title="Values").result(SECONDS)
    waiting = open_proposals(runtime, made)
    assert [each.id for each in waiting] == list(elicited.proposal_ids)
    assert {each.label_id for each in waiting} == set(made.document.labels)
    assert len(runtime.store.replies.list_all(made.id)) == elicited.replies
    job = runtime.background(Elicitations).find(made.id)
    assert (job.state, job.progress) == ("done", 1.0)
    assert runtime.store.projects.head(made.id) == made.revision


def test_what_was_rejected_or_waits_does_not_come_again(runtime, made, wanted, faulty_server):
    server = faulty_server(script=["bare_json"] * 40)
    first = runtime.background(Elicitations).start(made, wanted, endpoint_of(server), title="Values").result(SECONDS)
    rejected = list(first.proposal_ids)[:2]
    runtime.store.proposals.decide(made.id, rejected, "rejected", actor="ana")
    second = runtime.background(Elicitations).start(made, wanted, endpoint_of(server), title="Values").result(SECONDS)
    seen = {(each.label_id, each.text) for each in first.proposals}
    assert not seen & {(each.label_id, each.text) for each in second.proposals}


def test_a_refused_key_ends_the_request_and_is_said(runtime, made, wanted, faulty_server):
    server = faulty_server(script=["auth"] * 20)
    future = runtime.background(Elicitations).start(made, wanted, endpoint_of(server), title="Values")
    with pytest.raises(ProviderError):
        future.result(SECONDS)
    job = runtime.background(Elicitations).find(made.id)
    assert job.state == "failed"
    assert "key" in job.message


def test_one_request_a_project_at_a_time(runtime, made, wanted, faulty_server):
    server = faulty_server(script=["bare_json"] * 40, latency=0.5)
    future = runtime.background(Elicitations).start(made, wanted, endpoint_of(server), title="Values")
    with pytest.raises(InputError, match="goes on"):
        runtime.background(Elicitations).start(made, wanted, endpoint_of(server), title="Values")
    runtime.background(Elicitations).stop(made.id)
    future.result(SECONDS)
    assert runtime.background(Elicitations).find(made.id).state == "cancelled"


def test_a_request_whose_process_is_gone_counts_as_closed(runtime, made):
    runtime.store.jobs.add("lost", "elicit", f"elicit:{made.id}")
    runtime.store.jobs.change("lost", JobState.RUNNING, 0.4, "Values: 2 of 5 labels")
    assert runtime.background(Elicitations).find(made.id).closed
    with ProcessLock(runtime.home / "locks" / f"elicit-{made.id}"):
        assert runtime.background(Elicitations).find(made.id).state == "running"


@pytest.mark.parametrize("reply", ["fenced_json", "numbered", "prose_json", "broken_json"])
def test_the_command_line_reads_what_servers_without_schemas_send(
    runtime, made, faulty_server, tmp_path, capsys, reply
):
    server = faulty_server(script=[reply] * 20)
    arguments = [
        "elicit",
        "Arts",
        "values",
        "subtopic",
        "--label",
        "music",
        "--n",
        "3",
        "--accept",
        "--json",
        "--no-embed",
    ]
    endpoint = ["--base-url", server.base_url, "--model", "faulty-1", "--home", str(tmp_path)]
    status, printed = run([*arguments, *endpoint], capsys)
    assert status == 0
    assert [each["label"] for each in printed["proposed"]] == ["music"] * 3
    store = open_runtime(tmp_path).store
    document = store.projects.find("Arts").document
    values = document.dimensions[document.find_dimension("subtopic")].values_for(document.find_label("music"))
    assert [value.text for _, value in values] == [each["text"] for each in printed["proposed"]]


def test_nonsense_exits_3_and_is_kept_raw(runtime, made, faulty_server, tmp_path, capsys):
    server = faulty_server(script=["nonsense"] * 20)
    arguments = ["elicit", "Arts", "values", "subtopic", "--label", "music", "--json", "--home", str(tmp_path)]
    status, printed = run([*arguments, "--base-url", server.base_url, "--model", "faulty-1"], capsys)
    assert (status, printed["proposed"]) == (3, [])
    replies = open_runtime(tmp_path).store.replies.list_all(made.id, only_problems=True)
    assert len(replies) == printed["unread"] > 0


def test_progress_goes_to_stderr_after_each_reply_and_only_forward(runtime, made, faulty_server, tmp_path, capsys):
    server = faulty_server(script=["numbered"] * 20)
    arguments = ["elicit", "Arts", "values", "subtopic", "--n", "7", "--no-embed", "--json", "--home", str(tmp_path)]
    assert main([*arguments, "--base-url", server.base_url, "--model", "faulty-1"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert "5 of 14 values" in told[1]
    shares = [int(line.split("%")[0]) for line in told if "% " in line]
    assert len(shares) == len(server.asked) + 2  # and a line for each label that is done
    assert shares == sorted(shares)
    assert "2 of 2 labels, 10 of 14 values" in told[-1]


@pytest.mark.slow
def test_the_command_line_asks_the_embedded_model(runtime, made, tmp_path, capsys):
    arguments = ["elicit", "Arts", "values", "subtopic", "--label", "music", "--n", "2", "--seed", "1", "--no-embed"]
    status, printed = run([*arguments, "--json", "--home", str(tmp_path)], capsys)
    assert status == 0
    assert {each["label"] for each in printed["proposed"]} == {"music"}
    assert printed["replies"] > printed["unread"]


def test_a_check_that_fails_leaves_the_rows_of_the_last_one(runtime, made, wanted, faulty_server):
    subtopic, music = wanted.dimension_id, made.document.find_label("music")
    row = NewProposal("filter", "opera", {"value_id": "v", "text": "opera", "similar": "movies"}, subtopic, music)
    numbers = runtime.store.proposals.add(made.id, [row], maker="model:m")
    request = ElicitationRequest(ProposalKind.FILTER, subtopic, embeds=False)
    future = runtime.background(Elicitations).start(made, request, endpoint_of(faulty_server()), title="Filter")
    with pytest.raises(InputError, match="similar labels"):
        future.result(SECONDS)
    waiting = runtime.store.proposals.list_some(made.id, kind=ProposalKind.FILTER, statuses=("open",))
    assert [each.id for each in waiting] == numbers


def test_values_without_a_dimension_are_a_usage_error(runtime, made, tmp_path, capsys):
    assert main(["elicit", "Arts", "values", "--home", str(tmp_path)]) == 2
    assert "DIMENSION" in capsys.readouterr().err


class Forgetful:
    """An encoder that fails, as one does whose worker was ended."""

    id = "forgetful"
    dimension = 3

    def encode(self, texts):
        raise WorkerError("The worker ended.")


@pytest.mark.parametrize(("encoder", "near"), [(WordEncoder(), "tidal power Orkney"), (Forgetful(), "")])
async def test_near_synonyms_are_flagged_after_the_proposals_are_there(runtime, made, faulty_server, encoder, near):
    document = edits.add_dimension(made.document, "theme")
    theme = document.find_dimension("theme")
    document = edits.add_values(document, theme, ["tidal power Orkney"]).project
    project = runtime.store.projects.save(made.id, made, document, actor="ana", summary="theme")
    server = faulty_server(by_prompt={"theme": ["bare_json"]})
    client = OpenAIChatClient(endpoint_of(server))
    request = ElicitationRequest(ProposalKind.VALUE, theme, n=5)
    elicited = await carry_out(runtime.store, project, request, client, "faulty-1", encoder=encoder)
    await client.close()
    kept = runtime.store.proposals.list_some(made.id, kind=ProposalKind.VALUE, dimension_id=theme)
    assert len(kept) == len(elicited.proposal_ids) == 5
    assert kept[0].payload["near"] == near
    assert bool(elicited.problems) is not bool(near)
