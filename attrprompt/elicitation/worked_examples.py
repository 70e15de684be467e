"""Worked examples for small models: a list asked for and answered, twice, as earlier turns of the chat.

A small model follows examples, not instructions. Its own project's values are the best examples where there are some;
otherwise these, which stay away from the labels and dimensions of the presets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attrprompt.project import AttributeDimension, DimensionKind, Project, fold_text

EXAMPLES_SHOWN = 2
FEWEST_VALUES = 4
MOST_VALUES = 8


@dataclass(frozen=True)
class WorkedExample:
    """A list that was asked for, and the answer.

    Attributes:
        dimension: what was listed, in the singular.
        text: what it was listed for, in the singular.
        about: the label; empty where the list was for all.
    """

    dimension: str
    text: str
    about: str
    values: tuple[str, ...]


_TOPICS = (
    WorkedExample(
        "subtopic",
        "magazine article",
        "gardening",
        (
            "Pruning old apple trees",
            "A frost in May",
            "Balcony vegetables",
            "Seed swaps between neighbours",
            "Slugs in the lettuce",
            "Rare orchids stolen",
            "Composting kitchen waste",
            "A drought and a sprinkler ban",
        ),
    ),
    WorkedExample(
        "subtopic",
        "magazine article",
        "railways",
        (
            "Night trains returning",
            "A strike of signal workers",
            "Steam engines restored by volunteers",
            "Delays after a landslide",
            "New high-speed line approved",
            "Lost luggage auctions",
            "Fare dodgers on trams",
            "A station closed for good",
        ),
    ),
)
_PLACES = (
    WorkedExample(
        "capital",
        "travel story",
        "",
        ("Nairobi", "Lima", "Oslo", "Hanoi", "Ottawa", "Accra", "Lisbon", "Kathmandu"),
    ),
    WorkedExample(
        "river",
        "travel story",
        "",
        ("Danube", "Mekong", "Niger", "Paraná", "Volga", "Murray", "Ganges", "Yukon"),
    ),
)
_LENGTHS = (
    WorkedExample(
        "length",
        "postcard",
        "",
        ("20 to 30 words", "30 to 50 words", "50 to 60 words", "60 to 90 words", "90 to 120 words", "15 to 20 words"),
    ),
    WorkedExample(
        "length",
        "obituary",
        "",
        ("80 to 120 words", "150 to 200 words", "200 to 300 words", "300 to 400 words", "40 to 70 words"),
    ),
)
_MANNERS = (
    WorkedExample(
        "tone",
        "letter",
        "",
        (
            "Warm and personal",
            "Short and formal",
            "Angry but polite",
            "Playful",
            "Apologetic",
            "Matter-of-fact",
            "Nostalgic",
            "Full of enthusiasm",
        ),
    ),
    WorkedExample(
        "reader",
        "cookbook",
        "",
        (
            "Students on a budget",
            "Parents of small children",
            "Professional chefs",
            "Retired couples",
            "Campers",
            "Vegetarians",
            "Absolute beginners",
            "Office workers in a hurry",
        ),
    ),
)


def choose_examples(project: Project, dimension_id: str, label_id: str | None) -> tuple[WorkedExample, ...]:
    """Two examples: other labels' values of the same dimension where two labels have enough, else built-in ones."""
    dimension = project.dimensions[dimension_id]
    if dimension.class_dependent:
        own = _examples_of_other_labels(project, dimension, label_id)
        if len(own) >= EXAMPLES_SHOWN:
            return own
    if dimension.kind is DimensionKind.PLACE:
        built_in: Sequence[WorkedExample] = _PLACES
    elif dimension.kind is DimensionKind.LENGTH:
        built_in = _LENGTHS
    elif dimension.class_dependent:
        built_in = tuple(replace(example, dimension=dimension.name) for example in _TOPICS)
    else:
        built_in = _MANNERS
    return tuple(built_in[:EXAMPLES_SHOWN])


def _examples_of_other_labels(
    project: Project, dimension: AttributeDimension, label_id: str | None
) -> tuple[WorkedExample, ...]:
    wanted = {fold_text(value.text) for _, value in dimension.values_for(label_id)} if label_id else set()
    found = []
    for other_id, other in project.ordered_labels():
        values = [value.text for _, value in dimension.values_for(other_id) if fold_text(value.text) not in wanted]
        if other_id != label_id and len(values) >= FEWEST_VALUES:
            found.append(WorkedExample(dimension.name, project.task.text, other.title, tuple(values[:MOST_VALUES])))
    return tuple(found[:EXAMPLES_SHOWN])
