"""What providers list for their models: the table of the package `genai-prices`, as it was when its version came out.

A price is one of a model at a provider, so it is looked up by the endpoint's address, and a model that people serve
themselves has none here. Nothing is ever fetched. The package also finds models by loose rules (whatever begins with
`claude-3-haiku`); a price counts only where the rule names the model, up to the date of a snapshot.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from attrprompt.llm.chat import is_loopback

if TYPE_CHECKING:
    from decimal import Decimal

    from genai_prices.types import MatchLogic, TieredPrices

VERSION = "0.2.3"
RELEASED = datetime(2026, 11, 10, 12, tzinfo=UTC)
"""When that version came out. The hour matters too: some providers are cheaper at night."""

NAMED_BY_CUSTOMERS = frozenset({"azure", "modal"})
"""Providers where whoever deploys a model names it, so that the name says nothing certain."""

_SNAPSHOT = re.compile(r"(?:[-@]?(?:latest|\d{4}|\d{8}|\d{4}-\d{2}-\d{2}))?(?:-v\d+(?::\d+)?)?")


class ListPrice(NamedTuple):
    """USD per million tokens of prompts and of answers."""

    prompt: float
    completion: float


@lru_cache(maxsize=512)
def find_list_price(model: str, base_url: str) -> ListPrice | None:
    """What the provider at this address lists for the model; None where either is not known, or tokens are not all.

    Prices that rise with the length of a prompt (from 200,000 tokens or so) are those of short ones.
    """
    if is_loopback(base_url):
        return None
    from genai_prices import Usage, calc_price  # its data take 0.3 s to load

    name = model.lower().removeprefix("models/")  # Google lists its models so
    try:
        found = calc_price(
            Usage(input_tokens=1, output_tokens=1),
            name,
            provider_api_url=base_url,
            genai_request_timestamp=RELEASED,
        )
    except LookupError:
        return None
    prompt, completion = found.model_price.input_mtok, found.model_price.output_mtok
    if (
        prompt is None
        or completion is None
        or found.model_price.requests_kcount is not None
        or found.provider.id in NAMED_BY_CUSTOMERS
        or not _is_whole_host(found.provider.api_pattern, base_url)
        or not (name == found.model.id.lower() or _names(found.model.match, name))
    ):
        return None
    return ListPrice(_read_amount(prompt), _read_amount(completion))


def _is_whole_host(pattern: str, base_url: str) -> bool:
    """The pattern stands for whole names, so that `api.openai.com.example.org` is nobody known."""
    match = re.match(pattern, base_url)
    return match is not None and (match[0].endswith("/") or base_url[match.end() : match.end() + 1] in ("", "/", ":"))


def _names(rule: MatchLogic, model: str) -> bool:
    """Whether a rule that fits the model names it, where the rule alone may fit many more."""
    from genai_prices import types

    match rule:
        case types.ClauseOr():
            return any(clause.is_match(model) and _names(clause, model) for clause in rule.or_)
        case types.ClauseAnd():
            return any(_names(clause, model) for clause in rule.and_)
        case types.ClauseEquals():
            return _is_snapshot(model, rule.equals)
        case types.ClauseStartsWith():
            return _is_snapshot(model, rule.starts_with)
        case types.ClauseEndsWith():
            return model == rule.ends_with.lower()
        case types.ClauseContains():
            return model == rule.contains.lower()
        case types.ClauseRegex():
            return rule.regex.endswith("$")


def _is_snapshot(model: str, name: str) -> bool:
    beginning = name.lower()
    return model.startswith(beginning) and _SNAPSHOT.fullmatch(model, len(beginning)) is not None


def _read_amount(amount: Decimal | TieredPrices) -> float:
    from genai_prices.types import TieredPrices

    return float(amount.base if isinstance(amount, TieredPrices) else amount)
