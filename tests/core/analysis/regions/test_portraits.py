"""What is said about each region: length, tone and phrases of the texts that name it, where there are enough."""

from attrprompt.analysis.regions.portraits import list_rows_by_region, portray_regions
from tests.core.analysis.regions.sets import locate, make_set
from tests.kept import assert_comes_back


def test_a_text_counts_for_each_region_that_it_names():
    located = make_set([["Africa"], ["Asia", "Europe"], [], ["Asia"]])
    assert list_rows_by_region(located) == {"Africa": [0], "Asia": [1, 3], "Europe": [1], "no place": [2]}


def test_portraits_measure_the_texts_of_each_region():
    located = make_set([["Africa"]] * 30 + [["Asia"]] * 5 + [[]] * 30, items=range(100, 165))
    portraits = {portrait.region: portrait for portrait in portray_regions(located)}
    assert {region: portrait.documents for region, portrait in portraits.items()} == {
        "Africa": 30,
        "Asia": 5,
        "no place": 30,
    }
    assert portraits["Africa"].words.value == 2
    assert portraits["Africa"].items == tuple(range(100, 120))
    assert (portraits["Asia"].reason, portraits["Asia"].tone) == ("too few texts: 5", None)
    assert portray_regions(located.take(range(35)))[0].overused is None
    for portrait in portraits.values():
        assert_comes_back(portrait)


def test_phrases_of_a_portrait_are_no_names_of_places():
    texts = [f"Kenya has wild lions, {row}" for row in range(30)] + [f"In Japan they sit, {row}" for row in range(30)]
    portraits = {portrait.region: portrait for portrait in portray_regions(locate("set", texts))}
    phrases = [phrase.phrase for phrase in portraits["Africa"].overused]
    assert "kenya" not in phrases
    assert any("lions" in phrase for phrase in phrases)
    assert_comes_back(portraits["Africa"])
