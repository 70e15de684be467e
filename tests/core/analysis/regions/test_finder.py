from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from attrprompt.analysis.regions.ambiguity import AmbiguousNames, list_ambiguous_names
from attrprompt.analysis.regions.finder import RegionFinder, list_continents
from attrprompt.analysis.regions.gazetteer import Guard, fold_name, load_gazetteer
from attrprompt.analysis.regions.resolve import names_place, resolve_place
from attrprompt.analysis.regions.tables import read_lines, read_rows, split_names
from attrprompt.errors import InputError
from tests.kept import assert_comes_back

REPOSITORY = Path(__file__).parents[4]
LABELS = REPOSITORY / "tests" / "data"
GOLD = REPOSITORY.parent / "shared" / "data" / "gold"


def find_mentions(text, rulings=None):
    return RegionFinder(rulings).find(text)


def countries(text, rulings=None):
    return [mention.country for mention in find_mentions(text, rulings)]


def surfaces(text, rulings=None):
    return [mention.surface for mention in find_mentions(text, rulings)]


# --- labelled texts -------------------------------------------------------------------------------------------


def read_labels(name):
    return [json.loads(line) for line in (LABELS / f"region_labels_{name}.jsonl").read_text().splitlines()]


def join_labels(name):
    """Labels are kept by the hash of their text; the texts lie where the gold data is."""
    if not GOLD.is_dir():
        pytest.skip("the gold texts are not here")
    texts = {}
    for path in sorted(GOLD.glob("agnews_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            texts[hashlib.sha256(text.encode()).hexdigest()] = text
    return [(texts[label["sha256"]], label["continents"]) for label in read_labels(name)]


def score(pairs):
    finder = RegionFinder()
    right = found = labelled = 0
    for text, expected in pairs:
        continents = set(list_continents(finder.find(text)))
        right += len(continents & set(expected))
        found += len(continents)
        labelled += len(expected)
    return right / found, right / labelled


def test_invented_texts_with_traps_are_read_right():
    lines = (LABELS / "region_texts_invented.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == 60
    precision, recall = score([(row["text"], row["continents"]) for row in rows])
    assert precision >= 0.95
    assert recall >= 0.95


@pytest.mark.parametrize("sample", ["dev", "heldout"])
def test_precision_and_recall_for_continents_on_labelled_news(sample):
    pairs = join_labels(sample)
    assert len(pairs) == 200
    precision, recall = score(pairs)
    assert precision >= 0.95
    assert recall >= 0.95


def test_development_and_held_out_samples_are_disjoint():
    hashes = {name: {label["sha256"] for label in read_labels(name)} for name in ("dev", "heldout")}
    assert len(hashes["dev"]) == len(hashes["heldout"]) == 200
    assert not hashes["dev"] & hashes["heldout"]


# --- offsets and the text itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "BAGHDAD, Iraq -- U.S. and Iraqi troops, the Côte d’Ivoire team and São Tomé.",
        "quot;Iraq #39;s parliament quot; &lt;b&gt;Germany&lt;/b&gt; \\band of France",
        "Ünïcödé 東京 \U0001f600 Zürich, Düsseldorf and Malmö",
        "São Paulo in NFD: São Paulo, Curaçao",
    ],
)
def test_offsets_refer_to_the_text_as_given(text):
    mentions = find_mentions(text)
    assert mentions
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.surface


def test_composed_and_decomposed_letters_are_one_name():
    assert countries("São Paulo") == countries("São Paulo") == ["BR"]


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "1234 5678", "....", "<>", "&lt;", "🙂🙂", "\ud800 lone", "a" * 50_000]
)
def test_texts_without_a_name_give_no_mention(text):
    assert find_mentions(text) == []


def test_markup_and_addresses_are_not_read():
    text = '<a href="http://x.example/France">Spain</a> www.germany.com bob@italy.example.org USATODAY.com china.com'
    assert countries(text) == ["ES"]


def test_lower_case_words_are_no_places():
    assert find_mentions("turkey with china plates, a nice reading of march, mobile and jersey") == []


