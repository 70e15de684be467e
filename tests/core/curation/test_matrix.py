"""The state of the work on attributes."""

from __future__ import annotations

import pytest

from attrprompt import edits
from attrprompt.curation.matrix import ALL_LABELS, CellState, build_matrix, find_next, search_values
from attrprompt.project import DimensionKind, Project
from tests.documents import make_document


@pytest.fixture
def document() -> Project:
    document = make_document({"music": [f"topic {n}" for n in range(5)], "movies": []})
    document = edits.add_dimension(document, "length", kind=DimensionKind.LENGTH)
    return edits.add_values(document, document.find_dimension("length"), ["30-80", "100-150"]).project


@pytest.fixture
def ids(document) -> dict[str, str]:
    found = {label.name: key for key, label in document.labels.items()}
    return found | {dimension.name: key for key, dimension in document.dimensions.items()}


def test_a_class_independent_dimension_has_one_cell_for_all_labels(document, ids):
    matrix = build_matrix(document, {}, ())
    assert len(matrix.cells) == 3
    assert matrix.cell(ids["music"], ids["length"]).label_id == ALL_LABELS


def test_cells_say_what_they_need(document, ids):
    subtopic, music, movies = ids["subtopic"], ids["music"], ids["movies"]

    def state(proposals=(), marks=(), label=music):
        return build_matrix(document, dict(proposals), marks).cell(label, subtopic).state

    assert state() is CellState.FILLED
    assert state(label=movies) is CellState.EMPTY
    assert state(marks={(music, subtopic)}) is CellState.DONE
    assert state({(subtopic, music, "unsure"): 1}, {(music, subtopic)}) is CellState.UNSURE
    assert state({(subtopic, music, "unsure"): 1, (subtopic, music, "open"): 2}) is CellState.OPEN
    fewer = edits.delete_values(document, subtopic, [next(iter(document.dimensions[subtopic].values))])
    assert build_matrix(fewer, {}, ()).cell(music, subtopic).state is CellState.THIN


def test_two_lengths_for_all_labels_are_not_thin(document, ids):
    assert build_matrix(document, {}, ()).cell(ids["music"], ids["length"]).state is CellState.FILLED


def test_counts_cover_every_cell(document):
    counts = build_matrix(document, {}, ()).count()
    assert counts[CellState.FILLED] == 2
    assert counts[CellState.EMPTY] == 1
    assert sum(counts.values()) == 3


def test_next_goes_down_the_dimension_then_on_and_round(document, ids):
    matrix = build_matrix(document, {}, ())
    first = find_next(matrix)
    assert (first.label_id, first.dimension_id) == (ids["music"], ids["subtopic"])
    second = find_next(matrix, (ids["music"], ids["subtopic"]))
    assert (second.label_id, second.dimension_id) == (ids["movies"], ids["subtopic"])
    third = find_next(matrix, (ids["movies"], ids["subtopic"]))
    assert (third.label_id, third.dimension_id) == (ALL_LABELS, ids["length"])
    assert find_next(matrix, (ALL_LABELS, ids["length"])) == first


def test_next_open_skips_what_is_not_asked_for_and_ends(document, ids):
    matrix = build_matrix(document, {(ids["length"], ALL_LABELS, "open"): 3}, ())
    only_open = (CellState.OPEN,)
    assert find_next(matrix, states=only_open).dimension_id == ids["length"]
    assert find_next(matrix, (ALL_LABELS, ids["length"]), states=only_open) is None


def test_a_place_that_is_gone_starts_at_the_first(document, ids):
    assert find_next(build_matrix(document, {}, ()), ("gone", ids["subtopic"])).label_id == ids["music"]


def test_a_project_without_dimensions_has_nothing_next():
    assert find_next(build_matrix(Project(), {}, ())) is None


def test_search_finds_all_words_in_text_or_description_over_all_labels(document, ids):
    subtopic, movies = ids["subtopic"], ids["movies"]
    draft = edits.ValueDraft("ÉCLAIR awards", "a prize for topic writers")
    document = edits.add_values(document, subtopic, [draft], labels=[movies]).project
    assert [hit.value.text for hit in search_values(document, "éclair  TOPIC")] == ["ÉCLAIR awards"]
    assert len(search_values(document, "topic")) == 6
    assert [hit.label_ids for hit in search_values(document, "topic", label_id=movies)] == [(movies,)]
    assert len(search_values(document, "", dimension_id=ids["length"])) == 2
    assert search_values(document, "nowhere") == []
