"""Proposals, votes and the matrix with the real store: what one part hands out fits the other."""

from __future__ import annotations

import pytest

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
from attrprompt.store.proposals import NewProposal
from tests.documents import make_document


@pytest.fixture
def document():
    return make_document({"music": [], "movies": []})


def keep(store, project, proposals: list[Proposal]) -> list[int]:
    rows = [NewProposal(each.kind, each.text, each.payload, each.dimension_id, each.label_id) for each in proposals]
    return store.proposals.add(project.id, rows, maker="model:m")


def value(project, text: str) -> Proposal:
    document = project.document
    return propose_value(
        ValueProposal(text, probability=0.2),
        document.find_dimension("subtopic"),
        document.find_label("music"),
        "model:m",
    )


def test_accepted_proposals_are_one_revision_and_rejected_ones_none(store, project):
    first, second, third = keep(
        store, project, [value(project, "opera"), value(project, "jazz"), value(project, "sound")]
    )
    store.proposals.decide(project.id, [third], "rejected", actor="ana", reason="general")
    saved = store.proposals.decide(project.id, [first, second], "accepted", actor="ana", accept=accept_proposals)
    subtopic = saved.document.find_dimension("subtopic")
    values = [each for _, each in saved.document.dimensions[subtopic].ordered()]
    assert [(each.text, each.origin) for each in values] == [("opera", "model:m"), ("jazz", "model:m")]
    assert saved.revision == project.revision + 1
    assert store.projects.undo(project.id, actor="ana").document == project.document


def test_a_dimension_whose_name_was_taken_meanwhile_leaves_proposal_and_project_as_they_are(store, project):
    [number] = keep(store, project, [propose_dimension(DimensionProposal("Subtopic"), "model:m")])
    with pytest.raises(InputError, match="another name"):
        store.proposals.decide(project.id, [number], "accepted", actor="ana", accept=accept_proposals)
    assert [each.status for each in store.proposals.list_some(project.id)] == ["open"]
    assert store.projects.load(project.id).document == project.document


def test_the_matrix_is_made_from_what_the_store_counts(store, project):
    music, subtopic = project.document.find_label("music"), project.document.find_dimension("subtopic")
    numbers = keep(store, project, [value(project, "opera")])
    counts = store.proposals.count_by_cell(project.id, kind="value")
    assert build_matrix(project.document, counts, store.cell_marks.list_all(project.id)).cell(music, subtopic).open == 1
    store.proposals.decide(project.id, numbers, "rejected", actor="ana")
    store.cell_marks.mark(project.id, music, subtopic, done=True, actor="ana")
    counts = store.proposals.count_by_cell(project.id, kind="value")
    state = build_matrix(project.document, counts, store.cell_marks.list_all(project.id)).cell(music, subtopic).state
    assert state is CellState.DONE


def test_agreement_is_measured_on_the_votes_of_those_who_finished(store, project):
    numbers = keep(store, project, [value(project, f"topic {name}") for name in "abcdefghijklmnopqrstuvwx"])
    for position, number in enumerate(numbers):
        store.votes.cast(project.id, number, actor="ana", verdict="accepted" if position % 2 else "rejected")
        store.votes.cast(project.id, number, actor="ben", verdict="accepted" if position % 3 else "rejected")
    for actor in ("ana", "ben"):
        assert measure_agreement([Vote(*row) for row in store.votes.list_all(project.id)]).items == 0
        store.votes.finish(project.id, actor=actor)
    measured = measure_agreement([Vote(*row) for row in store.votes.list_all(project.id)])
    assert measured.items == 24
    assert measured.raw.value == pytest.approx(0.5)
