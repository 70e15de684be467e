import asyncio
import json

import pytest

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.generation.metaprompt.writing import write_meta_prompts
from attrprompt.generation.plans.plan import PlanOptions, make_plan, plan_label_sets
from attrprompt.llm.asking import PatientClient
from attrprompt.llm.chat import ChatReply
from attrprompt.presets import load_preset
from attrprompt.project import Method
from tests.core.sampling.strategies import make_project

PROJECT = make_project([2], labels=("x", "y"), text="story")


class ScriptedClient:
    """Answers with a function of the request's last message and the number of requests so far."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []

    async def complete(self, request):
        self.requests.append(request)
        text = self.answer(request.messages[-1]["content"], len(self.requests))
        if isinstance(text, Exception):
            raise text
        return ChatReply(text, "stop", 10, 20, "m", None, 0.1)

    async def close(self):
        pass


class NoWait:
    def monotonic(self):
        return 0.0

    async def sleep(self, seconds):
        await asyncio.sleep(0)


def write(client, k=3, project=PROJECT, **options):
    return asyncio.run(write_meta_prompts(client, "m", project, k, **options))


def number(prompts):
    return "\n".join(f"{i}. {prompt}" for i, prompt in enumerate(prompts, start=1))


def test_each_label_gets_its_prompts_and_a_plan_uses_them():
    def answer(message, turn):
        label = "x" if 'category "x"' in message else "y"
        return json.dumps({"prompts": [f"Write a story of kind {label} about thing {i}." for i in range(3)]})

    sets = write(ScriptedClient(answer))
    assert [each.key for each in sets] == ["x", "y"]
    assert all(len(each.prompts) == 3 and each.problems == () and each.replies for each in sets)
    prompts = {each.key: each.prompts for each in sets}
    items = list(make_plan(PROJECT, PlanOptions(method=Method.METAPROMPT, per_class=4), meta_prompts=prompts))
    assert items[0].prompt == "Write a story of kind x about thing 0."
    assert len(items) == 8


def test_missing_prompts_are_asked_for_again_and_repetitions_are_dropped():
    def answer(message, turn):
        wanted = [
            "Write a story about the sea.",
            "write a story  about THE SEA.",
            "Go on.",
            "Write one about the moon.",
        ]
        return number(wanted if turn == 1 else ["Write one about the moon.", "Tell a story of two old rivals."])

    client = ScriptedClient(answer)
    (found,) = write(client, label_sets=[("x",)], is_plain=True)
    assert found.prompts == (
        "Write a story about the sea.",
        "Write one about the moon.",
        "Tell a story of two old rivals.",
    )
    assert len(client.requests) == 2
    assert "- Write a story about the sea." in client.requests[1].messages[-1]["content"]
    assert "Write 1 different prompts" in client.requests[1].messages[-1]["content"]


def test_too_few_prompts_are_kept_with_a_sentence():
    (found,) = write(
        ScriptedClient(lambda message, turn: number(["Write a story about the sea."])), label_sets=[("x",)]
    )
    assert found.prompts == ("Write a story about the sea.",)
    assert found.problems == ("x: 1 of 3 prompts after 4 replies.",)


def test_unreadable_replies_are_kept_with_the_reason():
    (found,) = write(ScriptedClient(lambda message, turn: ""), label_sets=[("x",)])
    assert found.prompts == ()
    assert all(reply.problem for reply in found.replies)


def test_a_passing_failure_of_one_label_leaves_the_others():
    def answer(message, turn):
        if 'category "x"' in message:
            return ProviderError("The endpoint is overloaded.", kind=ErrorKind.SERVER_ERROR)
        return number([f"Write a story about thing {i}." for i in range(3)])

    sets = write(PatientClient(ScriptedClient(answer), clock=NoWait()))
    assert sets[0].problems[0] == "The endpoint is overloaded."
    assert len(sets[1].prompts) == 3


def test_a_refused_key_stops_at_once():
    client = ScriptedClient(lambda message, turn: ProviderError("The key is refused.", kind=ErrorKind.AUTH))
    with pytest.raises(ProviderError, match="key is refused"):
        write(client)
    assert len(client.requests) <= 2


def test_stop_begins_nothing_more_and_progress_is_told():
    stop = asyncio.Event()
    told = []

    def answer(message, turn):
        stop.set()
        return number([f"Write a story about thing {i}." for i in range(3)])

    sets = write(ScriptedClient(answer), concurrency=1, stop=stop, on_done=lambda *done: told.append(done))
    assert [each.key for each in sets] == ["x"]
    assert told == [(1, 2)]


@pytest.mark.parametrize("k", [0, 101])
def test_an_unusable_number_is_refused(k):
    with pytest.raises(InputError, match="1 to 100 prompts a class"):
        write(ScriptedClient(lambda message, turn: ""), k)


def test_label_sets_of_a_multi_label_plan_have_prompts_of_their_own():
    project = load_preset("arxiv")
    options = PlanOptions(method=Method.METAPROMPT, per_class=2)
    client = ScriptedClient(lambda message, turn: number([f"Write an abstract number {turn} with care."]))
    sets = write(client, 1, project, label_sets=plan_label_sets(project, options), is_plain=True)
    items = list(make_plan(project, options, meta_prompts={each.key: each.prompts for each in sets}))
    assert len(items) == 2 * len(project.labels)
    assert any(len(item.labels) > 1 for item in items)
