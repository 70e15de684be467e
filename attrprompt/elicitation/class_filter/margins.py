"""The embedding half of the class-aware filter: is a value nearer to its own label than to the similar ones?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attrprompt.elicitation.class_filter.similar import DimensionVectors
from attrprompt.project import AttributeDimension, fold_text


@dataclass(frozen=True)
class Margin:
    """How much nearer a value is to its own label than to a similar one.

    Attributes:
        margin: cosine with the vector of its own label, made without this value, minus the cosine with the similar
            label's; below 0 it is nearer to the other label. -2 to 2, for this encoder mostly -0.3 to 0.6.
        is_twin: the other label has a value of the same text.
    """

    label_id: str
    value_id: str
    similar_id: str
    margin: float
    is_twin: bool


def measure_margins(
    dimension: AttributeDimension, vectors: DimensionVectors, similar: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], list[Margin]]:
    """For each (label, value) its margin to every similar label, the smallest first.

    A label that shares the very value (a value may belong to several labels of a multi-label task) is not compared.
    """
    columns = {label_id: column for column, label_id in enumerate(vectors.label_ids)}
    texts = {label_id: {fold_text(value.text) for _, value in dimension.values_for(label_id)} for label_id in similar}
    found: dict[tuple[str, str], list[Margin]] = {}
    for row, value_id in enumerate(vectors.value_ids):
        value = dimension.values[value_id]
        own_labels = [label_id for label_id in value.labels if label_id in similar]
        if not own_labels:
            continue
        cosines = vectors.similarities(row)
        for label_id in own_labels:
            margins = [
                Margin(
                    label_id,
                    value_id,
                    other,
                    float(cosines[columns[label_id]] - cosines[columns[other]]),
                    fold_text(value.text) in texts.get(other, ()),
                )
                for other in similar[label_id]
                if other in columns and other not in value.labels
            ]
            found[label_id, value_id] = sorted(margins, key=lambda margin: (not margin.is_twin, margin.margin))
    return found
