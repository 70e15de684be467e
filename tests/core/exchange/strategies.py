"""Projects of any shape for property tests of import and export."""

from __future__ import annotations

from hypothesis import strategies as st

from attrprompt.project import DimensionKind, Method, Project, fold_label, fold_text, parse_project, phrase_length

SIGNS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
LINES = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
AWKWARD = st.sampled_from(
    ["=1+1", "'=x", "no", "null", "1.10", "1. FC Köln", "- x", '"quoted"', "a: b", "3D printing", "#x", "<b>x</b>",
     "עברית", "日本語", "{{ x }}", "&a", "*a", "!!str x", "2024-05-01", "Others style for x.", "1984", "🙂", "a\\b"]
)  # fmt: skip


def words(alphabet=SIGNS, size=12):
    plain = st.text(alphabet, min_size=1, max_size=size).map(str.strip).filter(bool)
    return st.one_of(plain, AWKWARD)


def names(alphabet=LINES):
    return words(alphabet).map(lambda text: " ".join(text.split()) or "x")


@st.composite
def projects(draw, *, alphabet=SIGNS):
    labels = draw(st.lists(names(), min_size=1, max_size=4, unique_by=fold_label))
    dimensions = draw(st.lists(names(), max_size=3, unique_by=fold_text))
    data = {
        "task": {
            "domain": draw(words(alphabet)),
            "description": draw(words(alphabet)),
            "multi_label": draw(st.booleans()),
            "examples": draw(st.lists(words(alphabet), max_size=2)),
        },
        "labels": {
            f"l{index}": {
                "name": name,
                "display": draw(st.one_of(st.just(""), words(alphabet))),
                "description": draw(st.one_of(st.just(""), words(alphabet))),
                "similar": draw(st.lists(st.sampled_from([f"l{i}" for i in range(len(labels)) if i != index] or [""]),
                                         unique=True, max_size=2)) if len(labels) > 1 else [],
                "order": index,
            }
            for index, name in enumerate(labels)
        },
        "dimensions": {
            f"d{index}": draw(_dimensions(name, index, len(labels), alphabet))
            for index, name in enumerate(dimensions)
        },
        "templates": draw(st.dictionaries(st.sampled_from(list(Method)), _templates(alphabet))),
    }  # fmt: skip
    data["constraints"] = draw(_constraints(data["dimensions"]))
    return parse_project(data)


def _templates(alphabet):
    return st.fixed_dictionaries({"text": words(alphabet), "system": words(alphabet)})


@st.composite
def _dimensions(draw, name, order, labels, alphabet):
    kind = draw(st.sampled_from(list(DimensionKind)))
    dependent = draw(st.booleans())
    texts = draw(st.lists(words(alphabet), max_size=5, unique_by=fold_text))
    values = {}
    for index, text in enumerate(texts):
        owners = draw(st.lists(st.integers(0, labels - 1), min_size=1, max_size=labels, unique=True))
        value = {
            "text": text,
            "description": draw(st.one_of(st.just(""), words(alphabet))),
            "weight": draw(st.one_of(st.just(1.0), st.floats(0.001, 1000))),
            "labels": [f"l{owner}" for owner in owners] if dependent else [],
            "country": draw(st.sampled_from([None, "NO", "KE"])),
            "order": index,
        }
        if kind is DimensionKind.LENGTH:
            low = draw(st.integers(1, 500))
            value |= {"minimum": low, "maximum": low + draw(st.sampled_from([0, 30, 50]))}
            if draw(st.booleans()) and phrase_length(low, value["maximum"]) not in texts:
                value["text"] = phrase_length(low, value["maximum"]) if index == 0 else text
        values[f"v{index}"] = value
    return {
        "name": name,
        "kind": kind,
        "class_dependent": dependent,
        "description": draw(st.one_of(st.just(""), words(alphabet))),
        "clause": draw(st.one_of(st.just(""), words(alphabet))),
        "values": values,
        "order": order,
    }


@st.composite
def _constraints(draw, dimensions):
    filled = {key: dimension for key, dimension in dimensions.items() if dimension["values"]}
    if len(filled) < 2 or not draw(st.booleans()):
        return {}
    chosen = draw(st.lists(st.sampled_from(sorted(filled)), min_size=2, max_size=2, unique=True))
    values = {
        key: draw(st.lists(st.sampled_from(sorted(filled[key]["values"])), min_size=1, max_size=2, unique=True))
        for key in chosen
    }
    return {"c0": {"labels": ["l0"] if draw(st.booleans()) else [], "values": values, "reason": draw(words())}}


def small_project(**changes) -> Project:
    """Two labels, a class-dependent dimension, styles with descriptions, a place and a length."""
    data = {
        "task": {},
        "labels": {
            "a": {"name": "Sports", "order": 0},
            "b": {"name": "Sci_Tech", "display": "Science", "order": 1, "similar": ["a"]},
        },
        "dimensions": {
            "topic": {
                "name": "subtopics",
                "class_dependent": True,
                "values": {
                    "t1": {"text": "a final", "labels": ["a"], "order": 0},
                    "t2": {"text": "a rover", "labels": ["b"], "order": 1},
                    "t3": {"text": "doping", "labels": ["a", "b"], "order": 2},
                },
                "order": 0,
            },
            "style": {
                "name": "style",
                "values": {
                    "s1": {"text": "Report", "description": "facts first", "order": 0},
                    "s2": {"text": "Column", "description": "takes a side", "weight": 2.0, "order": 1},
                },
                "order": 1,
            },
            "length": {
                "name": "length",
                "kind": "length",
                "values": {"w1": {"text": "30 to 80 words", "minimum": 30, "maximum": 80, "order": 0}},
                "order": 2,
            },
        },
    }
    return parse_project(data | changes)
