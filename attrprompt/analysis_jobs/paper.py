"""The view "as in the paper" of stored data sets: its own figures over all texts, sizes not equalised.

Vocabulary and same-class cosines as the paper defines them, and continents by the attribute classifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from attrprompt.analysis.attribute_classifier import train_attribute_classifier
from attrprompt.analysis.paper import HEADING, measure_as_in_paper
from attrprompt.analysis.regions.classified import (
    classify_set,
    describe_classifier,
    label_obeying,
    why_untrainable,
)
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis_jobs.adherence import Encode
from attrprompt.analysis_jobs.places import locate_sets, read_rulings
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest, Part
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, Plain, register

NO_PLACES_ASKED = (
    "The attribute classifier learns from texts that were asked for a place. Choose an AttrPrompt set with a "
    "dimension of the kind “place” too."
)


class PaperRequest(AnalysisRequest, JobRequest[Plain]):
    """What the paper's own figures are."""

    kind: ClassVar[str] = "paper"


@register(PaperRequest, Plain, unhashed=EXPLORED)
def view_as_in_paper(request: PaperRequest, context: JobContext) -> Plain:
    """`{"heading", "datasets": {name: {"n", "vocabulary_all", …}}, "continents"}`, of the parts that are asked for."""
    sets, place_dimensions = load_sets(request, context, with_vectors=Part.SIMILARITY in request.only)
    result: dict[str, Any] = {"heading": HEADING}
    if {Part.DIVERSITY, Part.SIMILARITY} & set(request.only):
        figures = measure_as_in_paper(sets, choice=request.choice, seed=request.seed)
        result["datasets"] = {name: each.to_json() for name, each in figures.items()}
    if Part.REGIONS in request.only:
        located = locate_sets(request, sets, context)
        result["continents"] = classify_continents(
            request, located, place_dimensions, lambda texts: context.encode(request.encoder, texts), context
        )
    return Plain(result)


def classify_continents(
    request: AnalysisRequest,
    located: Sequence[LocatedSet],
    place_dimensions: Sequence[str],
    encode: Encode,
    context: JobContext,
) -> dict[str, Any]:
    """Shares of continents by the attribute classifier; `reason` where none can be trained, and nothing is encoded."""
    rulings = read_rulings(request)
    candidates = [
        (each, dimension, label_obeying(each, dimension, rulings))
        for each in located
        for dimension in place_dimensions
        if each.list_values(dimension)
    ]
    if not candidates:
        return {"reason": NO_PLACES_ASKED}
    reasons = [why_untrainable(classes, own.texts) for own, _, classes in candidates]
    if "" not in reasons:
        return {"reason": reasons[0]}
    own, dimension, classes = candidates[reasons.index("")]
    context.progress(0.3, "training the attribute classifier")
    classifier = train_attribute_classifier(
        encode(own.texts),
        classes,
        own.texts,
        seed=request.seed,
        check=context.make_check("The training of the attribute classifier"),
    )
    by_set: dict[str, Mapping[str, Any]] = {}
    for each in located:
        context.progress(0.6, f"classifying {each.name}")
        found = classify_set(classifier, each, encode(each.texts), own=each is own)
        items: dict[str, list[int]] = {name: [] for name in classifier.classes}
        for number, name in zip(each.items or range(each.n), found.predicted, strict=True):
            if len(items[name]) < ITEMS_KEPT:
                items[name].append(number)
        by_set[each.name] = found.to_json() | {"items": items}
    return {"reason": "", **describe_classifier(classifier, dimension, own.name), "datasets": by_set}
