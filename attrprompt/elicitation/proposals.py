"""What is proposed and waits for a person; and how what they accepted enters the document, as one edit.

A proposal is plain data, so that the store keeps it as it is: its `payload` is the JSON form of one of the payload
classes here, which `read` gives back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Protocol, Self

from attrprompt import edits
from attrprompt.edits.parts import get_dimension, get_label
from attrprompt.errors import InputError
from attrprompt.project import DimensionKind, Project, fold_text


class ProposalKind(StrEnum):
    """What is proposed."""

    DIMENSION = "dimension"
    VALUE = "value"
    FILTER = "filter"
    CONSTRAINT = "constraint"


class ProposalStatus(StrEnum):
    """What became of it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSURE = "unsure"


class RejectReason(StrEnum):
    """Why a person rejected it."""

    GENERAL = "general"
    FITS_TWO_LABELS = "fits_two_labels"
    WRONG = "wrong"
    DUPLICATE = "duplicate"

    @property
    def meaning(self) -> str:
        """The reason in a few words for people."""
        return {
            "general": "too general",
            "fits_two_labels": "fits two labels",
            "wrong": "wrong or does not exist",
            "duplicate": "there already",
        }[self.value]


class _Payload:
    """A payload class: reads itself from what the store keeps, whose other fields are of other versions."""

    @classmethod
    def read(cls, proposal: Proposed) -> Self:
        """What a proposal of this kind says."""
        names = {field.name for field in fields(cls)}  # type: ignore[arg-type]  # the classes below are dataclasses
        return cls(**{name: value for name, value in proposal.payload.items() if name in names})


@dataclass(frozen=True)
class DimensionProposal(_Payload):
    """A dimension that a model proposes, with its reason."""

    name: str
    reason: str = ""
    class_dependent: bool = False
    kind: DimensionKind = DimensionKind.TEXT
    clause: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", DimensionKind(self.kind))  # the store keeps its value


@dataclass(frozen=True)
class ValueProposal(_Payload):
    """A value that a model proposes.

    Attributes:
        probability: how likely the model called it (verbalized sampling); None where it was not asked.
        near: the existing value that it may only repeat in other words, and their similarity.
    """

    text: str
    description: str = ""
    probability: float | None = None
    near: str = ""
    near_similarity: float | None = None


@dataclass(frozen=True)
class ConstraintProposal(_Payload):
    """Values that a model says cannot meet: ids of values by id of their dimension."""

    values: Mapping[str, tuple[str, ...]]
    labels: tuple[str, ...] = ()
    reason: str = ""
    text: str = ""


@dataclass(frozen=True)
class FilterProposal(_Payload):
    """A value that the class-aware filter compared with a similar label; `suggestion` is drop or keep."""

    value_id: str
    text: str
    similar: str
    reason: str = ""
    llm_verdict: str = ""
    margin: float | None = None
    suggestion: str = ""

    @property
    def suggests_drop(self) -> bool:
        """Whether it is suggested to take the value from the label."""
        return self.suggestion == "drop"


@dataclass(frozen=True)
class Proposal:
    """Something proposed, ready for the store.

    Attributes:
        text: what it is called in lists and in the search.
        dimension_id: the dimension that it is about; empty for a new dimension.
        label_id: the label that it is about; empty where it is about all.
        maker: the model or the person.
    """

    kind: ProposalKind
    text: str
    payload: Mapping[str, Any]
    maker: str
    dimension_id: str = ""
    label_id: str = ""
    status: ProposalStatus = ProposalStatus.OPEN
    reason: str = ""
    note: str = ""


class Proposed(Protocol):
    """What a proposal needs to have to be accepted; the store's rows have it."""

    @property
    def kind(self) -> str:
        """`dimension`, `value`, `filter` or `constraint`."""
        ...

    @property
    def dimension_id(self) -> str:
        """The dimension that it is about, or empty."""
        ...

    @property
    def label_id(self) -> str:
        """The label that it is about, or empty for all."""
        ...

    @property
    def payload(self) -> Mapping[str, Any]:
        """The JSON form of the payload class of its kind."""
        ...

    @property
    def maker(self) -> str:
        """The model or the person."""
        ...


def propose_dimension(proposal: DimensionProposal, maker: str) -> Proposal:
    """A dimension as a proposal."""
    return Proposal(ProposalKind.DIMENSION, proposal.name, asdict(proposal), maker)


def propose_value(proposal: ValueProposal, dimension_id: str, label_id: str | None, maker: str) -> Proposal:
    """A value as a proposal; no label means that it is for all labels of a class-independent dimension."""
    return Proposal(ProposalKind.VALUE, proposal.text, asdict(proposal), maker, dimension_id, label_id or "")


