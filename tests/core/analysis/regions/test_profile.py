"""What one data set says of regions, as it is kept: figures, some texts by place, tables."""

from attrprompt.analysis.regions.figures import region_figures
from attrprompt.analysis.regions.profile import RegionProfile, list_texts_by_place, tabulate_regions
from attrprompt.analysis.regions.references import population_reference, uniform_reference
from tests.core.analysis.regions.sets import locate, make_set
from tests.kept import assert_comes_back


def test_tables_show_nothing_under_30_texts_a_cell():
    located = make_set([["Africa"]] * 40 + [["Asia"]] * 7, labels=["a"] * 40 + ["b"] * 7)
    cells = {cell.value: cell for cell in tabulate_regions(located, "label", [uniform_reference()])}
    assert cells["a"].figures.whole["Africa"] == 1
    assert cells["a"].figures.continents["Africa"].repeats == 50
    assert cells["b"].figures is None
    assert cells["b"].reason == "too few texts: 7"


def test_some_texts_of_each_place_are_named_by_their_numbers():
    texts = list_texts_by_place(make_set([["Africa"], ["Africa", "Asia"], []] * 30, items=range(100, 190)))
    assert texts.continents["Africa"][:3] == (100, 101, 103)
    assert len(texts.continents["Africa"]) == 20
    assert texts.countries["JP"][0] == 101


def test_a_profile_comes_back_from_beside_other_figures():
    texts = ["A fire in Kenya.", "Paris and Tokyo signed.", "Nothing here.", "Kenyan runners won in Berlin."]
    located = locate("news", texts * 20, ["World", "Sports"] * 40)
    references = [uniform_reference(), population_reference()]
    tables = {"label": tuple(tabulate_regions(located, "label", references))}
    profile = RegionProfile(region_figures(located, references), list_texts_by_place(located), tables)
    kept = profile.to_json()
    assert kept["continents_whole"] == profile.figures.whole
    assert "whole" not in kept
    assert RegionProfile.from_json({**kept, "whole": {"aps": 0.1}, "shares": {}}) == profile
    assert_comes_back(profile)


def test_a_profile_without_places_and_with_the_figures_alone_comes_back():
    located = make_set([[]] * 3)
    again = assert_comes_back(RegionProfile(region_figures(located, [uniform_reference()])))
    assert (again.figures.note, again.texts, again.tables) == ("no text names a place", None, None)
