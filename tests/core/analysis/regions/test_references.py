"""References to compare regions with: population, what was asked for, a gold set, a table of one's own."""

from __future__ import annotations

import pytest

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.divergence import measure_divergence
from attrprompt.analysis.regions.figures import region_figures
from attrprompt.analysis.regions.references import (
    Reference,
    population_reference,
    read_reference_csv,
    requested_reference,
    sample_reference,
    uniform_countries_reference,
    uniform_reference,
)
from attrprompt.errors import InputError
from tests.core.analysis.regions.sets import draw_set, make_set


@pytest.mark.parametrize(
    "make",
    [uniform_reference, population_reference, uniform_countries_reference, lambda: requested_reference(["Kenya"])],
)
def test_references_are_distributions(make):
    reference = make()
    assert sum(reference.continents.values()) == pytest.approx(1)
    assert set(reference.continents) == set(tables.REGIONS)
    if reference.countries is not None:
        assert sum(reference.countries.values()) == pytest.approx(1)


def test_population_puts_most_people_in_asia():
    reference = population_reference()
    assert 0.55 < reference.continents["Asia"] < 0.62
    assert reference.continents["Oceania"] < 0.01
    assert "CS" not in reference.countries


def test_requested_locations_weigh_as_often_as_they_were_asked_for():
    reference = requested_reference(["Kenya", "Kenya", "Peru", "Europe", "Others"])
    assert reference.continents["Africa"] == pytest.approx(2 / 4)
    assert reference.continents["Europe"] == pytest.approx(1 / 4)
    assert reference.countries is None
    assert reference.note.startswith("20%")
    assert requested_reference({"Kenya": 1, "Peru": 3}).countries == pytest.approx({"KE": 0.25, "PE": 0.75})
    with pytest.raises(InputError):
        requested_reference(["Others"])


def test_a_gold_set_is_a_reference_with_its_own_chance():
    gold = draw_set([0.1, 0.3, 0.2, 0.2, 0.1, 0.1], 100, seed=16)
    reference = sample_reference(gold)
    assert reference.continents == pytest.approx(region_figures(gold).whole)
    assert reference.continents_a_text == {1: 100}
    fixed = Reference("fixed", reference.continents)
    other = draw_set([0.1, 0.3, 0.2, 0.2, 0.1, 0.1], 100, seed=17)
    assert measure_divergence(other, reference).by_chance > measure_divergence(other, fixed).by_chance
    with pytest.raises(InputError):
        sample_reference(make_set([[]]))


def test_a_csv_gives_continents_or_countries():
    assert read_reference_csv("region,share\nAfrica,1\nAsia,3\n").continents["Asia"] == pytest.approx(0.75)
    countries = read_reference_csv("KE,50%\nFrance,50%\n")
    assert countries.countries == pytest.approx({"KE": 0.5, "FR": 0.5})
    assert countries.continents["Europe"] == pytest.approx(0.5)
    assert read_reference_csv("Georgia,1").countries == {"GE": 1}


@pytest.mark.parametrize(
    "text",
    ["\ufeffplace;weight\nAFRICA;1\nasia;3\n", "Africa\t10%\nAsia\t30 %\n", "sep=;\nAfrica;0,5\nAsia;1,5\n",
     'Place,Weight\r\nafrica,"0,25"\r\n\r\n"Asia",0.75\r\n'],
)  # fmt: skip
def test_a_csv_may_come_from_any_spreadsheet(text):
    assert read_reference_csv(text).continents["Asia"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("place,weight\nAfrica,1\nAtlantis,2\n", "Line 3: 'Atlantis' is neither"),
        ("Africa,1\n\nafrica,2\n", "Lines 1 and 3 both give a weight to 'Africa'"),
        ("kenya,1\nKE,2\n", "Lines 1 and 2 both give a weight to 'KE'"),
        ("Africa,many\nAsia,1\n", "Line 1: 'many' is no number"),
        ('Africa,1\nAsia,"1,500"\n', "Line 2: '1,500' is no number"),
        ("Africa,1\nAsia,-1\n", "Line 2: a weight must be zero or more"),
        ('Africa,1\nAsia,"1\n', "Line 2 of the table is no valid CSV"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, said):
    with pytest.raises(InputError, match=said):
        read_reference_csv(text)


@pytest.mark.parametrize(
    "text", ["", "a,b\n", "Africa\n", "Africa,1\nKE,1\n", "Atlantis,1\n", "Africa,-1\n", "Africa,0\n"]
)
def test_a_csv_that_cannot_be_read_is_refused(text):
    with pytest.raises(InputError):
        read_reference_csv(text)
