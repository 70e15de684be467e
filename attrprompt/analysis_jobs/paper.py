"""The view "as in the paper" of stored data sets: its own figures over all texts, sizes not equalised.

Vocabulary and same-class cosines as the paper defines them, and continents by the attribute classifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attrprompt.analysis.attribute_classifier import train_attribute_classifier
from attrprompt.analysis.paper import HEADING, PaperView, measure_as_in_paper
from attrprompt.analysis.regions.classified import (
    ClassifiedContinents,
    ClassifiedSet,
    classify_set,
    describe_classifier,
    label_obeying,
    why_untrainable,
)
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis_jobs.adherence import Encode
from attrprompt.analysis_jobs.places import locate_sets, read_rulings
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest, Part
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

NO_PLACES_ASKED = (
    "The attribute classifier learns from texts that were asked for a place. Choose an AttrPrompt set with a "
    "dimension of the kind “place” too."
)


class PaperRequest(AnalysisRequest, JobRequest[PaperView]):
    """What the paper's own figures are."""

    kind: ClassVar[str] = "paper"


@register(PaperRequest, PaperView, version=2, unhashed=EXPLORED)
def view_as_in_paper(request: PaperRequest, context: JobContext) -> PaperView:
    """The parts that are asked for: vocabulary and cosines, continents by the attribute classifier."""
    sets, place_dimensions = load_sets(request, context, with_vectors=Part.SIMILARITY in request.only)
    figures = continents = None
    if {Part.DIVERSITY, Part.SIMILARITY} & set(request.only):
        figures = measure_as_in_paper(sets, choice=request.choice, seed=request.seed)
    if Part.REGIONS in request.only:
        located = locate_sets(request, sets, context)
        continents = classify_continents(
            request, located, place_dimensions, lambda texts: context.encode(request.encoder, texts), context
        )
    return PaperView(HEADING, figures, continents)


def classify_continents(
    request: AnalysisRequest,
    located: Sequence[LocatedSet],
    place_dimensions: Sequence[str],
    encode: Encode,
    context: JobContext,
) -> ClassifiedContinents:
    """Shares of continents by the attribute classifier; `reason` where none can be trained, and nothing is encoded."""
    rulings = read_rulings(request)
    candidates = [
        (dataset, dimension, label_obeying(dataset, dimension, rulings))
        for dataset in located
        for dimension in place_dimensions
        if dataset.list_values(dimension)
    ]
    if not candidates:
        return ClassifiedContinents(NO_PLACES_ASKED)
    reasons = [why_untrainable(classes, own.texts) for own, _, classes in candidates]
    if "" not in reasons:
        return ClassifiedContinents(reasons[0])
    own, dimension, classes = candidates[reasons.index("")]
    context.progress(0.3, "training the attribute classifier")
    classifier = train_attribute_classifier(
        encode(own.texts),
        classes,
        own.texts,
        seed=request.seed,
        check=context.make_check("The training of the attribute classifier"),
    )
    by_set: dict[str, ClassifiedSet] = {}
    for dataset in located:
        context.progress(0.6, f"classifying {dataset.name}")
        by_set[dataset.name] = classify_set(classifier, dataset, encode(dataset.texts), own=dataset is own)
    return ClassifiedContinents("", describe_classifier(classifier, dimension, own.name), by_set)
