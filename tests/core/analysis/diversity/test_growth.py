import numpy as np
import pytest

from attrprompt.analysis.diversity.growth import measure_growth
from attrprompt.analysis.statistics.subsampling import part_by_label
from attrprompt.analysis.texts.selection import AnalysisSet, TextChoice, name_labels, prepare_set
from attrprompt.errors import InputError


def stock_of(texts):
    dataset = AnalysisSet("a", texts, ["x"] * len(texts))
    prepared = prepare_set(dataset, TextChoice(), name_labels([dataset]))
    return part_by_label([prepared], [np.arange(prepared.n)]).stocks[0]


def test_words_of_their_own_grow_one_for_one():
    stock = stock_of([" ".join(f"w{i}x{j}" for j in range(10)) for i in range(60)])
    points = measure_growth(stock, points=6, repeats=5)
    assert [point.vocabulary for point in points] == [point.tokens for point in points]
    assert (points[0].tokens, points[-1].tokens) == (100, 600)


def test_the_same_words_in_every_text_stop_growing():
    points = measure_growth(stock_of([f"a b c d e {i % 3}" for i in range(60)]), points=5, repeats=5)
    assert points[-1].vocabulary == 8
    assert points[0].vocabulary == pytest.approx(8, abs=0.5)


def test_the_band_ends_at_half_of_the_tokens():
    rng = np.random.default_rng(0)
    stock = stock_of([" ".join(f"w{word}" for word in rng.zipf(1.5, size=20) % 500) for _ in range(100)])
    for point in measure_growth(stock, points=10, repeats=30):
        assert (point.low is None) == (point.tokens > 1000)
        assert point.low is None or point.low < point.vocabulary < point.high


def test_no_words_are_refused():
    with pytest.raises(InputError, match="no words"):
        measure_growth(stock_of(["…"] * 5))
