"""The tone of texts by a lexicon: TextBlob's list of about 2,900 English words with a polarity from -1 to 1.

A word list knows neither irony nor topic: a report of a war reads negative whoever writes it. Differences between
regions are a reason to read the texts, not a finding.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrprompt.analysis.statistics.estimate import Estimate, estimate_mean
from attrprompt.errors import InputError


def measure_polarity(text: str) -> float:
    """Mean polarity of the words of the list that stand in a text, -1 (negative) to 1; 0 where none does."""
    from textblob.en import sentiment  # type: ignore[import-untyped]  # takes a second to import

    return float(sentiment(text)[0])


def estimate_tone(texts: Sequence[str]) -> Estimate:
    """Mean polarity of texts with its normal 95 % interval; no interval for fewer than 2 texts.

    Raises:
        InputError: there is no text.
    """
    if not texts:
        raise InputError("There is no text whose tone could be measured. Choose a data set with texts.")
    return estimate_mean([measure_polarity(text) for text in texts], "TextBlob polarity, mean", -1.0, 1.0)
