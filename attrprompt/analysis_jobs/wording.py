"""The job `wording`: growth of the vocabulary, lengths, phrases, shared words, openings.

Nothing here carries a verdict; it is for looking into the texts behind the figures.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import permutations
from typing import Any, ClassVar

import numpy as np

from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import counted_rows, counted_texts, load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, Plain, register

LENGTH_ITEMS = 5


class WordingRequest(AnalysisRequest, JobRequest[Plain]):
    """Which words the texts of data sets use."""

    kind: ClassVar[str] = "wording"


@register(WordingRequest, Plain, unhashed=EXPLORED)
def explore_wording(request: WordingRequest, context: JobContext) -> Plain:
    """Growth of the vocabulary, lengths, over-used phrases, shared words, openings, the paper's own figures."""
    from attrprompt.analysis.diversity.growth import measure_growth
    from attrprompt.analysis.paper import measure_as_in_paper
    from attrprompt.analysis.statistics.subsampling import Stock
    from attrprompt.analysis.texts.phrases import compare_vocabularies, find_openings, find_overused_phrases
    from attrprompt.analysis.texts.selection import name_labels, prepare_set
    from attrprompt.analysis.texts.tokens import count_words

    sets, _ = load_sets(request, context, with_vectors=False)
    names = name_labels(sets)
    texts = {each.name: counted_texts(request, each) for each in sets}
    result: dict[str, Any] = {"growth": {}, "lengths": {}, "openings": {}, "overused": [], "shared": []}
    for done, each in enumerate(sets):
        context.progress(done / len(sets) * 0.6, f"words of {each.name}")
        stock = Stock(prepare_set(each, request.choice, names), (np.arange(len(texts[each.name])),))
        growth = measure_growth(stock, seed=request.seed)
        result["growth"][each.name] = [point.to_json() for point in growth]
        lengths: dict[int, list[int]] = {}
        for row, text in zip(counted_rows(request, each), texts[each.name], strict=True):
            lengths.setdefault(count_words(text), []).append(row if each.items is None else each.items[row])
        result["lengths"][each.name] = [
            [length, len(items), items[:LENGTH_ITEMS]] for length, items in sorted(lengths.items())
        ]
        result["openings"][each.name] = [asdict(opening) for opening in find_openings(texts[each.name])]
    for a, b in permutations(texts, 2):
        context.progress(0.7, f"{a} beside {b}")
        found = find_overused_phrases(texts[a], texts[b])
        result["overused"].append({"a": a, "b": b, "phrases": [asdict(each) for each in found]})
        if a < b:
            result["shared"].append({"a": a, "b": b, **asdict(compare_vocabularies(texts[a], texts[b]))})
    paper = measure_as_in_paper(sets, choice=request.choice, seed=request.seed)
    return Plain(result | {"paper": {name: figures.to_json() for name, figures in paper.items()}})
