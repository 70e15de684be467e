"""An evaluation in words: what each training set scores, what the differences are, what a score costs.

The page and the report show the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attrprompt.analysis.verdicts import DIFFERENT, PRIMARY_FAMILY
from attrprompt.inspection.words import Finding

EQUAL_SCOPE = "equal n per class"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure of an evaluation means."""

    title: str
    text: str
    source: str


DEFINITIONS = (
    Definition(
        "Probe",
        "A logistic regression (L2, C = 1, at most 1,300 iterations) on frozen sentence embeddings: it shows what "
        "the texts teach, without the chance of fine-tuning.",
        "The AttrPrompt authors' linear probing.",
    ),
    Definition(
        "Interval",
        "Variance over 20 stratified draws of 80 % of the training texts × 4, plus the variance over test texts drawn "
        "anew. A bootstrap of the test texts alone would call two halves of one source different.",
        "Delete-d jackknife: Shao & Wu 1989.",
    ),
    Definition("Accuracy", "Share of test texts given their class; 0 to 1, higher is better.", "Counted."),
    Definition(
        "Macro F1",
        "Mean over classes of 2 TP ÷ (2 TP + FP + FN), so that a rare class counts as much as a frequent one.",
        "Counted; agrees with scikit-learn.",
    ),
    Definition(
        "Comparison",
        "Two training sets, on the same test texts and draw numbers, at equal n per class. Where one holds the other, "
        "with all texts: then the question is what the added texts bring. Holm over the pairs.",
        "Holm 1979.",
    ),
    Definition(
        "Calibration error",
        "Σ share of bin × |accuracy - mean confidence| over ten bins of the probability of the predicted class; "
        "0 is best.",
        "Guo et al. 2017.",
    ),
    Definition(
        "Share of the cost",
        "Tokens at which one set's curve, smoothed to be monotone, reaches the other's accuracy at full size, over all "
        "tokens of the other. Tokens of elicitation and filter count, attributes that came ready-made cost none here.",
        "The budget question of Yu et al. 2023.",
    ),
    Definition(
        "Leakage",
        "Training texts that repeat a test text: the same but for case and spaces, or with 80 % of the runs of three "
        "words in common. Gold texts that stood in prompts are left out of the test.",
        "MinHash: Broder 1997; each pair is checked.",
    ),
)


def describe_comparisons(result: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for each pair of training sets, else one for the only set.

    The first pair comes first, then what mixing brought, then the others.
    """
    primary = [each for each in result["comparisons"] if each["family"] == PRIMARY_FAMILY]
    primary[1:] = sorted(primary[1:], key=lambda each: each["scope"] == EQUAL_SCOPE)
    if not primary:
        for name, model in result["models"].items():
            yield _describe_alone(name, model, result["test"])
    for each in primary:
        yield _describe_pair(each, result, sum(1 for other in primary if other["p"] is not None))


def describe_budget(result: Mapping[str, Any]) -> Iterator[Finding]:
    """At which share of its cost one set reaches another's score; of each pair the cheaper direction."""
    for each in result.get("budget", ()):
        back = next(b for b in result["budget"] if (b["a"], b["reference"]) == (each["reference"], each["a"]))
        if each["share"] is None and (back["share"] is not None or each["a"] > each["reference"]):
            continue
        if each["share"] is not None and back["share"] is not None and back["share"] < each["share"]:
            continue
        yield _describe_share(each)


def _describe_alone(name: str, model: Mapping[str, Any], test: Mapping[str, Any]) -> Finding:
    score = model["macro_f1"]
    headline = (
        f"A probe trained on {name} ({model['training_texts']['n']:,} texts) scores {score['value']:.3f} macro F1 "
        f"on {test['dataset']} ({test['n']:,} texts)."
    )
    interval = "" if score["low"] is None else f"95 % {score['low']:.3f} to {score['high']:.3f}"
    return Finding("Score", headline, interval, None, "macro_f1")


def _describe_pair(each: Mapping[str, Any], result: Mapping[str, Any], family: int) -> Finding:
    a, b, difference, low, high = each["a"], each["b"], each["difference"], each["low"], each["high"]
    if difference < 0:
        a, b, difference = b, a, -difference
        low, high = (None, None) if low is None else (-high, -low)
    is_equal = each["scope"] == EQUAL_SCOPE
    of_a, of_b = (result["models"][name]["equal"] if is_equal else result["models"][name] for name in (a, b))
    size = f"at {of_a['per_class']:,} texts a class" if is_equal else "with all texts"
    headline = (
        f"Trained on {a}: {of_a['macro_f1']['value']:.3f} macro F1, on {b}: {of_b['macro_f1']['value']:.3f}, {size}. "
        f"{a} leads by {difference:.3f}."
    )
    interval = "" if low is None else f"95 % of the difference {low:+.3f} to {high:+.3f}"
    if each["q"] is not None:
        p = "p < 0.001" if each["q"] < 0.001 else f"p = {each['q']:.3f}"
        interval += f"; {p}, Holm over {family}"
    verdict = None if each["q"] is None else each["verdict"] == DIFFERENT
    return Finding("What a model learns", headline, interval, verdict, "macro_f1")


def _describe_share(each: Mapping[str, Any]) -> Finding:
    title = "What a score costs"
    target = f"the accuracy of {each['reference']} at full size ({each['target']:.3f})"
    if each["share"] is None:
        headline = f"{each['a']} does not reach {target} with the texts it has."
        return Finding(title, headline, f"Reached in {each['reached']:.0%} of the resamples.", None, "budget")
    headline = f"{each['a']} reaches {target} with {each['share']:.1%} of its {each['reference_tokens']:,.0f} tokens."
    low = "not reached" if each["low"] is None else f"{each['low']:.1%}"
    high = "not reached" if each["high"] is None else f"{each['high']:.1%}"
    return Finding(title, headline, f"95 % {low} to {high}", None, "budget")
