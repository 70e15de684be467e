"""Regions of stored data sets: places found once, what is said about them, word lists, the view as in the paper."""

import pytest

from attrprompt.analysis_jobs import places
from attrprompt.analysis_jobs.analyze import analyse_sets
from attrprompt.analysis_jobs.lexicons import LexiconsRequest
from attrprompt.analysis_jobs.names import NamesRequest
from attrprompt.analysis_jobs.paper import PaperRequest
from attrprompt.analysis_jobs.portraits import PortraitsRequest
from attrprompt.analysis_jobs.request import AnalyzeRequest, Part, make_request
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.presets import load_preset
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job
from tests.kept import assert_comes_back

SUBJECTS = ("The mayor praised the team", "She opened a school", "He closed the mine", "People cheered in the street")
PLACES = ("Kenya", "Japan", "France", "")


@pytest.fixture
def document():
    return load_preset("agnews")


def make_rows(number):
    for item in range(number):
        place, subject = PLACES[item % 4], SUBJECTS[item // 4 % 4]
        where = f" in {place}" if place else ""
        yield NewSample(
            item=item,
            text=f"{subject}{where}, on day {item}.",
            raw="",
            labels=("World" if item % 2 else "Sports",),
            attributes={"location": place or "Kenya"},
        )


@pytest.fixture
def datasets(store, project):
    kinds = {"asked": DatasetKind.ATTRPROMPT, "real": DatasetKind.GOLD}
    return [store.datasets.import_rows(project.id, name, kind, make_rows(160), info={}) for name, kind in kinds.items()]


@pytest.fixture
def answer(store, project, datasets):
    def ask(kind, *parts, of=datasets, **choices):
        request = make_request(store, project, of, parts, **choices)
        return run_job(request.ask(kind), JobContext(store.home))

    return ask


def test_places_are_found_once_for_all_figures(project, datasets, monkeypatch, store):
    searched = []
    find = places.RegionFinder.find
    monkeypatch.setattr(places.RegionFinder, "find", lambda self, text: searched.append(text) or find(self, text))
    places._found.clear()
    request = make_request(store, project, datasets[:1], (Part.REGIONS, Part.ADHERENCE), repeats=2)
    context = JobContext(store.home)
    sets, dimensions = load_sets(request, context, with_vectors=False)
    analyse_sets(request, sets, dimensions, context)
    assert sum(text in sets[0].texts for text in searched) == 160


def test_texts_of_a_continent_and_a_country_are_named(answer):
    found = answer(AnalyzeRequest, Part.REGIONS, repeats=2).datasets["asked"].regions.texts
    assert found.continents["Africa"][:3] == (0, 4, 8)
    assert found.countries["JP"][:3] == (1, 5, 9)
    assert len(found.countries["JP"]) == 20


def test_a_table_of_ones_own_is_a_reference(answer):
    found = answer(
        AnalyzeRequest, Part.REGIONS, repeats=2, reference="mine", reference_csv="Africa,1\nAsia,1\nEurope,1\n"
    )
    assert found.reference == "mine"
    assert found.datasets["asked"].regions.figures.references["mine"].js == pytest.approx(0, abs=1e-9)


def test_each_region_is_described_and_the_names_of_places_are_no_news(answer):
    found = answer(PortraitsRequest, Part.REGIONS)
    assert found.tokens > 0
    regions = {portrait.region: portrait for portrait in found.datasets["asked"]}
    assert {name: portrait.documents for name, portrait in regions.items()} == {
        "Africa": 40,
        "Asia": 40,
        "Europe": 40,
        "no place": 40,
    }
    africa, asia = regions["Africa"], regions["Asia"]
    assert africa.words.value == pytest.approx(asia.words.value, abs=0.5)
    assert africa.vocabulary.low < africa.vocabulary.high
    assert -1 <= africa.tone.value <= 1
    assert not {"kenya", "in kenya"} & {phrase.phrase for phrase in africa.overused[:1]}
    assert africa.items[:2] == (0, 4)
    assert_comes_back(found)


def test_gender_terms_and_own_word_lists_are_counted_over_all_by_label_and_by_region(answer):
    found = answer(LexiconsRequest, Part.REGIONS, lexicons=(("work", "school,learning\nmine,digging\n"),))
    gender = found.counted["gender"].datasets["asked"]
    assert gender.all.any["female"].value == pytest.approx(0.25)
    assert gender.all.terms["male"] == {"he": 40}
    work = found.counted["work"]
    assert work.groups == ("learning", "digging")
    assert work.datasets["real"].labels["World"].figures.any["learning"].value == pytest.approx(0.25)
    assert set(gender.regions) == {"Africa", "Asia", "Europe", "no place"}
    assert_comes_back(found)


def test_ambiguous_names_come_with_examples_and_candidates(answer, store, project):
    rows = [NewSample(item, "A fair in Georgia.", "", ("World",), {}) for item in range(3)]
    unclear = store.datasets.import_rows(project.id, "unclear", DatasetKind.GOLD, rows, info={})
    found = answer(NamesRequest, Part.REGIONS, of=[unclear])
    (name,) = found.names
    assert (name.surface, name.texts, name.ruling, found.more) == ("Georgia", 3, None, 0)
    assert {meaning.country for meaning in name.candidates} == {"US", "GE"}
    assert "Georgia" in name.examples[0].stretch
    assert_comes_back(found)


def test_continents_by_the_attribute_classifier_stand_beside_the_finders(answer):
    found = answer(PaperRequest, Part.REGIONS, Part.SIMILARITY)
    assert found.heading == "the paper's definition, sizes not equalised"
    continents = found.continents
    assert continents.classifier.classes == ("Africa", "Asia", "Europe", "none")
    assert continents.classifier.trained_on == "asked"
    assert continents.datasets["real"].finder["Asia"] == 0.25
    assert continents.datasets["asked"].items["none"]
    assert found.datasets["asked"].same_class.kind == "within a class"
    assert_comes_back(found)


def test_without_a_place_asked_for_nothing_is_encoded(project, datasets, monkeypatch, store):
    def refuse(self, spec, texts):
        raise AssertionError("nothing should be encoded")

    monkeypatch.setattr(JobContext, "encode", refuse)
    plain = store.datasets.import_rows(
        project.id,
        "plain",
        DatasetKind.SIMPROMPT,
        (NewSample(item=0, text="A fair in Peru.", raw="", labels=("World",), attributes={}),),
        info={},
    )
    request = make_request(store, project, [plain], (Part.REGIONS,))
    found = run_job(request.ask(PaperRequest), JobContext(store.home))
    assert "AttrPrompt set" in found.continents.reason
    assert found.datasets is None
    assert_comes_back(found)
