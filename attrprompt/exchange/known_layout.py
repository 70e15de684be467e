"""What an AttrPrompt folder leaves unsaid: the task and, for the dimensions that the authors use, kind and clause.

A folder holds names and values only. These defaults depend on nothing but its labels and dimensions, so that a copy of
a folder under another name imports as the same project.
"""

from __future__ import annotations

from collections.abc import Collection

from attrprompt.project import DimensionKind, Task, fold_label, fold_text

FILTERED = "_filter"
SIMILAR = "similar"

_CLAUSES = {
    "subtopics": "It is about {value}.",
    "subtopic": "It is about {value}.",
    "topic": "It is about {value}.",
    "location": "It is set in {value}.",
    "country": "It is set in {value}.",
    "continent": "It is set in {value}.",
    "style": "It is written in this style: {value}.",
    "length": "It is {value} long.",
    "brands": "The brand is {value}.",
    "product_name": "The product is {value}.",
    "experience": "It tells of this experience: {value}.",
    "resource": "It mentions {value}.",
    "scenario": "The matter at hand is {value}.",
    "depth": "The level it asks for is {value}.",
    "genre": "The genre is {value}.",
    "cuisine": "The cuisine is {value}.",
    "technique": "It makes use of {value}.",
}
_PLACES = frozenset({"location", "place", "country", "continent", "region", "city"})

# Each task is known by some of its labels and some of its dimensions; the first that fits is taken.
_TASKS: tuple[tuple[frozenset[str], frozenset[str], Task], ...] = (
    (
        frozenset({"federal_budget", "the_affordable_care_act", "stocks_and_bonds"}),
        frozenset(),
        Task(domain="news", text="news article", source="the New York Times"),
    ),
    (
        frozenset({"world", "sports", "business", "sci_tech"}),
        frozenset(),
        Task(domain="news", text="news article", source="a news agency"),
    ),
    (
        frozenset({"negative", "positive"}),
        frozenset({"genre"}),
        Task(domain="movie reviews", text="movie review", source="a film review site"),
    ),
    (
        frozenset({"negative", "positive"}),
        frozenset({"cuisine"}),
        Task(domain="restaurant reviews", text="restaurant review", source="Yelp"),
    ),
    (
        frozenset(),
        frozenset({"brands", "product_name"}),
        Task(domain="product reviews", text="product review", source="Amazon"),
    ),
    (
        frozenset(),
        frozenset({"scenario", "depth"}),
        Task(domain="questions", text="question", source="Stack Exchange"),
    ),
    (
        frozenset(),
        frozenset({"experience", "resource"}),
        Task(domain="forum posts", text="forum post", source="Reddit"),
    ),
    (
        frozenset(),
        frozenset({"technique", "subtopics"}),
        Task(domain="scientific papers", text="abstract of a paper", source="arXiv"),
    ),
)


def guess_task(labels: Collection[str], dimensions: Collection[str], *, multi_label: bool) -> Task:
    """The task that these labels and dimensions belong to; a plain one where none is known."""
    label_names = {fold_label(name) for name in labels}
    dimension_names = {fold_label(name) for name in dimensions}
    for needed_labels, needed_dimensions, task in _TASKS:
        if needed_labels <= label_names and needed_dimensions <= dimension_names:
            return task.model_copy(update={"multi_label": multi_label})
    return Task(multi_label=multi_label)


def guess_clause(dimension: str) -> str:
    """The prompt clause of a dimension that the authors use; empty, which stands for a plain one, for others."""
    return _CLAUSES.get(fold_text(dimension), "")


def guess_kind(dimension: str) -> DimensionKind:
    """Places and lengths are known by the dimension's name."""
    folded = fold_text(dimension)
    if folded == "length":
        return DimensionKind.LENGTH
    return DimensionKind.PLACE if folded in _PLACES else DimensionKind.TEXT


def order_of_dimension(dimension: str, class_dependent: bool) -> tuple[int, str]:
    """A sort key, as a folder has no order: what the text is about first, how long it is last."""
    kind = guess_kind(dimension)
    ranks = {DimensionKind.PLACE: 1, DimensionKind.TEXT: 2, DimensionKind.LENGTH: 3}
    return (0 if class_dependent else ranks[kind], fold_text(dimension))
