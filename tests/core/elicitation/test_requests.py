"""One request carried out: near synonyms are flagged once the proposals are there."""

from __future__ import annotations

import pytest

from attrprompt import edits
from attrprompt.elicitation.proposals import ProposalKind
from attrprompt.elicitation.requests import ElicitationRequest, carry_out
from attrprompt.errors import WorkerError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from tests.word_encoder import WordEncoder


def endpoint_of(server) -> Endpoint:
    return Endpoint(server.base_url, "faulty-1")


class Forgetful:
    """An encoder that fails, as one does whose worker was ended."""

    id = "forgetful"
    dimension = 3

    def encode(self, texts):
        raise WorkerError("The worker ended.")


@pytest.mark.parametrize(("encoder", "near"), [(WordEncoder(), "tidal power Orkney"), (Forgetful(), "")])
async def test_near_synonyms_are_flagged_after_the_proposals_are_there(runtime, project, faulty_server, encoder, near):
    document = edits.add_dimension(project.document, "theme")
    theme = document.find_dimension("theme")
    document = edits.add_values(document, theme, ["tidal power Orkney"]).project
    changed = runtime.store.projects.save(project.id, project, document, actor="ana", summary="theme")
    server = faulty_server(by_prompt={"theme": ["bare_json"]})
    client = OpenAIChatClient(endpoint_of(server))
    request = ElicitationRequest(ProposalKind.VALUE, theme, n=5)
    elicited = await carry_out(runtime.store, changed, request, client, "faulty-1", encoder=encoder)
    await client.close()
    kept = runtime.store.proposals.list_some(project.id, kind=ProposalKind.VALUE, dimension_id=theme)
    assert len(kept) == len(elicited.proposal_ids) == 5
    assert kept[0].payload["near"] == near
    assert bool(elicited.problems) is not bool(near)
