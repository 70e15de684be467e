"""Values that only a classifier can tell: those it cannot are ignored."""

import numpy as np
import pytest

from attrprompt.analysis.adherence.classified import measure_by_classifier, why_unclassifiable
from attrprompt.analysis.adherence.values import adjust_values
from tests.kept import assert_comes_back


def make_styled(spread):
    """Texts of two styles by turns over two labels, their embeddings `spread` apart."""
    rng = np.random.default_rng(0)
    styles = ["plain", "ornate"] * 40 + ["rare"] * 5
    vectors = rng.standard_normal((85, 6))
    vectors[:, 0] += [spread * (style == "ornate") for style in styles]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), [f"text {row}" for row in range(85)], [{"style": style} for style in styles]


@pytest.mark.parametrize(("spread", "ignored"), [(0.0, True), (4.0, False)])
def test_a_style_whose_texts_cannot_be_told_from_the_rest_is_ignored(spread, ignored):
    vectors, texts, asked = make_styled(spread)
    labels = ["x", "x", "y", "y"] * 21 + ["x"]
    found, rated = measure_by_classifier(vectors, texts, labels, asked, "style", items=range(85))
    values = {value.value: value for value in adjust_values(rated)}
    assert {name: values[name].ignored for name in ("plain", "ornate")} == {"plain": ignored, "ornate": ignored}
    assert values["rare"].reason == "too few texts: 5"
    assert found.to_json()["kind"] == "text"
    assert "forced choice" in found.note
    assert sum(map(sum, found.confusion)) == found.n == 80
    assert_comes_back(found)
    for value in values.values():
        assert_comes_back(value)


def test_too_few_texts_for_a_classifier_are_said_without_embeddings():
    assert "there are few: 3" in why_unclassifiable(["few"] * 3, ["a", "b", "c"])
    assert why_unclassifiable(["a"] * 20 + ["b"] * 20, [str(row) for row in range(40)]) == ""
