"""What a report says of the runs behind its texts."""

import pytest

from attrprompt.llm.chat import Endpoint
from attrprompt.report.contents import describe_costs


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
    (row,) = describe_costs(store, project, [run.dataset])["runs"]
    expected = None if rate is None else (row["prompt"] * rate[0] + row["completion"] * rate[1]) / 1e6
    assert row["cost"] == (None if expected is None else pytest.approx(expected))
    assert row["prompt"] > 0
