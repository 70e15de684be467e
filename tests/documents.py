"""Documents as tests need them: labels with subtopics of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrprompt import edits
from attrprompt.project import Project


def make_document(subtopics: Mapping[str, Sequence[str]]) -> Project:
    """A document with these labels, and the subtopics of each: `make_document({"music": ["opera", "jazz"]})`."""
    document = edits.add_labels(Project(), list(subtopics))
    document = edits.add_dimension(document, "subtopic", class_dependent=True)
    dimension_id = document.find_dimension("subtopic")
    for label, texts in subtopics.items():
        if texts:
            document = edits.add_values(document, dimension_id, texts, labels=[document.find_label(label)]).project
    return document
