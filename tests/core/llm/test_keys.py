"""Which variable of a server's environment its pages may send where."""

import pytest

from attrprompt.errors import InputError
from attrprompt.llm.keys import DEFAULT_RULES, list_variables, parse_key_rules

OPENAI = "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("rules", "base_url", "allowed"),
    [
        (DEFAULT_RULES, OPENAI, ("OPENAI_API_KEY",)),
        (DEFAULT_RULES, "http://localhost:11434/v1", ("OPENAI_API_KEY",)),
        (DEFAULT_RULES, "http://127.0.0.1:8000", ("OPENAI_API_KEY",)),
        (DEFAULT_RULES, "https://api.openai.com.evil.invalid/v1", ()),
        (DEFAULT_RULES, "https://localhost.evil.invalid/v1", ()),
        (DEFAULT_RULES, "http://api.openai.com/v1", ()),
        (DEFAULT_RULES, "https://api.openai.com:444/v1", ()),
        (DEFAULT_RULES, "https://api.openai.com/v2", ()),
        (
            "A@https://one.example/v1/ B@https://one.example/v1 A@https://two.example",
            "https://one.example/v1",
            ("A", "B"),
        ),
        ("A@https://one.example/v1 A@HTTPS://ONE.EXAMPLE/v1", "https://one.example/v1", ("A",)),
        ("", OPENAI, ()),
        ("A@loopback", OPENAI, ()),
    ],
)
def test_a_variable_goes_to_the_addresses_it_is_bound_to_and_to_no_other(rules, base_url, allowed):
    assert list_variables(parse_key_rules(rules), base_url) == allowed


@pytest.mark.parametrize(
    "rule", ["OPENAI_API_KEY", "@https://one.example", "A B@https://one.example", "A-B@loopback", "A@nowhere", "A@"]
)
def test_a_rule_that_binds_nothing_is_refused_with_a_sentence(rule):
    with pytest.raises(InputError, match=r"ATTRPROMPT_KEY_VARIABLES|base URL"):
        parse_key_rules(rule)
