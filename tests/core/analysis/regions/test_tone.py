"""The tone of a text tells good news from bad."""

from __future__ import annotations

from attrprompt.analysis.regions.tone import estimate_tone, measure_polarity


def test_tone_tells_good_news_from_bad():
    assert measure_polarity("A wonderful, happy day") > 0 > measure_polarity("A terrible, cruel day")
    assert measure_polarity("The committee met on Monday.") == 0
    estimate = estimate_tone(["A wonderful day", "A terrible day", "A day"])
    assert estimate.low < estimate.value < estimate.high
    assert estimate_tone(["A day"]).low is None
