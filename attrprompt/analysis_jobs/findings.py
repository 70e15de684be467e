"""Findings in words: what the three primary figures say about two data sets, with interval and verdict.

The page and the report show the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attrprompt.analysis.statistics.verdicts import DIFFERENT

REFERENCES_GIVEN = {
    "uniform": "an even spread over the continents",
    "countries": "an even spread over the countries",
    "population": "the inhabitants of the world",
    "requested": "the places that prompts asked for",
}


def name_reference(name: str) -> str:
    """A reference in words; a gold set and a table of one's own keep their names."""
    return REFERENCES_GIVEN.get(name, name)


@dataclass(frozen=True, slots=True)
class Finding:
    """One primary figure of two data sets, for people.

    Attributes:
        title: what the figure is about.
        headline: the difference in one sentence.
        interval: its 95 % interval or the reason why there is none, with the corrected p.
        is_different: the verdict; None where none can be given.
        metric: the figure's key, for its definition.
    """

    title: str
    headline: str
    interval: str
    is_different: bool | None
    metric: str


def describe_primary(result: Mapping[str, Any]) -> Iterator[Finding]:
    """The findings of an analysis with the primary figures, in the order vocabulary, similarity, regions."""
    family = sum(1 for each in result["comparisons"] if each["family"] == "primary" and each["p"] is not None)
    for each in result["comparisons"]:
        if each["scope"] != "all" or each["family"] != "primary":
            continue
        describe = {"vocabulary_size": _describe_vocabulary, "aps_intra": _describe_similarity}.get(each["metric"])
        yield describe(each, family) if describe else _describe_divergence(each, result, family)


def _describe_vocabulary(each: Mapping[str, Any], family: int) -> Finding:
    title = "Vocabulary"
    if each["ratio"] is None:
        return Finding(title, _no_figure(each), "", None, each["metric"])
    a, b, ratio, low, high = each["a"], each["b"], each["ratio"], each["ratio_low"], each["ratio_high"]
    if ratio < 1:  # say it of the set that has more
        a, b, ratio = b, a, 1 / ratio
        low, high = (None, None) if low is None else (1 / high, 1 / low)
    headline = f"{a} uses {ratio:.2f} times as many different words as {b}, at equal length."
    if f"{ratio:.2f}" == "1.00":
        headline = f"{a} and {b} use as many different words, at equal length."
    interval = "" if low is None else f"95 % {low:.2f} to {high:.2f}"
    headline = _hedge(headline, _verdict(each))
    return Finding(title, headline, _add_p(interval, each, family), _verdict(each), each["metric"])


def _describe_similarity(each: Mapping[str, Any], family: int) -> Finding:
    title = "Similarity within a class"
    if each["difference"] is None:
        return Finding(title, _no_figure(each), "", None, each["metric"])
    a, b, difference, low, high = each["a"], each["b"], each["difference"], each["low"], each["high"]
    if difference > 0:
        a, b, difference = b, a, -difference
        low, high = (None, None) if low is None else (-high, -low)
    words = f"texts of one class are less alike in {a} than in {b}: mean cosine lower by {-difference:.3f}."
    headline = _hedge(words, _verdict(each))
    headline = headline[0].upper() + headline[1:]
    interval = "" if low is None else f"95 % of the difference {low:+.3f} to {high:+.3f}"
    return Finding(title, headline, _add_p(interval, each, family), _verdict(each), each["metric"])


def _describe_divergence(each: Mapping[str, Any], result: Mapping[str, Any], family: int) -> Finding:
    title = "Regions"
    shares = {
        name: figures["located_share"]["value"]
        for name, figures in result["datasets"].items()
        if "located_share" in figures
    }
    located = " and ".join(f"{shares[name]:.0%} of {name}" for name in (each["a"], each["b"]) if name in shares)
    if each["difference"] is None:
        return Finding(title, f"{_no_figure(each)} A place is named by {located}.", "", None, each["metric"])
    detail = next(d for d in result["divergences"] if (d["a"], d["b"]) == (each["a"], each["b"]))
    near, far = (each["a"], each["b"]) if each["difference"] < 0 else (each["b"], each["a"])
    values = {each["a"]: detail["js_a"], each["b"]: detail["js_b"]}
    reference = name_reference(detail["reference"])
    nearer = f"{near} lies nearer to {reference} than {far}: divergence {values[near]:.3f} against {values[far]:.3f}."
    headline = f"{_hedge(nearer, _verdict(each))} A place is named by {located}."
    if any("requested" in figures.get("references", {}) for figures in result["datasets"].values()):
        headline += " Where a prompt names the place, the text echoes it."
    return Finding(
        title,
        headline,
        _add_p(f"{detail['located']} located texts a set", each, family),
        _verdict(each),
        each["metric"],
    )


def _hedge(headline: str, is_different: bool | None) -> str:
    """A difference that may be chance is not told as if it were one."""
    return f"No difference is shown. In these texts alone, {headline}" if is_different is False else headline


def _add_p(interval: str, each: Mapping[str, Any], family: int) -> str:
    if each["q"] is None:
        return interval
    p = "p < 0.001" if each["q"] < 0.001 else f"p = {each['q']:.3f}"
    correction = f"{p}, Holm over {family}"
    return f"{interval}; {correction}" if interval else correction


def _verdict(each: Mapping[str, Any]) -> bool | None:
    return None if each["q"] is None else each["verdict"] == DIFFERENT


def _no_figure(each: Mapping[str, Any]) -> str:
    return f"{each['a']} and {each['b']} cannot be compared: {each['verdict'] or 'too few texts'}."
