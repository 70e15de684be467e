"""The presets: counts, wording that works in every prompt, and values that belong to one label each."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from attrprompt import presets
from attrprompt.analysis.regions.finder import RegionFinder
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from attrprompt.errors import InputError
from attrprompt.presets import list_presets, load_preset
from attrprompt.project import DimensionKind, Method, fold_text
from attrprompt.prompts.rendering import PromptRenderer, check_template
from attrprompt.sampling import build_space, find_empty_labels

NAMES = ("agnews", "amazon", "arxiv", "nyt", "sst2")
AUTHORS_LABELS = {
    "agnews": "World Sports Business Sci_Tech",
    "sst2": "negative positive",
    "nyt": "federal_budget surveillance the_affordable_care_act immigration law_enforcement gay_rights gun_control "
    "military abortion dance tv_show music movies stocks_and_bonds energy_companies economy international_business "
    "astronomy environment hockey basketball tennis golf american_football baseball soccer",
    "amazon": "magazines camera_photo office_products kitchen cell_phones_service computer_video_games "
    "grocery_and_gourmet_food tools_hardware automotive music_album health_and_personal_care electronics "
    "outdoor_living video apparel toys_games sports_outdoors books software baby musical_and_instruments beauty "
    "jewelry_and_watches",
}
LEAST_VALUES = {
    "agnews": {"subtopic": 18, "location": 36, "style": 5, "length": 3},
    "sst2": {"genre": 10, "aspect": 10, "style": 5, "length": 3},
    "nyt": {"subtopic": 10, "location": 6, "style": 5, "length": 3},
    "amazon": {"product": 10, "brand": 8, "experience": 5, "style": 5, "length": 3},
    "arxiv": {"subtopic": 8, "technique": 7, "style": 5, "length": 3},
}
MAY_FIT_SEVERAL_LABELS = {("amazon", "brand")}
HIGHEST_SIMILARITY = 0.85
REVIEWED = Path(__file__).parents[2] / "data" / "preset_reviewed_pairs.yaml"


def read_yaml(name):
    return yaml.safe_load((Path(presets.__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"))


def dimension_of(document, name):
    return document.dimensions[document.find_dimension(name)]


def first_configuration(document, label_id):
    space = build_space(document, [label_id])
    return space.configuration([0] * len(space.slots))


@pytest.fixture(params=NAMES)
def preset(request):
    return request.param


@pytest.fixture
def document(preset):
    return load_preset(preset)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return open_encoder(REFERENCE, tmp_path_factory.mktemp("home"), threads=1)


def test_all_presets_are_listed_with_what_a_person_wants_to_know():
    found = {info.name: info for info in list_presets()}
    assert set(found) == set(NAMES)
    for name, info in found.items():
        document = load_preset(name)
        assert info.title and info.description.endswith(".")
        assert info.labels == len(document.labels)
        assert list(info.dimensions) == [dimension.name for _, dimension in document.ordered_dimensions()]
        assert info.multi_label is (name == "arxiv") is document.task.multi_label


def test_an_unknown_preset_is_refused_with_the_names_of_the_known_ones():
    with pytest.raises(InputError, match=r"'agnew'.*agnews, amazon, arxiv, nyt, sst2"):
        load_preset("agnew")


def test_the_file_is_named_as_the_preset_and_holds_nothing_unknown(preset):
    assert read_yaml(preset)["name"] == preset


def test_a_preset_gives_the_same_document_each_time(preset, document):
    assert load_preset(preset) == document
    assert load_preset(preset).content_hash == document.content_hash


@pytest.mark.parametrize("name", AUTHORS_LABELS)
def test_labels_are_named_as_in_the_authors_files(name):
    assert [label.name for _, label in load_preset(name).ordered_labels()] == AUTHORS_LABELS[name].split()


def test_each_label_has_a_display_name_and_one_sentence_of_its_own(document):
    descriptions = [label.description for label in document.labels.values()]
    assert all(label.display and "_" not in label.display for label in document.labels.values())
    assert all(text.endswith(".") and text.count(". ") == 0 for text in descriptions)
    assert len(set(descriptions)) == len(descriptions)


def test_every_label_has_enough_values_in_every_dimension(preset, document):
    least = LEAST_VALUES[preset]
    assert [dimension.name for _, dimension in document.ordered_dimensions()] == list(least)
    for label_id, label in document.labels.items():
        for dimension in document.dimensions.values():
            assert len(dimension.values_for(label_id)) >= least[dimension.name], (label.name, dimension.name)


def test_arxiv_has_at_least_twenty_categories_and_many_subtopics_on_their_borders():
    document = load_preset("arxiv")
    shared = [value for _, value in dimension_of(document, "subtopic").ordered() if len(value.labels) > 1]
    assert len(document.labels) >= 20
    assert len(shared) >= 25
    assert max(len(value.labels) for value in shared) >= 3


def test_no_value_stands_twice_in_a_dimension(preset, document):
    for dimension in document.dimensions.values():
        if (preset, dimension.name) in MAY_FIT_SEVERAL_LABELS:
            continue
        counts = Counter(fold_text(value.text) for value in dimension.values.values())
        assert [text for text, count in counts.items() if count > 1] == [], dimension.name


def test_lengths_follow_each_other(document):
    lengths = [(value.minimum, value.maximum) for _, value in dimension_of(document, "length").ordered()]
    assert lengths == sorted(lengths)
    assert all(lower[1] <= upper[0] for lower, upper in pairwise(lengths))


def test_styles_are_explained(document):
    assert all(value.description for value in dimension_of(document, "style").values.values())


@pytest.mark.parametrize(("name", "per_continent"), [("agnews", 7), ("nyt", 1)])
def test_places_are_found_on_the_map_and_spread_evenly_over_six_continents(name, per_continent):
    location = dimension_of(load_preset(name), "location")
    assert location.kind is DimensionKind.PLACE
    continents = Counter()
    for _, value in location.ordered():
        mentions = RegionFinder().find(location.prompt_clause.replace("{value}", value.text))
        assert len(mentions) == 1, value.text
        continents[mentions[0].continent] += 1
        assert (mentions[0].country is not None) is (name == "agnews"), value.text
    expected = ("Africa", "Asia", "Europe", "North America", "South America", "Oceania")
    assert continents == dict.fromkeys(expected, per_continent)


def test_clauses_are_sentences_with_one_place_for_the_value(document):
    for dimension in document.dimensions.values():
        assert dimension.clause.count("{value}") == 1, dimension.name
        assert dimension.clause[0].isupper() and dimension.clause.endswith("."), dimension.name
        assert dimension.description.endswith("."), dimension.name


def test_values_continue_a_sentence(document):
    for dimension in document.dimensions.values():
        for value in dimension.values.values():
            assert value.text == " ".join(value.text.split())
            assert not value.text.endswith("."), value.text
            assert not value.description.endswith("."), value.text


def test_templates_are_good_and_there_for_both_methods(document):
    for method in (Method.SIMPROMPT, Method.ATTRPROMPT):
        assert check_template(document.templates[method].text, method=method) is None


def test_every_label_gives_a_clean_simprompt(document):
    renderer = PromptRenderer(document, Method.SIMPROMPT)
    prompts = [renderer.render([label_id]) for label_id in document.labels]
    assert len(set(prompts)) == len(prompts)
    for prompt in prompts:
        assert prompt == " ".join(prompt.split())
        assert "{" not in prompt and "Write only the text of" in prompt


def test_every_label_gives_an_attrprompt_that_adds_the_clauses_to_the_simprompt(document):
    simple, attributed = (PromptRenderer(document, method) for method in (Method.SIMPROMPT, Method.ATTRPROMPT))
    for label_id in document.labels:
        configuration = first_configuration(document, label_id)
        prompt = attributed.render([label_id], configuration)
        clauses = [
            document.dimensions[dimension_id].prompt_clause.replace(
                "{value}", document.dimensions[dimension_id].values[value_id].wording
            )
            for dimension_id, (value_id,) in configuration.items()
        ]
        assert len(clauses) == len(document.dimensions)
        assert prompt == " ".join(prompt.split())
        assert prompt.replace(" ".join(clauses) + " ", "") == simple.render([label_id])


def test_a_prompt_names_all_labels_of_a_text():
    document = load_preset("arxiv")
    labels = [document.find_label("optics"), document.find_label("quantum_physics")]
    for method in (Method.SIMPROMPT, Method.ATTRPROMPT):
        prompt = PromptRenderer(document, method).render(labels)
        assert "categories Optics; Quantum physics" in prompt


def test_constraints_name_values_that_exist_and_give_a_reason(preset, document):
    for given, constraint in zip(read_yaml(preset)["constraints"], document.constraints.values(), strict=True):
        assert constraint.reason.endswith(".")
        for name, texts in given["values"].items():
            dimension_id = document.find_dimension(name)
            read = {document.dimensions[dimension_id].values[key].text for key in constraint.values[dimension_id]}
            labels = {document.find_label(label) for label in given["labels"]}
            assert read == set(texts)
            allowed = {
                value.text for label_id in labels for _, value in dimension_of(document, name).values_for(label_id)
            }
            assert read <= allowed


def test_constraints_leave_every_label_configurations(document):
    assert find_empty_labels(document) == {}


def test_the_affordable_care_act_stays_in_north_america():
    document = load_preset("nyt")
    space = build_space(document, [document.find_label("the_affordable_care_act")])
    location = document.find_dimension("location")
    (slot,) = [slot for slot in space.slots if slot.dimension_id == location]
    assert [document.dimensions[location].values[value_id].text for value_id in slot.value_ids] == ["North America"]


def find_similar_values(dimension, encoder, threshold=HIGHEST_SIMILARITY):
    """Pairs of values without a common label whose cosine similarity exceeds the threshold."""
    values = [value for _, value in dimension.ordered()]
    vectors = encoder.encode([value.text for value in values])
    first, second = np.nonzero(np.triu(vectors @ vectors.T > threshold, k=1))
    return [
        frozenset((values[i].text, values[j].text))
        for i, j in zip(first, second, strict=True)
        if not set(values[i].labels) & set(values[j].labels)
    ]


def test_no_value_of_one_label_is_nearly_a_value_of_another(preset, document, encoder):
    reviewed = [
        (entry["dimension"], frozenset(entry["values"]))
        for entry in yaml.safe_load(REVIEWED.read_text(encoding="utf-8"))["pairs"]
        if entry["preset"] == preset and entry["reason"].strip()
    ]
    found = [
        (dimension.name, pair)
        for dimension in document.dimensions.values()
        if dimension.class_dependent and (preset, dimension.name) not in MAY_FIT_SEVERAL_LABELS
        for pair in find_similar_values(dimension, encoder)
    ]
    assert set(found) == set(reviewed)


def test_the_check_finds_a_value_that_fits_two_labels(encoder):
    document = load_preset("nyt")
    dimension = dimension_of(document, "subtopic")
    theirs = next(value for value in dimension.values.values() if value.text == "inflation at the supermarket checkout")
    planted = theirs.model_copy(
        update={"text": "inflation at supermarket checkouts", "labels": (document.find_label("federal_budget"),)}
    )
    spoilt = dimension.model_copy(update={"values": {**dimension.values, "planted": planted}})
    assert find_similar_values(spoilt, encoder) == [frozenset((theirs.text, planted.text))]


def test_the_files_are_parsed_once(monkeypatch):
    first = list_presets()
    monkeypatch.setattr("attrprompt.presets.yaml.safe_load", lambda text: pytest.fail("parsed again"))
    assert list_presets() == first
