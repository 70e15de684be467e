"""The many ways in which servers refuse a field, and what looks like one and is not."""

from __future__ import annotations

import json

import pytest

from attrprompt.llm.refused_fields import find_refused_fields
from tests.faulty_server import REFUSED_FIELDS


def told(message: str, **fields: object) -> str:
    return json.dumps({"error": {"message": message, **fields}})


@pytest.mark.parametrize(
    "field", ["seed", "temperature", "top_p", "max_tokens", "repetition_penalty", "response_format"]
)
@pytest.mark.parametrize("way", [way for way in REFUSED_FIELDS if way != "under_200"])
def test_each_way_of_refusing_a_field_is_read(way, field):
    status, body = REFUSED_FIELDS[way]
    assert find_refused_fields(status, body.replace("%s", field)) == {field}


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", {"max_tokens"}),
        ("`temperature` and `top_p` cannot both be specified for this model.", {"top_p"}),
        ("Unrecognized request arguments supplied: repeat_penalty, seed", {"repeat_penalty", "seed"}),
        ("Argument not supported on this model: stop", {"stop"}),
        ("Model grok does not support parameter presencePenalty.", {"presence_penalty"}),
        ("Input validation error: `temperature` must be strictly positive", {"temperature"}),
        ("`temperature` is deprecated for this model.", {"temperature"}),
        (
            "UnsupportedParamsError: x does not support parameters: ['seed', 'top_p'], for model=y",
            {"seed", "top_p"},
        ),
    ],
)
def test_a_sentence_names_what_it_refuses(message, fields):
    found = find_refused_fields(400, told(message))
    assert found - {"max_completion_tokens"} == fields


@pytest.mark.parametrize(
    "message",
    [
        "temperature: must be at most 2",
        "max_tokens is too large: 9000. This model supports at most 4096 completion tokens, and more is not allowed.",
        "This model's maximum context length is 8 tokens. But max_tokens 5 was asked. It is not supported.",
        "Could not finish the message because max_tokens or model output limit was reached.",
        "Please stop; this region is not supported.",
        "The model does not support images.",
        "",
    ],
)
def test_what_is_about_a_value_or_another_matter_names_no_field(message):
    assert find_refused_fields(400, told(message)) == frozenset()


def test_several_are_found_at_once_and_what_the_error_repeats_of_the_request_counts_not():
    names = ("seed", "odd_one")
    places = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "no", "input": 1} for name in names]
    assert find_refused_fields(422, json.dumps({"detail": places})) == set(names)
    echo = {"detail": [{"type": "missing", "msg": "Field required", "input": {"prompt": "seed is not supported"}}]}
    assert find_refused_fields(422, json.dumps(echo)) == frozenset()
    assert find_refused_fields(401, told("'seed' is not supported")) == frozenset()
