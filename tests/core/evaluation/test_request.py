"""What texts cost is in the request: elicitation and the filter for attributed texts, and no other method's writing."""

import pytest

from attrprompt.evaluation.request import make_evaluation
from attrprompt.llm.asking import RawReply
from attrprompt.llm.chat import Endpoint
from attrprompt.presets import load_preset
from attrprompt.project import Method
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample


@pytest.fixture
def document():
    return load_preset("agnews")


def test_the_cost_of_attributed_texts_holds_elicitation_and_filter_and_no_other_methods_writing(
    store, project, make_run
):
    gold = store.datasets.import_rows(
        project.id, "gold", DatasetKind.GOLD, [NewSample(0, "A text", "", ("World",), {})], info={}
    )
    writer = Endpoint("http://127.0.0.1:9", "writer")
    made = {}
    for method in (Method.SIMPROMPT, Method.ATTRPROMPT):
        run = make_run(
            project,
            name=method.value,
            method=method,
            per_class=1,
            endpoint=writer,
            texts=lambda item: f"Text {item.item}",
        )
        made[method] = store.datasets.load(run.id)
    for purpose, tokens in (("values", 30), ("filter", 5), ("metaprompt", 1000)):
        store.replies.add(project.id, purpose, RawReply("", "", "", "helper", tokens, 1))
    request = make_evaluation(store, project, [[made[Method.SIMPROMPT]], [made[Method.ATTRPROMPT]]], gold)
    simple, attributed = (each.cost for each in request.training)
    assert (simple.tokens, simple.tokens_once) == (4 * 15, 0)
    assert (attributed.tokens, attributed.tokens_once) == (4 * 15, 37)
    assert {each.model for each in attributed.once} == {"helper"}
    assert attributed.texts[0].model == "writer"
