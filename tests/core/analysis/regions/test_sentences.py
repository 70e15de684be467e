"""Short sentences, each with the countries that it names by docs/region-codebook.md: one kind of difficulty a group."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attrprompt.analysis.regions.evidence import load_cues
from attrprompt.analysis.regions.finder import RegionFinder, list_countries
from attrprompt.analysis.regions.gazetteer import Guard, load_gazetteer
from attrprompt.analysis.regions.tables import read_rows

SENTENCES = Path(__file__).parents[3] / "data" / "region_sentences.jsonl"
ROWS = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
KINDS = sorted({row["kind"] for row in ROWS})
SHARED_CAPITALS = {
    *("Bridgetown", "George Town", "Georgetown", "Hamilton", "Jamestown", "Kingston", "Plymouth", "Saint-Pierre"),
    *("Santiago", "St. John's", "Stanley", "Victoria", "East Jerusalem", "The Valley", "Douglas"),
    *("Cayenne", "Male", "Sucre", "Longyearbyen"),
}
"""Capitals that are also a better-known city, a word or a name, and say nothing alone."""


def find(text: str) -> list[str]:
    return list_countries(RegionFinder().find(text))


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_name_the_countries_that_the_codebook_says(kind: str) -> None:
    finder = RegionFinder()
    rows = [row for row in ROWS if row["kind"] == kind]
    assert len(rows) >= 40
    wrong = [row["text"] for row in rows if list_countries(finder.find(row["text"])) != row["countries"]]
    assert len(wrong) <= 0.05 * len(rows), wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They flew from the U.K to the U. S. again.", ["GB", "US"]),
        ("A flight left Nuku’alofa for Port-au-Prince and Dar es Salaam.", ["HT", "TO", "TZ"]),
        ("Norway, Maine and Perth, Ontario", ["CA", "US"]),
        ("Norway, Sweden and Finland", ["FI", "NO", "SE"]),
        ("Vancouver, Washington and Ottawa", ["CA", "US"]),
        ("Lebanon, Georgia and Jordan sent delegates.", ["GE", "JO", "LB"]),
        ("Jordan, 34, a nurse, won. Jordan cheered.", []),
        ("Jordan, Syria and Egypt met.", ["EG", "JO", "SY"]),
        ("Austin and Dallas are my cousins.", []),
        ("Austin and Dallas grew fast.", ["US"]),
        ("The film Casablanca is set in Casablanca.", ["MA"]),
        ("China banned the film.", ["CN"]),
        ("Sino-Russian trade; Sino is a word.", ["CN", "RU"]),
        ("Castries, Moroni, Kingston and Victoria.", ["JM", "KM", "LC", "SC"]),
        ("Réunion lies east of Africa; the reunion was fun. Reunion at last.", ["RE"]),
        ("Follow @Kenya in Kampala.", ["UG"]),
    ],
)
def test_the_words_around_a_name_decide(text: str, expected: list[str]) -> None:
    assert find(text) == expected


def test_every_capital_is_found_in_a_plain_sentence() -> None:
    gazetteer = load_gazetteer()
    finder = RegionFinder()
    missed = {}
    for country, key in gazetteer.capitals:
        entry = gazetteer.entries.get(key)
        name = next((place.name for place in entry.places if place.country == country), "") if entry else ""
        if name and name not in SHARED_CAPITALS:
            found = list_countries(finder.find(f"The road to {name} is closed."))
            if found != [country]:
                missed[name] = found
    assert not missed


@pytest.mark.parametrize(
    "unit", ["Georgia, ", "Anna, Victoria, ", "Paris and London and ", "Lebanon, Ohio, ", "the film called ", "U. S. "]
)
def test_long_lists_of_names_take_linear_work(unit: str) -> None:
    """Every name of a long list is looked at against a bounded number of others, without deep recursion."""
    assert isinstance(RegionFinder().find(unit * 3_000), list)


def test_tables_of_the_new_rules_fit_the_gazetteer() -> None:
    gazetteer = load_gazetteer()
    cues = load_cues()
    for area, _ in read_rows("namesakes.txt"):
        assert area[:2] in gazetteer.continent_of
    for _, names in read_rows("prefixes.txt"):
        for name in names.split(", "):
            assert gazetteer.entries[name.lower()].guard is Guard.PREFIX
    assert cues["accented"] <= set(gazetteer.entries)
