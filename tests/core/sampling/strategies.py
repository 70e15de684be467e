"""Small projects of any shape for property tests of sampling, and a reference that enumerates everything."""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st

from attrprompt.project import Project, parse_project


@st.composite
def sampling_projects(draw, *, constraints=True, weights=True, multi_label=False, most_labels=3):
    """Labels, up to four dimensions of either kind, weights, and constraints that may leave nothing."""
    labels = [f"label{i}" for i in range(draw(st.integers(1, most_labels)))]
    dimensions = {}
    for d in range(draw(st.integers(1, 4))):
        dependent = draw(st.booleans())
        values = {}
        for v in range(draw(st.integers(1, 5))):
            values[f"v{v}"] = {
                "text": f"value {d}.{v}",
                "weight": draw(st.sampled_from([1.0, 1.0, 2.0, 0.5, 3.7])) if weights else 1.0,
                "labels": draw(st.lists(st.sampled_from(labels), min_size=1, unique=True)) if dependent else [],
                "order": v,
            }
        dimensions[f"d{d}"] = {"name": f"dimension {d}", "class_dependent": dependent, "values": values, "order": d}
    return parse_project(
        {
            "task": {"multi_label": multi_label},
            "labels": {name: {"name": name, "order": i} for i, name in enumerate(labels)},
            "dimensions": dimensions,
            "constraints": draw(_constraints(labels, dimensions)) if constraints else {},
        }
    )


@st.composite
def _constraints(draw, labels, dimensions):
    found = {}
    for number in range(draw(st.integers(0, 4))):
        chosen = draw(st.lists(st.sampled_from(sorted(dimensions)), min_size=1, max_size=3, unique=True))
        own = draw(st.lists(st.sampled_from(labels), max_size=2, unique=True))
        if len(chosen) == 1 and not own:
            own = [labels[0]]
        found[f"c{number}"] = {
            "labels": own,
            "values": {
                d: draw(st.lists(st.sampled_from(sorted(dimensions[d]["values"])), min_size=1, unique=True))
                for d in chosen
            },
            "reason": "",
            "order": number,
        }
    return found


def make_project(sizes, *, labels=("a",), constraints=(), weights=None, **task) -> Project:
    """Class-independent dimensions d0, d1 … with so many values v0, v1 …; constraints as {dimension: value numbers}."""
    return parse_project(
        {
            "task": task,
            "labels": {name: {"name": name, "order": i} for i, name in enumerate(labels)},
            "dimensions": {
                f"d{d}": {
                    "name": f"dimension {d}",
                    "order": d,
                    "values": {
                        f"v{v}": {
                            "text": f"value {d}.{v}",
                            "order": v,
                            "weight": 1.0 if weights is None else weights[d][v],
                        }
                        for v in range(size)
                    },
                }
                for d, size in enumerate(sizes)
            },
            "constraints": {
                f"c{i}": {"values": {d: [f"v{v}" for v in values] for d, values in entry.items()}, "order": i}
                for i, entry in enumerate(constraints)
            },
        }
    )


def is_allowed(project: Project, label_ids, configuration) -> bool:
    """Read off the document, without the code under test."""
    for constraint in project.constraints.values():
        if constraint.labels and not set(constraint.labels) & set(label_ids):
            continue
        if all(set(values) & set(configuration.get(d, ())) for d, values in constraint.values.items()):
            return False
    return True


def enumerate_configurations(project: Project, label_id: str) -> list[dict[str, tuple[str, ...]]]:
    """Every allowed configuration of a single-label text; dimensions without a value for the label are left out."""
    choices = {
        d: [(value_id,) for value_id, _ in dimension.values_for(label_id)]
        for d, dimension in project.ordered_dimensions()
        if dimension.values_for(label_id)
    }
    every = (dict(zip(choices, values, strict=True)) for values in product(*choices.values()))
    return [configuration for configuration in every if is_allowed(project, [label_id], configuration)]
