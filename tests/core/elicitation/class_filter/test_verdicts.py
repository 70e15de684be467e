"""What a model answered, read as yes, no, or no verdict."""

from __future__ import annotations

import pytest

from attrprompt.elicitation.class_filter.control_questions import Control, ask_controls
from attrprompt.elicitation.class_filter.verdicts import Questioner, Verdict, ask_verdict, read_verdict
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.client import OpenAIChatClient
from tests.faulty_server import MODEL


class TestVerdicts:
    @pytest.mark.parametrize(
        ("reply", "verdict"),
        [
            ("Yes", "yes"),
            ("No.", "no"),
            ("**No**, it does not.", "no"),
            ("1", "yes"),
            ("0", "no"),
            ('```json\n{"answer": "yes"}\n```', "yes"),
            ("Yes and no.", "no verdict"),
            ("It depends", "no verdict"),
            ("I would say yes", "no verdict"),
            ("", "no verdict"),
            ("11", "no verdict"),
            ("none", "no verdict"),
        ],
    )
    def test_only_a_clear_yes_or_no_counts(self, reply, verdict):
        assert read_verdict(reply) == verdict


class TestThinking:
    async def test_a_verdict_is_read_from_the_answer_alone(self, faulty_server):
        server = faulty_server(answer=lambda body: "<think>Yes? About Paris.</think>No.")
        asked = await ask(server)
        assert asked.verdict == "no"
        assert "Paris" in asked.replies[0].raw

    async def test_a_model_that_only_thinks_is_asked_once_and_the_controls_say_so(self, faulty_server):
        server = faulty_server(usual="only_thinking")
        asked = await ask(server, max_tokens=64)
        assert (asked.verdict, len(server.asked)) == ("no verdict", 1)
        assert "all 64 tokens for thinking" in asked.gave_up
        client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
        result = await ask_controls(Questioner(client, MODEL), [Control(QUESTION, Verdict.YES)])
        await client.close()
        assert not result.is_trusted
        assert "--max-tokens" in result.sentence


QUESTION = [{"role": "user", "content": "Does it fit? Answer with one word: yes or no."}]


async def ask(server, **options):
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    try:
        return await ask_verdict(client, MODEL, QUESTION, **options)
    finally:
        await client.close()
