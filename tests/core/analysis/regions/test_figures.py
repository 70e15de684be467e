"""Shares of continents and countries, their intervals, tables and portraits of regions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binomtest

from attrprompt.analysis.adherence.asked_places import asked_found_matrix
from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.figures import (
    RegionDraws,
    effective_regions,
    list_missing_countries,
    plan_region_draws,
    rank_countries,
    region_figures,
)
from attrprompt.analysis.regions.located import locate_counted
from attrprompt.analysis.regions.references import Reference, population_reference, uniform_reference
from attrprompt.analysis.statistics.estimate import wilson
from attrprompt.analysis.texts.selection import AnalysisSet, TextChoice, name_labels
from attrprompt.errors import InputError
from tests.core.analysis.regions.sets import draw_set, locate, make_set


def test_a_text_with_several_continents_is_shared_out_over_them():
    located = make_set([["Africa"], ["Africa", "Asia"], [], ["Europe", "Europe"]])
    figures = region_figures(located)
    assert (figures.documents, figures.located, figures.unlocated) == (4, 3, 1)
    assert figures.whole["Africa"] == pytest.approx(1.5 / 3)
    assert figures.whole["Asia"] == pytest.approx(0.5 / 3)
    assert figures.whole["Europe"] == pytest.approx(1 / 3)
    assert sum(figures.whole.values()) == pytest.approx(1)
    assert figures.any["Africa"].value == pytest.approx(2 / 4)
    assert figures.any["Asia"].value == pytest.approx(1 / 4)
    assert figures.countries == {"KE": 2, "JP": 1, "FR": 1}
    assert figures.mentions.continents == {"Africa": 2, "Asia": 1, "Europe": 2}
    assert figures.mentions.countries["FR"] == 2


def test_a_mention_without_a_continent_does_not_locate_a_text():
    located = make_set([[None]])
    figures = region_figures(located, [uniform_reference()])
    assert (figures.located, figures.unlocated) == (0, 1)
    assert figures.continents == {}
    assert figures.note == "no text names a place"
    assert figures.references["uniform"].js is None


def test_shares_have_intervals_around_the_share_of_all_texts():
    located = draw_set([0.1, 0.2, 0.3, 0.2, 0.1, 0.1], 400, seed=1)
    figures = region_figures(located)
    assert sum(estimate.value for estimate in figures.continents.values()) == pytest.approx(1)
    for region in tables.CONTINENTS:
        estimate = figures.continents[region]
        assert estimate.low < figures.whole[region] < estimate.high
        assert (estimate.n, estimate.m, estimate.repeats) == (400, 200, 200)
    assert figures.continents["other"].value == 0


def test_the_order_of_input_does_not_matter():
    located = draw_set([0.1, 0.2, 0.3, 0.2, 0.1, 0.1], 60, seed=2)
    shuffled = located.take(list(reversed(range(60))))
    references = [uniform_reference()]
    assert region_figures(located, references).to_json() == region_figures(shuffled, references).to_json()


def test_doubling_the_set_leaves_shares_divergence_and_effective_number():
    located = draw_set([0.1, 0.2, 0.3, 0.2, 0.1, 0.1], 80, seed=3)
    doubled = located.take([*range(80), *range(80)])
    once, twice = (region_figures(s, [uniform_reference()]) for s in (located, doubled))
    assert twice.whole == pytest.approx(once.whole)
    assert twice.references["uniform"].js == pytest.approx(once.references["uniform"].js)
    assert twice.references["uniform"].parity_gap == pytest.approx(once.references["uniform"].parity_gap)
    assert effective_regions(doubled) == pytest.approx(effective_regions(located))


def test_the_interval_covers_the_share_of_the_pool():
    pool = draw_set([0.05, 0.2, 0.3, 0.25, 0.1, 0.1], 4_000, seed=4)
    truth = region_figures(pool).whole["Europe"]
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(100):
        part = pool.take(rng.choice(pool.n, size=200, replace=False).tolist())
        estimate = region_figures(part, repeats=100).continents["Europe"]
        covered += estimate.low <= truth <= estimate.high
    assert 88 <= covered <= 100


def test_wilson_is_scipys():
    for count, n in [(0, 10), (3, 10), (10, 10), (70, 1000)]:
        interval = binomtest(count, n).proportion_ci(method="wilson")
        estimate = wilson(count, n)
        assert (estimate.low, estimate.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_draws_take_the_same_number_for_each_label_that_all_sets_have():
    a = draw_set([1 / 6] * 6, 300, seed=6, labels=("World", "Sports"))
    b = draw_set([1 / 6] * 6, 120, seed=7, labels=("world", "Sports", "Other"))
    draws = plan_region_draws([a, b])
    assert draws == RegionDraws(20, ("sports", "world"))
    assert region_figures(a, draws=draws).continents["Asia"].m == 20


def test_small_sets_have_no_interval():
    figures = region_figures(make_set([["Africa"]] * 4 + [["Asia"]] * 4))
    assert figures.continents["Africa"].low is None
    figures = region_figures(make_set([["Africa"]]))
    assert figures.continents["Africa"].value == 1
    assert figures.continents["Africa"].low is None


def test_an_empty_set_is_refused():
    with pytest.raises(InputError):
        locate("nothing", [])


def test_countries_are_missing_only_beyond_chance():
    reference = Reference("r", uniform_reference().continents, {"KE": 0.5, "PE": 0.3, "FR": 0.15, "NZ": 0.05})
    located = make_set([["Africa"]] * 10)
    missing = list_missing_countries(located, reference)
    assert [country.country for country in missing] == ["PE"]
    assert missing[0].chance == pytest.approx(0.7**10)
    assert 0.85**10 > 0.05
    assert list_missing_countries(located, uniform_reference()) is None


def test_countries_are_ranked_by_the_texts_that_name_them():
    assert rank_countries({"SG": 1, "FR": 2, "DE": 0}, 100) == [
        ("FR", "France", 2, 0.02),
        ("SG", "Singapore", 1, 0.01),
    ]


def test_asked_and_found_are_crossed():
    asked = [{"location": "Kenya"}] * 30 + [{"location": "Europe"}] * 30 + [{"location": "Others"}] * 2 + [{}]
    named = [["Africa"]] * 24 + [[]] * 6 + [["Europe"]] * 15 + [["Europe", "Asia"]] * 15 + [[]] * 3
    matrix = asked_found_matrix(make_set(named, attributes=asked), "location")
    rows = {row.value: row for row in matrix.values}
    assert rows["Kenya"].found == {"Africa": 24, "no place": 6}
    assert rows["Kenya"].obeyed.value == pytest.approx(24 / 30)
    assert rows["Europe"].found == {"Europe": 30, "Asia": 15}
    assert rows["Europe"].obeyed.value == 1
    assert rows["Others"].obeyed is None
    assert matrix.by_continent["Africa"] == {"Africa": 24, "no place": 6}
    assert matrix.not_asked == 1
    json.dumps(matrix.to_json())


def test_figures_and_rows_of_real_texts_are_json():
    texts = ["A fire in Kenya.", "Paris and Tokyo signed.", "Nothing here.", "Kenyan runners won in Berlin."]
    located = locate("news", texts, ["World"] * 4)
    figures = json.loads(json.dumps(region_figures(located, [uniform_reference(), population_reference()]).to_json()))
    assert {"documents", "located", "unlocated", "continents", "any", "countries", "references"} <= set(figures)
    assert set(figures["references"]["uniform"]) >= {"js", "js_by_chance", "p", "parity_gap", "effective_regions"}
    assert figures["countries"] == {"KE": 2, "FR": 1, "JP": 1, "DE": 1}
    rows = list(located.to_rows())
    assert rows[1] == {
        "text": "Paris and Tokyo signed.",
        "label": "World",
        "mentions": [
            {"text": "Paris", "country": "FR", "continent": "Europe"},
            {"text": "Tokyo", "country": "JP", "continent": "Asia"},
        ],
        "continents": ["Asia", "Europe"],
    }


def test_only_texts_that_count_are_located_each_with_its_number_and_its_label_as_shown():
    dataset = AnalysisSet(
        "a",
        ["Kenya", " ", "Peru", "nothing", "Chad"],
        ["x", "x", "Y", "X", "x"],
        items=[10, 11, 12, 13, 14],
        flags=[(), (), (), (), ("refusal",)],
    )
    located = locate_counted(dataset, TextChoice(), name_labels([dataset]))
    assert (located.texts, located.labels, located.items) == (
        ["Kenya", "Peru", "nothing"],
        ["x", "Y", "x"],
        [10, 12, 13],
    )
    assert located.list_values("label") == ["Y", "x"]
    assert located.take([1]).items == [12]
    again = locate_counted(dataset, TextChoice(), name_labels([dataset]), mentions=[[], [], []])
    assert not again.is_located.any()


def test_rulings_reach_the_figures():
    texts = ["A fire in Georgia."] * 3
    assert region_figures(locate("a", texts)).countries == {"US": 3}
    assert region_figures(locate("a", texts, rulings={"Georgia": "GE"})).countries == {"GE": 3}
