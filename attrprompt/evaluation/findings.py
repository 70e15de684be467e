"""An evaluation in words: what each training set scores, what the differences are, what a score costs.

The page and the report show the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import PRIMARY_FAMILY, describe_p, is_different
from attrprompt.analysis_jobs.findings import Finding
from attrprompt.evaluation.budget import BudgetShare
from attrprompt.evaluation.result import EQUAL_N, EqualScores, Evaluation, ModelScores
from attrprompt.llm.prices import LIST_DATE, format_usd

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
        "Σ over the k most probable labels of 1 ÷ log2(rank + 1) for each true one, over the most that the text's "
        "labels could give; mean over texts. Labels of equal probability share their ranks.",
        "Järvelin & Kekäläinen 2002; agrees with scikit-learn.",
    ),
    Definition(
        "Mean reciprocal rank",
        "Mean over texts of 1 ÷ the rank of the first true label by falling probability.",
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


def describe_comparisons(evaluation: Evaluation) -> Iterator[Finding]:
    """One finding for each pair of training sets, else one for the only set.

    The first pair comes first, then what mixing brought, then the others.
    """
    primary = [comparison for comparison in evaluation.comparisons if comparison.family == PRIMARY_FAMILY]
    primary[1:] = sorted(primary[1:], key=lambda comparison: comparison.scope == EQUAL_N)
    if not primary:
        for name, model in evaluation.models.items():
            yield _describe_alone(name, model, evaluation)
    family = sum(1 for comparison in primary if comparison.p is not None)
    for comparison in primary:
        yield _describe_pair(comparison, evaluation, family)


def describe_budget(evaluation: Evaluation) -> Iterator[Finding]:
    """At which share of its cost one set reaches another's score; of each pair the cheaper direction."""
    by_pair = {(pair.a, pair.reference): pair for pair in evaluation.budget}
    for there in evaluation.budget:
        back = by_pair[there.reference, there.a]
        if there.share is None and (back.share is not None or there.a > there.reference):
            continue
        if there.share is not None and back.share is not None and back.share < there.share:
            continue
        yield _describe_share(there, SCORE_WORDS[evaluation.headline])


def _describe_alone(name: str, model: ModelScores, evaluation: Evaluation) -> Finding:
    score, test = model.scores["macro_f1"], evaluation.test
    classifier = "A fine-tuned model" if evaluation.is_fine_tuned else "A probe"
    headline = (
        f"{classifier} trained on {name} ({model.training_texts.n:,} texts) scores {score.value:.3f} macro F1 "
        f"on {test.dataset} ({test.n:,} texts)."
    )
    interval = "" if score.low is None else f"95 % {score.low:.3f} to {score.high:.3f}"
    if model.seeds:
        values = [seed.scores["macro_f1"] for seed in model.seeds]
        interval = f"Mean of {len(values)} seeds, {min(values):.3f} to {max(values):.3f}; no interval."
    return Finding("Score", headline, interval, None, "macro_f1")


def _describe_pair(found: Comparison, evaluation: Evaluation, family: int) -> Finding:
    better = found.turned() if (found.difference or 0.0) < 0 else found
    of_a, of_b = (evaluation.models[name].by_scope[found.scope]["macro_f1"].value for name in (better.a, better.b))
    size = _word_size(evaluation.models[better.a].equal if found.scope == EQUAL_N else None)
    headline = (
        f"Trained on {better.a}: {of_a:.3f} macro F1, on {better.b}: {of_b:.3f}, {size}. "
        f"{better.a} leads by {better.difference or 0.0:.3f}."
    )
    interval = "" if better.low is None else f"95 % of the difference {better.low:+.3f} to {better.high:+.3f}"
    if found.q is not None:
        interval += f"; {describe_p(found.q)}, Holm over {family}"
    return Finding("What a model learns", headline, interval, is_different(found), "macro_f1")


def _word_size(equal: EqualScores | None) -> str:
    if equal is None:
        return "with all texts"
    if equal.per_class:
        return f"at {equal.per_class:,} texts a class"
    return f"at {equal.n:,} texts, label by label as many"


def _describe_share(share: BudgetShare, score: str) -> Finding:
    title = "What a score costs"
    target = f"the {score} of {share.reference} at full size ({share.target:.3f})"
    if share.share is None:
        headline = f"{share.a} does not reach {target} with the texts it has."
        return Finding(title, headline, f"Reached in {share.reached:.0%} of the resamples.", None, "budget")
    headline = f"{share.a} reaches {target} with {share.share:.1%} of its {share.reference_tokens:,.0f} tokens."
    interval = _word_interval(share.low, share.high)
    money = share.money
    if money is not None and money.money_share is not None:
        interval += f"; in money {money.money_share:.1%} of {format_usd(money.reference_money)}, "
        interval += _word_interval(money.money_low, money.money_high)
    return Finding(title, headline, interval, None, "budget")


def _word_interval(low: float | None, high: float | None) -> str:
    words = ["not reached" if end is None else f"{end:.1%}" for end in (low, high)]
    return f"95 % {words[0]} to {words[1]}"