# --- meaning --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Georgia beat Florida in Athens, Ga.", ["US", "US", "US", "US"]),
        ("Saakashvili said Georgia would not bow to Moscow.", ["GE", "RU"]),
        ("The king of Jordan met leaders in Amman.", ["JO", "JO"]),
        ("Michael Jordan retired. Jordan was 40.", []),
        ("Ankara said Turkey would vote.", ["TR", "TR"]),
        ("Put the Turkey in the oven with gravy.", []),
        ("A flight from Lyon to Nice in France", ["FR", "FR", "FR"]),
        ("Nice work by the team.", []),
        ("Reading, Pa. - The plant closed.", ["US", "US"]),
        ("Reading is fun for children.", []),
        ("He was born in Mobile, Ala.", ["US", "US"]),
        ("Mobile operators cut prices.", []),
        ("Chad and Sudan share a border.", ["TD", "SD"]),
        ("Chad Pennington threw a touchdown.", []),
        ("In March the same firm lost most of it.", []),
        ("Most of the work is done. Same again. Of course.", []),
        ("Cambridge, Mass., and Cambridge, England", ["US", "US", "GB", "GB"]),
        ("Birmingham, Alabama", ["US", "US"]),
        ("Paris, Texas", ["US", "US"]),
        ("Georgetown, Del., Nov. 18", ["US", "US"]),
        ("North Korea and South Korea", ["KP", "KR"]),
        ("N. Korea fires a missile", ["KP"]),
        ("New Mexico, New England, Papua New Guinea", ["US", "US", "PG"]),
        ("US$5 million and A$3 million", []),
        ("JOIN US NOW", []),
        ("The US and the UK", ["US", "GB"]),
        ("The UKs biggest shop", ["GB"]),
        ("an Irish-Moroccan school", ["IE", "MA"]),
        ("an English-language daily", []),
        ("She speaks French.", []),
        ("French farmers protest", ["FR"]),
        ("The New York Times reports from Cairo", ["EG"]),
        ("Boston Globe", []),
        ("Boston Red Sox", ["US"]),
        ("Sen. Jackson spoke to Judge Lincoln", []),
        ("Samuel L. Jackson and Whitney Houston", []),
        ("a Dutch auction of Dutch paintings", ["NL"]),
        ("African-American voters", ["US"]),
        ("the state of Oaxaca", ["MX"]),
    ],
)
def test_names_are_read_by_their_context(text, expected):
    assert countries(text) == expected


@pytest.mark.parametrize(
    ("text", "continent"),
    [
        ("the Middle East", "Asia"),
        ("the Gaza Strip", "Asia"),
        ("the European Union", "Europe"),
        ("the euro zone", "Europe"),
        ("Latin America", "South America"),
        ("the Caribbean", "North America"),
        ("sub-Saharan Africa", "Africa"),
        ("the South Pacific", "Oceania"),
        ("the Arab world", None),
        ("the Arctic", None),
    ],
)
def test_groups_of_countries_have_a_continent_at_most(text, continent):
    (mention,) = [m for m in find_mentions(text) if m.surface != "Saharan"][:1]
    assert mention.country is None
    assert mention.continent == continent


def test_continents_are_divided_as_geonames_does():
    divided = {"Russia": "Europe", "Turkey": "Asia", "Cyprus": "Europe", "Egypt": "Africa", "Panama": "North America"}
    for name, continent in divided.items():
        assert resolve_place(name)[1] == continent
    assert resolve_place("Antarctica") == ("AQ", "other")


def test_mentions_say_what_else_the_name_could_be():
    (mention,) = find_mentions("A fire broke out in Georgia.")
    assert mention.ambiguous
    assert {place.country for place in mention.candidates} == {"US", "GE"}
    (mention,) = find_mentions("A fire broke out in Mongolia.")
    assert not mention.ambiguous


def test_finding_twice_gives_the_same():
    text = "Georgia, Jordan and Turkey met in Nice; Reading was read in Reading."
    assert find_mentions(text) == find_mentions(text)


# --- rulings --------------------------------------------------------------------------------------------------


def test_a_ruling_gives_a_name_its_country():
    assert countries("A fire broke out in Georgia.", {"Georgia": "GE"}) == ["GE"]
    assert not find_mentions("A fire broke out in Georgia.", {"georgia": "GE"})[0].ambiguous


def test_a_ruling_can_say_no_place_or_a_continent():
    assert surfaces("Turkey was served in Mongolia.", {"Turkey": "no place"}) == ["Mongolia"]
    (mention,) = find_mentions("Riots in Kashmir", {"Kashmir": "Europe"})
    assert (mention.country, mention.continent) == (None, "Europe")


