"""Two small sets of texts whose embeddings can be worked out by hand and lie in the cache."""

import pytest

from attrprompt.analysis_jobs.request import make_request
from attrprompt.encoding.cache import VectorCache, hash_text
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from attrprompt.worker.context import JobContext
from tests.word_encoder import WordEncoder

TEXTS = {
    "ours": [
        "the fox ran home in Kenya",
        "the fox ran home in Kenya today",
        "the fox ran far in Kenya and Japan",
        "the fox slept",
        "the fox slept",
        "zebras",
    ],
    "theirs": [
        "a bank sold shares in France",
        "a bank sold shares in Paris",
        "a bank sold bonds",
        "a bank sold more bonds",
        "a bank sold gold",
        "a bank bought gold",
    ],
}


@pytest.fixture
def texts():
    """The texts of each set."""
    return TEXTS


@pytest.fixture
def explore(store, project, texts):
    """Asks a job about both sets: `explore(WordingRequest, explore_wording, Part.DIVERSITY)`."""
    everything = [text for own in texts.values() for text in own]
    encoder_id = open_encoder(REFERENCE, store.home).id
    VectorCache(store.home).add(encoder_id, list(map(hash_text, everything)), WordEncoder().encode(everything))
    datasets = [
        store.datasets.import_rows(
            project.id,
            name,
            DatasetKind.GOLD,
            [NewSample(item, text, "", ("World" if item % 2 else "Sports",), {}) for item, text in enumerate(own)],
            info={},
        )
        for name, own in texts.items()
    ]

    def ask(kind, job, part, **choices):
        request = make_request(store, project, datasets, (part,), **choices)
        return job(request.ask(kind), JobContext(store.home))

    return ask
