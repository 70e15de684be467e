"""An evaluation in words: what each training set scores, what the differences are, what a score costs.

The page and the report show the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attrprompt.analysis.statistics.verdicts import DIFFERENT, PRIMARY_FAMILY
from attrprompt.analysis_jobs.findings import Finding
from attrprompt.llm.prices import LIST_DATE, format_usd

EQUAL_SCOPE = "equal n per class"
SCORE_WORDS = {"accuracy": "accuracy", "micro_f1": "micro F1"}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure of an evaluation means."""

    title: str
    text: str
    source: str


PROBE = Definition(
    "Probe",
    "A logistic regression (L2, C = 1, at most 1,300 iterations) on frozen sentence embeddings: it shows what "
    "the texts teach, without the chance of fine-tuning.",
    "The AttrPrompt authors' linear probing.",
)
LABEL_PROBE = Definition(
    "Probe",
    "For each label a logistic regression (L2, C = 1, at most 1,300 iterations) of it against all others, on frozen "
    "sentence embeddings. A text is given the labels of probability 0.5 or more, and always the most probable one; "
    "the authors' script leaves it without a label where none reaches 0.5. A label without training texts is never "
    "given.",
    "The AttrPrompt authors' linear probing, one against the rest.",
)
FINE_TUNING = Definition(
    "Fine-tuning",
    "A small transformer with a classification head, all of it trained: AdamW, batches of 32, learning rate 2e-5 "
    "falling after 6 % of warm-up, 128 tokens a text. Of its epochs the one is kept that predicts a tenth of the "
    "training texts best. Each seed is one training; they are points, not an interval.",
    "The AttrPrompt authors' training script.",
)
INTERVAL = Definition(
    "Interval",
    "Variance over 20 stratified draws of 80 % of the training texts × 4, plus the variance over test texts drawn "
    "anew. A bootstrap of the test texts alone would call two halves of one source different.",
    "Delete-d jackknife: Shao & Wu 1989.",
)
MACRO_F1 = Definition(
    "Macro F1",
    "Mean over classes of 2 TP ÷ (2 TP + FP + FN), so that a rare class counts as much as a frequent one.",
    "Counted; agrees with scikit-learn.",
)
COMPARISON = Definition(
    "Comparison",
    "Two training sets, on the same test texts and draw numbers, at equal n per class. Where one holds the other, "
    "with all texts: then the question is what the added texts bring. Holm over the pairs.",
    "Holm 1979.",
)
COST = Definition(
    "Share of the cost",
    "Tokens at which one set's curve, smoothed to be monotone, reaches the other's score at full size, over all "
    "tokens of the other; in money where the models' prices are known: as entered in Settings, else the list prices of "
    f"{LIST_DATE}. What elicitation, filter and the writing of prompts asked counts; attributes that came ready-made "
    "cost none here.",
    "The budget question of Yu et al. 2023.",
)
LEAKAGE = Definition(
    "Leakage",
    "Training texts that repeat a test text: the same but for case and spaces, or with 80 % of the runs of three "
    "words in common. Gold texts that stood in prompts are left out of the test.",
    "MinHash: Broder 1997; each pair is checked.",
)
DEFINITIONS = (
    PROBE,
    FINE_TUNING,
    INTERVAL,
    Definition("Accuracy", "Share of test texts given their class; 0 to 1, higher is better.", "Counted."),
    MACRO_F1,
    COMPARISON,
    Definition(
        "Calibration error",
        "Σ share of bin × |accuracy - mean confidence| over ten bins of the probability of the predicted class; "
        "0 is best.",
        "Guo et al. 2017.",
    ),
    COST,
    LEAKAGE,
)
LABEL_DEFINITIONS = (
    LABEL_PROBE,
    FINE_TUNING,
    INTERVAL,
    Definition(
        "Micro F1",
        "2 TP ÷ (2 TP + FP + FN) over all labels of all texts together: frequent labels count more.",
        "Counted; agrees with scikit-learn.",
    ),
    MACRO_F1,
    Definition("Exact match", "Share of test texts given all of their labels and no other.", "Counted."),
    Definition(
        "Precision at k",
        "Mean over texts of the share of true labels among the k most probable. A text with fewer than k labels "
        "cannot reach 1.",
        "The metrics of the authors' multi-label script.",
    ),
    Definition(
        "NDCG at k",
        "Σ over the k most probable labels of 1 ÷ log2(place + 1) for each true one, over the most that the text's "
        "labels could give; mean over texts. Labels of equal probability share their places.",
        "Järvelin & Kekäläinen 2002; agrees with scikit-learn.",
    ),
    Definition(
        "Mean reciprocal rank",
        "Mean over texts of 1 ÷ the place of the first true label by falling probability.",
        "Voorhees 1999.",
    ),
    Definition(
        "Comparison",
        COMPARISON.text + " A text with several labels is drawn under its rarest, and each set gives as many of them "
        "as the poorest has.",
        COMPARISON.source,
    ),
    Definition(
        "Calibration error",
        "Σ share of bin × |share that has the label - mean probability| over ten bins of the probabilities of all "
        "labels of all texts; 0 is best.",
        "Guo et al. 2017, label by label.",
    ),
    Definition(
        "Confusion",
        "A row is a label that texts have and were not given, a column one that they were given and have not; the "
        "diagonal holds texts rightly given the label. A text stands in every cell that fits it.",
        "Counted.",
    ),
    COST,
    LEAKAGE,
)


