"""What was accepted enters the document as one edit; everything else leaves it alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from attrprompt import edits
from attrprompt.elicitation.proposals import (
    ConstraintProposal,
    DimensionProposal,
    FilterProposal,
    Proposal,
    RejectReason,
    ValueProposal,
    accept_proposals,
    propose_constraint,
    propose_dimension,
    propose_removal,
    propose_value,
)
from attrprompt.errors import InputError
from attrprompt.project import DimensionKind, Project
from tests.documents import make_document

MAKER = "model:m"


@pytest.fixture
def document() -> Project:
    document = make_document({"music": ["opera", "jazz"], "movies": []})
    document = edits.add_dimension(document, "style")
    return edits.add_values(document, document.find_dimension("style"), ["dry", "warm"]).project


def as_stored(proposal: Proposal) -> Proposal:
    """A payload goes through JSON on its way to the store and back."""
    return replace(proposal, payload=json.loads(json.dumps(proposal.payload)))


def value(document: Project, text: str, label: str | None = "music", dimension: str = "subtopic") -> Proposal:
    label_id = document.find_label(label) if label else None
    return as_stored(propose_value(ValueProposal(text), document.find_dimension(dimension), label_id, MAKER))


def texts(document: Project, dimension: str = "subtopic") -> list[str]:
    return [value.text for _, value in document.dimensions[document.find_dimension(dimension)].ordered()]


def test_accepted_values_keep_their_maker_and_their_order(document):
    after = accept_proposals(document, [value(document, "festivals"), value(document, "vinyl")])
    assert texts(after) == ["opera", "jazz", "festivals", "vinyl"]
    assert [v.origin for v in after.dimensions[after.find_dimension("subtopic")].values.values()][-1] == MAKER


def test_a_value_that_is_there_meanwhile_changes_nothing(document):
    assert accept_proposals(document, [value(document, "OPERA")]) == document


def test_an_edited_payload_enters_as_edited(document):
    proposal = value(document, "festivals")
    edited = replace(proposal, payload={**proposal.payload, "text": "film music", "description": "scores", "weight": 2})
    added = accept_proposals(document, [edited]).dimensions[document.find_dimension("subtopic")].ordered()[-1][1]
    assert (added.text, added.description, added.weight) == ("film music", "scores", 2.0)


def test_a_dimension_enters_with_clause_kind_and_reason_before_its_values(document):
    proposal = DimensionProposal("location", "It travels.", False, DimensionKind.PLACE, "Set in {value}.")
    after = accept_proposals(document, [as_stored(propose_dimension(proposal, MAKER))])
    added = after.dimensions[after.find_dimension("location")]
    assert (added.kind, added.clause, added.description) == (DimensionKind.PLACE, "Set in {value}.", "It travels.")


def test_a_dimension_whose_name_is_taken_is_refused_with_what_to_do(document):
    with pytest.raises(InputError, match="another name"):
        accept_proposals(document, [as_stored(propose_dimension(DimensionProposal("Style"), MAKER))])


def test_an_accepted_removal_takes_the_value_and_one_that_is_gone_changes_nothing(document):
    subtopic, music = document.find_dimension("subtopic"), document.find_label("music")
    opera = next(k for k, v in document.dimensions[subtopic].values.items() if v.text == "opera")
    removal = as_stored(propose_removal(FilterProposal(opera, "opera", "movies"), subtopic, music, "filter"))
    after = accept_proposals(document, [removal])
    assert texts(after) == ["jazz"]
    assert accept_proposals(after, [removal]) == after


def test_a_removal_never_empties_a_label_but_may_go_with_a_new_value(document):
    subtopic, music = document.find_dimension("subtopic"), document.find_label("music")
    removals = [
        as_stored(propose_removal(FilterProposal(key, v.text, "movies"), subtopic, music, "filter"))
        for key, v in document.dimensions[subtopic].values.items()
    ]
    with pytest.raises(InputError, match="without any value"):
        accept_proposals(document, removals)
    assert texts(accept_proposals(document, [*removals, value(document, "vinyl")])) == ["vinyl"]


def test_an_accepted_constraint_enters_with_its_reason(document):
    style = document.find_dimension("style")
    dry = next(iter(document.dimensions[style].values))
    proposal = ConstraintProposal({style: (dry,)}, (document.find_label("music"),), "songs are never dry")
    after = accept_proposals(document, [as_stored(propose_constraint(proposal, MAKER))])
    assert [c.reason for c in after.constraints.values()] == ["songs are never dry"]


def test_what_is_about_a_deleted_label_or_dimension_is_refused(document):
    proposal = value(document, "vinyl", "movies")
    with pytest.raises(InputError, match="no longer exists"):
        accept_proposals(edits.delete_label(document, document.find_label("movies")), [proposal])
    with pytest.raises(InputError, match="no longer exists"):
        accept_proposals(edits.delete_dimension(document, document.find_dimension("subtopic")), [proposal])


def test_values_follow_a_dimension_that_was_switched_meanwhile(document):
    before = [value(document, "vinyl"), value(document, "plain", None, "style")]
    switched = edits.set_class_dependent(document, document.find_dimension("subtopic"), False)
    switched = edits.set_class_dependent(switched, document.find_dimension("style"), True)
    after = accept_proposals(switched, before)
    assert "vinyl" in texts(after)
    plain = after.dimensions[after.find_dimension("style")].ordered()[-1][1]
    assert len(plain.labels) == 2


def test_nothing_accepted_is_nothing_changed(document):
    assert accept_proposals(document, []) == document


def test_every_reason_to_reject_has_words_for_people():
    assert all(reason.meaning for reason in RejectReason)
