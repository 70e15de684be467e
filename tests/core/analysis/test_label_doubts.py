"""A probe doubts the labels that vectors contradict."""

import numpy as np

from attrprompt.analysis.label_doubts import find_label_doubts


def test_a_probe_doubts_labels_that_the_vectors_contradict():
    rng = np.random.default_rng(0)
    labels = ["a"] * 40 + ["b"] * 40 + ["rare"] * 5
    centres = {"a": [6.0, 0.0, 0.0], "b": [0.0, 6.0, 0.0], "rare": [0.0, 0.0, 6.0]}
    vectors = np.array([rng.normal(centres[label], 0.3) for label in labels], dtype=np.float32)
    labels[3] = "b"
    found = find_label_doubts(vectors, labels)
    assert list(found.suggestions) == [3]
    assert found.suggestions[3][0] == "a"
    assert found.left_out == ("rare",)