def describe_comparisons(result: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for each pair of training sets, else one for the only set.

    The first pair comes first, then what mixing brought, then the others.
    """
    primary = [each for each in result["comparisons"] if each["family"] == PRIMARY_FAMILY]
    primary[1:] = sorted(primary[1:], key=lambda each: each["scope"] == EQUAL_SCOPE)
    if not primary:
        for name, model in result["models"].items():
            yield _describe_alone(name, model, result)
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
        yield _describe_share(each, SCORE_WORDS[result.get("headline", "accuracy")])


def _describe_alone(name: str, model: Mapping[str, Any], result: Mapping[str, Any]) -> Finding:
    score, test = model["macro_f1"], result["test"]
    classifier = "A fine-tuned model" if result["parameters"]["classifier"] == "finetune" else "A probe"
    headline = (
        f"{classifier} trained on {name} ({model['training_texts']['n']:,} texts) scores {score['value']:.3f} macro F1 "
        f"on {test['dataset']} ({test['n']:,} texts)."
    )
    interval = "" if score["low"] is None else f"95 % {score['low']:.3f} to {score['high']:.3f}"
    if "seeds" in model:
        values = [each["macro_f1"] for each in model["seeds"]]
        interval = f"Mean of {len(values)} seeds, {min(values):.3f} to {max(values):.3f}; no interval."
    return Finding("Score", headline, interval, None, "macro_f1")


def _describe_pair(each: Mapping[str, Any], result: Mapping[str, Any], family: int) -> Finding:
    a, b, difference, low, high = each["a"], each["b"], each["difference"], each["low"], each["high"]
    if difference < 0:
        a, b, difference = b, a, -difference
        low, high = (None, None) if low is None else (-high, -low)
    is_equal = each["scope"] == EQUAL_SCOPE
    of_a, of_b = (result["models"][name]["equal"] if is_equal else result["models"][name] for name in (a, b))
    size = "with all texts"
    if is_equal:
        per_class = of_a["per_class"]
        size = f"at {per_class:,} texts a class" if per_class else f"at {of_a['n']:,} texts, label by label as many"
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


def _describe_share(each: Mapping[str, Any], score: str) -> Finding:
    title = "What a score costs"
    target = f"the {score} of {each['reference']} at full size ({each['target']:.3f})"
    if each["share"] is None:
        headline = f"{each['a']} does not reach {target} with the texts it has."
        return Finding(title, headline, f"Reached in {each['reached']:.0%} of the resamples.", None, "budget")
    headline = f"{each['a']} reaches {target} with {each['share']:.1%} of its {each['reference_tokens']:,.0f} tokens."
    interval = _word_interval(each["low"], each["high"])
    if each.get("money_share") is not None:
        interval += f"; in money {each['money_share']:.1%} of {format_usd(each['reference_money'])}, "
        interval += _word_interval(each["money_low"], each["money_high"])
    return Finding(title, headline, interval, None, "budget")


def _word_interval(low: float | None, high: float | None) -> str:
    words = ["not reached" if end is None else f"{end:.1%}" for end in (low, high)]
    return f"95 % {words[0]} to {words[1]}"