def test_a_ruling_can_add_a_name():
    assert find_mentions("The Yankees lost.") == []
    assert countries("The Yankees lost.", {"Yankees": "US"}) == ["US"]
    assert countries("They met on Mosel Street.", {"Mosel Street": "DE"}) == ["DE"]


def test_a_ruling_leaves_longer_names_and_whole_names_of_persons_alone():
    assert countries("The New York Times", {"New York": "GB"}) == []
    assert countries("Michael Jordan", {"Jordan": "JO"}) == []


@pytest.mark.parametrize(("name", "ruling"), [("Georgia", "Georgia"), ("Georgia", "xx"), ("Georgia", ""), ("--", "GE")])
def test_a_ruling_that_says_nothing_is_refused(name, ruling):
    with pytest.raises(InputError):
        RegionFinder({name: ruling})


def test_ambiguous_names_are_listed_with_counts_and_examples():
    texts = ["A fire in Georgia.", "GEORGIA won. Georgia lost.", "Turkey is near.", "Mongolia", "Reading is fun."]
    listed = {name.surface: name for name in list_ambiguous_names(texts)}
    assert listed["Georgia"].mentions == 3
    assert listed["Georgia"].texts == 2
    assert listed["Georgia"].taken_for == {"US": 3}
    assert {place.country for place in listed["Georgia"].candidates} == {"US", "GE"}
    assert listed["Georgia"].examples[0].text == 0
    assert "Mongolia" not in listed
    assert listed["Reading"].mentions == 0
    assert listed["Reading"].refused == 1
    assert "Reading" not in {name.surface for name in list_ambiguous_names(texts, with_refused=False)}
    assert_comes_back(AmbiguousNames(tuple(listed.values()), 3))


def test_a_ruled_name_stays_on_the_list_so_that_it_can_be_taken_back():
    (listed,) = list_ambiguous_names(["A fire in Georgia."], {"Georgia": "GE"})
    assert listed.ruling == "GE"
    assert listed.taken_for == {"GE": 1}


# --- attribute values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Germany", ("DE", "Europe")),
        ("south korea", ("KR", "Asia")),
        ("Europe", (None, "Europe")),
        ("the Middle East", (None, "Asia")),
        ("rural Kenya", ("KE", "Africa")),
        ("Tokyo, Japan", ("JP", "Asia")),
        ("UK and Ireland", (None, "Europe")),
        ("Kenya or Peru", (None, None)),
        ("Nice", ("FR", "Europe")),
        ("Others", (None, None)),
        ("", (None, None)),
    ],
)
def test_attribute_values_name_a_country_or_continent(value, expected):
    assert resolve_place(value) == expected


def test_a_ruling_holds_for_attribute_values():
    assert resolve_place("Georgia", {"Georgia": "GE"}) == ("GE", "Asia")
    assert resolve_place("Georgia", {"Georgia": "no place"}) == (None, None)


def test_a_text_obeys_when_it_names_what_was_asked():
    mentions = find_mentions("Ministers met in Nairobi.")
    assert names_place(mentions, ("KE", "Africa"))
    assert names_place(mentions, (None, "Africa"))
    assert not names_place(mentions, ("NG", "Africa"))
    assert not names_place(mentions, (None, None))


# --- tables ---------------------------------------------------------------------------------------------------


def test_every_inhabited_country_is_found_by_its_name():
    gazetteer = load_gazetteer()
    for code, name in gazetteer.country_names.items():
        if gazetteer.population_of[code] and name not in ("Georgia", "Jersey", "Reunion"):
            assert resolve_place(name)[0] == code, name


def test_tables_name_known_countries_and_hold_no_name_twice_in_a_row():
    known = set(load_gazetteer().continent_of)
    for table in ("countries.txt", "subdivisions.txt", "landmarks.txt", "cities.txt"):
        for code, *fields in read_rows(table):
            assert code in known, (table, code)
            for names in fields:
                listed = split_names(names)
                assert len(listed) == len(set(listed)), (table, code)


def test_expressions_that_are_no_places_swallow_their_words():
    gazetteer = load_gazetteer()
    for line in read_lines("not_places.txt"):
        assert gazetteer.entries[fold_name(line)].guard is Guard.NOT_A_PLACE
        assert find_mentions(line) == [], line