def propose_constraint(proposal: ConstraintProposal, maker: str) -> Proposal:
    """A constraint as a proposal."""
    payload = {
        "values": {key: list(ids) for key, ids in proposal.values.items()},
        "labels": list(proposal.labels),
        "reason": proposal.reason,
        "text": proposal.text,
    }
    return Proposal(ProposalKind.CONSTRAINT, proposal.text or proposal.reason, payload, maker)


def propose_removal(proposal: FilterProposal, dimension_id: str, label_id: str, maker: str) -> Proposal:
    """A removal by the class-aware filter as a proposal."""
    return Proposal(ProposalKind.FILTER, proposal.text, asdict(proposal), maker, dimension_id, label_id)


def accept_proposals(project: Project, proposals: Sequence[Proposed]) -> Project:
    """The document with these proposals in it, as one edit.

    Values that stand there already and removals of values that are gone change nothing. Dimensions come first and
    removals last, whatever the order given.

    Raises:
        InputError: a dimension's name is taken, something that a proposal is about is gone, or a rule is broken.
    """
    project = _accept_dimensions(
        project, [proposal for proposal in proposals if proposal.kind == ProposalKind.DIMENSION]
    )
    project = _accept_values(project, [proposal for proposal in proposals if proposal.kind == ProposalKind.VALUE])
    for proposal in proposals:
        if proposal.kind == ProposalKind.CONSTRAINT:
            wanted = ConstraintProposal.read(proposal)
            project = edits.set_constraint(project, values=wanted.values, labels=wanted.labels, reason=wanted.reason)
    removals = [
        (proposal.dimension_id, proposal.label_id, FilterProposal.read(proposal).value_id)
        for proposal in proposals
        if proposal.kind == ProposalKind.FILTER
    ]
    return remove_values(project, removals)


def remove_values(project: Project, removals: Iterable[tuple[str, str, str]]) -> Project:
    """The document without these values, given as (dimension, label, value); those gone already are passed over.

    Raises:
        InputError: a label would be left without any value of a dimension.
    """
    by_cell: dict[tuple[str, str], set[str]] = {}
    for dimension_id, label_id, value_id in removals:
        by_cell.setdefault((dimension_id, label_id), set()).add(value_id)
    for (dimension_id, label_id), value_ids in by_cell.items():
        dimension, label = get_dimension(project, dimension_id), get_label(project, label_id)
        there = {value_id for value_id, _ in dimension.values_for(label_id)}
        doomed = there & value_ids
        if doomed and doomed == there:
            raise InputError(
                f"This would leave '{label.title}' without any value of '{dimension.name}'. Keep at least one of them."
            )
        if doomed:
            project = edits.delete_values(project, dimension_id, sorted(doomed), only_label=label_id)
    return project


def _accept_dimensions(project: Project, proposals: Sequence[Proposed]) -> Project:
    for proposal in proposals:
        wanted = DimensionProposal.read(proposal)
        if fold_text(wanted.name) in {fold_text(dimension.name) for dimension in project.dimensions.values()}:
            raise InputError(
                f"There is a dimension '{wanted.name}' already. Give the proposed one another name, or reject it."
            )
        project = edits.add_dimension(
            project,
            wanted.name,
            kind=wanted.kind,
            class_dependent=wanted.class_dependent,
            description=wanted.reason,
            clause=wanted.clause,
            origin=proposal.maker,
        )
    return project


def _accept_values(project: Project, proposals: Sequence[Proposed]) -> Project:
    by_cell: dict[tuple[str, str, str], list[edits.ValueDraft]] = {}
    for proposal in proposals:
        wanted = ValueProposal.read(proposal)
        draft = edits.ValueDraft(
            text=wanted.text, description=wanted.description, weight=float(proposal.payload.get("weight", 1.0))
        )
        by_cell.setdefault((proposal.dimension_id, proposal.label_id, proposal.maker), []).append(draft)
    for (dimension_id, label_id, maker), drafts in by_cell.items():
        labels = _current_labels(project, dimension_id, label_id)
        project = edits.add_values(project, dimension_id, drafts, labels=labels, origin=maker).project
    return project


def _current_labels(project: Project, dimension_id: str, label_id: str) -> tuple[str, ...]:
    """The labels that an accepted value belongs to, should the dimension have been switched since it was proposed."""
    if not get_dimension(project, dimension_id).class_dependent:
        return ()
    return (label_id,) if label_id else tuple(key for key, _ in project.ordered_labels())
