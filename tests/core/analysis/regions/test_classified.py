"""Continents by the attribute classifier: what it is trained on, and what stands beside it."""

import numpy as np
import pytest

from attrprompt.analysis.attribute_classifier import train_attribute_classifier
from attrprompt.analysis.regions.classified import (
    NONE,
    ClassifiedContinents,
    classify_set,
    describe_classifier,
    label_obeying,
    why_untrainable,
)
from tests.core.analysis.regions.sets import locate
from tests.kept import assert_comes_back

WORDS = {"Kenya": "safari", "Japan": "sushi", "none": "market"}


def make_located(counts, name="run"):
    """Texts that were asked for a place; those of `none` were asked for Kenya and name nothing."""
    texts, places = [], []
    for place, n in counts.items():
        for number in range(n):
            texts.append(f"{'' if place == 'none' else place} {WORDS[place]} {number}")
            places.append({"location": "Kenya" if place == "none" else place})
    return locate(name, texts, labels=["x", "y"] * (len(texts) // 2), attributes=places)


def encode(texts):
    """One axis a word of `WORDS`."""
    rng = np.random.default_rng(0)
    rows = np.array([[float(word in text) for word in WORDS.values()] for text in texts])
    rows = rows + 0.05 * rng.standard_normal(rows.shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_texts_that_obey_teach_their_continent_and_texts_without_a_place_none():
    texts = ["A fair in Kenya.", "A fair.", "Kenya beat Japan.", "A fair in Peru.", "A fair in France.", "Kenya."]
    places = ["Kenya", "Kenya", "Kenya", "Kenya", "Europe", None]
    asked = [{"location": place} if place else {} for place in places]
    located = locate("set", texts, attributes=asked)
    assert label_obeying(located, "location") == ["Africa", NONE, None, None, "Europe", None]


def test_a_place_that_has_no_continent_teaches_nothing():
    located = locate("set", ["A fair."], attributes=[{"location": "the countryside"}])
    assert label_obeying(located, "location") == [None]


def test_the_classifier_knows_that_texts_may_name_no_place():
    located = make_located({"Kenya": 30, "Japan": 30, "none": 30})
    classes = label_obeying(located, "location")
    assert why_untrainable(classes, located.texts) == ""
    classifier = train_attribute_classifier(encode(located.texts), classes, located.texts)
    assert classifier.classes == ("Africa", "Asia", NONE)
    found = classify_set(classifier, located, encode(located.texts), own=True)
    assert {name: share.value for name, share in found.raw.items()} == pytest.approx(dict.fromkeys(found.raw, 1 / 3))
    assert found.corrected == pytest.approx(dict.fromkeys(found.raw, 1 / 3))
    assert {name: found.finder[name] for name in found.raw} == pytest.approx(dict.fromkeys(found.raw, 1 / 3))
    assert set(found.by_label) == {"x", "y"}

    other = locate("sim", ["sushi 1", "sushi 2", "market 3", "safari in Peru"], labels=["x"] * 4)
    unseen = classify_set(classifier, other, encode(other.texts), own=False)
    assert unseen.raw["Asia"].value == 0.5
    assert unseen.finder[NONE] == 0.75
    assert unseen.by_label == {"x": 4}
    assert unseen.to_json()["by_label"] == {"x": {"too_few_texts": 4}}
    assert unseen.items["Asia"] == (0, 1)
    described = describe_classifier(classifier, "location", "run")
    assert (described.accuracy, described.classes) == (1, classifier.classes)
    assert_comes_back(ClassifiedContinents("", described, {"run": found, "sim": unseen}))


def test_why_there_is_no_classifier_comes_back():
    assert assert_comes_back(ClassifiedContinents("no place was asked for")).classifier is None


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"Kenya": 30, "Japan": 30, "none": 6}, "there are 6"),
        ({"Kenya": 30, "Japan": 8, "none": 30}, "two values with 20 texts each; there are Asia: 8"),
    ],
)
def test_too_few_texts_are_said_before_anything_is_encoded(counts, reason):
    located = make_located(counts)
    assert reason in why_untrainable(label_obeying(located, "location"), located.texts)
