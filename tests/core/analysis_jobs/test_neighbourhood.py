"""Which texts lie near each other, and that it comes back as it was kept."""

import json

import numpy as np
import pytest

from attrprompt.analysis_jobs.neighbourhood import Neighbourhood, NeighbourhoodRequest, explore_neighbourhood
from attrprompt.analysis_jobs.request import Part
from attrprompt.worker.jobs import Arrays


def test_groups_pairs_outliers_and_regions_are_found(explore):
    found = explore(NeighbourhoodRequest, explore_neighbourhood, Part.SIMILARITY, threshold=0.95)
    groups = found.cluster_of.tolist()
    assert len(set(groups[6:])) == 1 and groups[0] not in groups[6:]
    assert sum(cluster.size for cluster in found.clusters) == 12
    assert "bank" in found.clusters[groups[6]].keywords
    assert [(pair.first, pair.second) for pair in found.pairs.above] == [(3, 4)]
    assert found.pairs.above[0].similarity == pytest.approx(1)
    assert found.pairs.pairs_above == 1
    assert found.outliers[0].index == 5
    named = [found.regions[number] for number in found.region_of]
    assert named[:4] == ["Africa", "Africa", "several continents", "no place"]
    assert set(found.similarities) == {"ours", "theirs"}
    assert found.coordinates.shape == (12, 2)


def test_it_comes_back_as_it_was_kept(explore):
    kept = explore(NeighbourhoodRequest, explore_neighbourhood, Part.SIMILARITY).to_arrays()
    facts = json.loads(json.dumps(kept.facts, allow_nan=False))
    again = Neighbourhood.from_arrays(Arrays(kept.arrays, facts)).to_arrays()
    assert again.facts == kept.facts
    assert all(np.array_equal(again.arrays[name], kept.arrays[name]) for name in kept.arrays)
