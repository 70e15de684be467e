"""The demo project: really generated texts, their embeddings and map, found by every new home."""

import json

import numpy as np
import pytest

from attrprompt.analysis.similarity.projection import neighbour_overlap
from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.analysis_jobs.neighbourhood import NeighbourhoodRequest
from attrprompt.analysis_jobs.wording import WordingRequest, explore_wording
from attrprompt.demo import EXAMPLES, find_demo, first_requests, reset_demo, seed_demo
from attrprompt.encoding.cache import VectorCache, hash_text
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from attrprompt.project import parse_project
from attrprompt.runtime.runtime import open_runtime
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import find_result, find_result_file
from tests.homes import open_home
from tests.kept import assert_comes_back


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home with the demo in it, for all that look at it."""
    with open_home(tmp_path_factory.mktemp("home")) as folder:
        seed_demo(open_runtime(folder))
        yield folder


@pytest.fixture
def demo(runtime):
    return runtime.store.projects.load(find_demo(runtime))


def texts_of(runtime, demo):
    datasets = runtime.store.datasets.list_all(demo.id)
    return [sample for dataset in datasets for sample in runtime.store.datasets.iterate(dataset.id)]


def test_it_holds_four_hundred_texts_of_each_method_with_their_provenance(runtime, demo):
    runs = {run.name: run for run in runtime.store.runs.list_all(demo.id)}
    assert {name: run.counters.completed for name, run in runs.items()} == {"simprompt": 400, "attrprompt": 400}
    assert runs["simprompt"].parameters == runs["attrprompt"].parameters
    for sample in texts_of(runtime, demo):
        assert sample.prompt and sample.model and sample.completion_tokens
        assert bool(sample.attributes) == (sample.dataset == "attrprompt")


def test_under_five_percent_of_either_set_are_cut(runtime, demo):
    for dataset in runtime.store.datasets.list_all(demo.id):
        cut = runtime.store.datasets.count_facets(dataset.id).flags.get("truncated", 0)
        assert cut / dataset.rows < 0.05, dataset.name


def test_its_prompts_are_those_that_the_plan_makes_anew(runtime, demo):
    from attrprompt.generation.plans.plan import make_plan, read_options

    for run in runtime.store.runs.list_all(demo.id):
        planned = make_plan(runtime.store.runs.load_document(run.id), read_options(dict(run.options)))
        stored = runtime.store.runs.iterate_plan(run.id)
        assert [(item.prompt, item.seed) for item in planned] == [(item.prompt, item.seed) for item in stored]


def test_its_document_has_the_hash_that_its_provenance_names():
    provenance = json.loads((EXAMPLES / "provenance.json").read_text(encoding="utf-8"))
    assert parse_project(provenance["document"]).content_hash == provenance["content_hash"]


def test_its_embeddings_are_those_that_the_encoder_computes(runtime, demo):
    encoder = open_encoder(REFERENCE, runtime.home)
    texts = [sample.text for sample in texts_of(runtime, demo)][::16]
    assert len(texts) == 50
    cached = VectorCache(runtime.home).read(encoder.id, [hash_text(text) for text in texts])
    assert np.min(np.sum(cached * encoder.encode(texts), axis=1)) >= 0.999


def test_the_pages_first_questions_are_answered_without_computing(runtime, demo):
    for request in first_requests(runtime.store, demo):
        assert find_result(runtime.home, request) is not None, request.kind


def find_first(runtime, demo, kind):
    """The request of this class that the pages ask first, and its answer."""
    request = next(each for each in first_requests(runtime.store, demo) if isinstance(each, kind))
    return request, find_result(runtime.home, request)


@pytest.mark.parametrize("kind", [NeighbourhoodRequest, MapRequest])
def test_its_maps_come_back_as_they_were_kept(runtime, demo, kind):
    request, found = find_first(runtime, demo, kind)
    again = found.to_arrays()
    with np.load(find_result_file(runtime.home, request)) as kept:
        assert json.dumps(again.facts) == str(kept["facts"])
        assert set(kept) == {*again.arrays, "facts"}
        assert all(np.array_equal(again.arrays[name], kept[name]) for name in again.arrays)


def test_its_words_are_those_that_the_job_reads_anew(runtime, demo):
    request, kept = find_first(runtime, demo, WordingRequest)
    found = explore_wording(request, JobContext(runtime.home))
    assert_comes_back(kept)
    assert found.shared == kept.shared
    for name, words in found.datasets.items():
        assert (words.lengths, words.openings) == (kept.datasets[name].lengths, kept.datasets[name].openings)
        assert words.paper == kept.datasets[name].paper
        assert words.growth[-1].vocabulary == pytest.approx(kept.datasets[name].growth[-1].vocabulary)
    assert [pair.phrases[0].phrase for pair in found.overused] == [pair.phrases[0].phrase for pair in kept.overused]


def test_its_map_keeps_neighbours_together(runtime, demo):
    _, found = find_first(runtime, demo, MapRequest)
    coordinates = found.coordinates
    counted = [sample for sample in texts_of(runtime, demo) if not {"empty", "refusal"} & set(sample.flags)]
    assert coordinates.shape == (len(counted), 2)
    encoder = open_encoder(REFERENCE, runtime.home)
    vectors = VectorCache(runtime.home).read(encoder.id, [hash_text(sample.text) for sample in counted])
    shuffled = np.random.default_rng(0).permutation(coordinates)
    assert neighbour_overlap(vectors, coordinates) > 0.2
    assert neighbour_overlap(vectors, coordinates) > 5 * neighbour_overlap(vectors, shuffled)


def test_resetting_brings_it_back_as_it_was(tmp_path):
    with open_home(tmp_path) as folder:
        runtime = open_runtime(folder)
        first = seed_demo(runtime)
        dataset = runtime.store.datasets.list_all(first.id)[0]
        runtime.store.datasets.delete(dataset.id)
        second = reset_demo(runtime)
        assert len(runtime.store.datasets.list_all(second.id)) == 2
        assert [each.id for each in runtime.store.projects.list_all()] == [second.id]
        assert seed_demo(runtime).id == second.id
