"""What was not to be learned: training texts that repeat a test text, and copies of texts that stood in prompts."""

from __future__ import annotations

from collections.abc import Sequence

from attrprompt.evaluation.loading import LoadedTexts
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.evaluation.result import Leakage, Repeat
from attrprompt.records import Flag
from attrprompt.worker.context import JobContext

PAIRS_KEPT = 50


def count_leakage(
    request: EvaluationRequest, sources: Sequence[LoadedTexts], test: LoadedTexts, context: JobContext
) -> dict[str, Leakage]:
    """For each training set its exact and near repeats of test texts, and its copies of few-shot texts."""
    from attrprompt.analysis.texts.duplicates import DuplicateFinder

    finder = DuplicateFinder()
    for sample in test.samples:
        finder.add(sample.text)
    found = []
    for number, source in enumerate(sources):
        context.progress(0.02 * number, f"looking for texts of {source.dataset.name} among the test texts")
        matches = [(sample, finder.find(sample.text)) for sample in source.samples]
        pairs = [(sample, match) for sample, match in matches if match is not None]
        found.append(
            Leakage(
                exact=sum(match.exact for _, match in pairs),
                near=sum(not match.exact for _, match in pairs),
                few_shot_copies=sum(Flag.FEW_SHOT_COPY in sample.flags for sample in source.samples),
                pairs=tuple(
                    Repeat(source.dataset.name, sample.item, test.samples[match.of].item, match.similarity)
                    for sample, match in pairs[:PAIRS_KEPT]
                ),
            )
        )
    return {
        training_set.name: sum((found[part] for part in training_set.parts), start=Leakage())
        for training_set in request.training
    }
