"""Proposals, votes and the matrix with the real store: what one part hands out fits the other."""

from __future__ import annotations

import pytest

from attrprompt import edits
from attrprompt.curation.agreement import Vote, measure_agreement
from attrprompt.curation.matrix import CellState, build_matrix
from attrprompt.elicitation.proposals import (
    DimensionProposal,
    Proposal,
    ValueProposal,
    accept_proposals,
    propose_dimension,
    propose_value,
)
from attrprompt.errors import InputError
from attrprompt.project import Project
from attrprompt.store import Store
from attrprompt.store.proposals import NewProposal


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def made(store):
    document = edits.add_labels(Project(), ["music", "movies"])
    document = edits.add_dimension(document, "subtopic", class_dependent=True)
    return store.projects.create("Arts", document, owner="ana", source="test")


def keep(store, made, proposals: list[Proposal]) -> list[int]:
    rows = [NewProposal(each.kind, each.text, each.payload, each.dimension_id, each.label_id) for each in proposals]
    return store.proposals.add(made.id, rows, maker="model:m")


def value(made, text: str) -> Proposal:
    document = made.document
    return propose_value(
        ValueProposal(text, probability=0.2),
        document.find_dimension("subtopic"),
        document.find_label("music"),
        "model:m",
    )


def test_accepted_proposals_are_one_revision_and_rejected_ones_none(store, made):
    first, second, third = keep(store, made, [value(made, "opera"), value(made, "jazz"), value(made, "sound")])
    store.proposals.decide(made.id, [third], "rejected", actor="ana", reason="general")
    saved = store.proposals.decide(made.id, [first, second], "accepted", actor="ana", accept=accept_proposals)
    subtopic = saved.document.find_dimension("subtopic")
    values = [each for _, each in saved.document.dimensions[subtopic].ordered()]
    assert [(each.text, each.origin) for each in values] == [("opera", "model:m"), ("jazz", "model:m")]
    assert saved.revision == made.revision + 1
    assert store.projects.undo(made.id, actor="ana").document == made.document


def test_a_dimension_whose_name_was_taken_meanwhile_leaves_proposal_and_project_as_they_are(store, made):
    [number] = keep(store, made, [propose_dimension(DimensionProposal("Subtopic"), "model:m")])
    with pytest.raises(InputError, match="another name"):
        store.proposals.decide(made.id, [number], "accepted", actor="ana", accept=accept_proposals)
    assert [each.status for each in store.proposals.list_some(made.id)] == ["open"]
    assert store.projects.load(made.id).document == made.document


def test_the_matrix_is_made_from_what_the_store_counts(store, made):
    music, subtopic = made.document.find_label("music"), made.document.find_dimension("subtopic")
    numbers = keep(store, made, [value(made, "opera")])
    counts = store.proposals.count_by_cell(made.id, kind="value")
    assert build_matrix(made.document, counts, store.cell_marks.list_all(made.id)).cell(music, subtopic).open == 1
    store.proposals.decide(made.id, numbers, "rejected", actor="ana")
    store.cell_marks.mark(made.id, music, subtopic, done=True, actor="ana")
    counts = store.proposals.count_by_cell(made.id, kind="value")
    state = build_matrix(made.document, counts, store.cell_marks.list_all(made.id)).cell(music, subtopic).state
    assert state is CellState.DONE


def test_agreement_is_measured_on_the_votes_of_those_who_finished(store, made):
    numbers = keep(store, made, [value(made, f"topic {name}") for name in "abcdefghijklmnopqrstuvwx"])
    for position, number in enumerate(numbers):
        store.votes.cast(made.id, number, actor="ana", verdict="accepted" if position % 2 else "rejected")
        store.votes.cast(made.id, number, actor="ben", verdict="accepted" if position % 3 else "rejected")
    for actor in ("ana", "ben"):
        assert measure_agreement([Vote(*row) for row in store.votes.list_all(made.id)]).items == 0
        store.votes.finish(made.id, actor=actor)
    measured = measure_agreement([Vote(*row) for row in store.votes.list_all(made.id)])
    assert measured.items == 24
    assert measured.raw.value == pytest.approx(0.5)
    assert len(measured.disagreements) == 12
