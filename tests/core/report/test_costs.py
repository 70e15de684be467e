"""What a report says of the runs behind its texts."""

import pytest

from attrprompt.llm.chat import Endpoint
from attrprompt.report.costs import read_costs


@pytest.mark.parametrize(
    ("endpoint", "rate"),
    [
        (Endpoint.embedded(), (0.0, 0.0)),
        (Endpoint("https://api.openai.com/v1", "gpt-4o-mini"), (0.15, 0.6)),
        (Endpoint("http://127.0.0.1:1/v1", "gpt-4o-mini"), None),
    ],
)
def test_a_run_costs_what_its_endpoint_lists(store, project, make_run, endpoint, rate):
    run = make_run(project, endpoint=endpoint, texts=lambda item: f"Text {item.item}.")
    (costs,) = read_costs(store, project, [run.dataset]).runs
    expected = None if rate is None else (costs.prompt * rate[0] + costs.completion * rate[1]) / 1e6
    assert costs.cost == (None if expected is None else pytest.approx(expected))
    assert costs.prompt > 0
