"""The texts of an evaluation, encoded and coded for the probe: what steps on one training set begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attrprompt.encoding.cache import VectorCache, encode_cached
from attrprompt.encoding.encoder import open_encoder
from attrprompt.evaluation.loading import LabelMatch, LoadedTexts, load_texts, match_labels
from attrprompt.evaluation.probe import Texts
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.settings import load_settings
from attrprompt.store import Store
from attrprompt.worker.jobs import JobContext

SHARE = 0.3  # of the progress bar


@dataclass(frozen=True)
class CodedTexts:
    """One training set and its test texts.

    Attributes:
        sources: the data sets of the training set, with only the texts that count.
        texts: of all of them, in that order.
    """

    sources: Sequence[LoadedTexts]
    tested: LoadedTexts
    match: LabelMatch
    texts: Texts
    test: Texts

    @property
    def places(self) -> list[tuple[str, int]]:
        """Data set and item of each training text."""
        return [(source.dataset.name, item) for source in self.sources for item in source.items]


def read_coded(request: EvaluationRequest, context: JobContext) -> CodedTexts:
    """Read, match and encode the first training set of a request and its test set."""
    store = Store(context.home, load_settings(context.home).database_url)
    try:
        *sources, test = load_texts(store, request)
    finally:
        store.close()
    match = match_labels(request, sources, test)
    kept = [match.keep(sources[part]) for part in request.training[0].parts]
    loaded = [*kept, match.keep(test)]
    encoder = open_encoder(request.encoder, context.home, threads=context.threads, api_key=context.api_key)
    vectors = encode_cached(
        encoder,
        [text for each in loaded for text in each.texts],
        VectorCache(context.home),
        lambda share, doing: context.progress(share * SHARE, doing),
        context.cancelled,
    )
    ends = np.cumsum([len(each.samples) for each in loaded])[:-1]
    *parts, tested = (
        match.make_texts(each, rows, place)
        for place, (each, rows) in enumerate(zip(loaded, np.split(vectors, ends), strict=True))
    )
    return CodedTexts(kept, loaded[-1], match, join_texts(parts), tested)


def join_texts(parts: Sequence[Texts]) -> Texts:
    """Several sets as one."""
    memberships = [each.membership for each in parts if each.membership is not None]
    return Texts(
        np.concatenate([each.vectors for each in parts]),
        np.concatenate([each.codes for each in parts]),
        np.concatenate([each.parts for each in parts]),
        np.concatenate(memberships) if memberships else None,
    )
