"""Names of labels: which are the same, and what is proposed where one is not known."""

import pytest

from attrprompt import edits
from attrprompt.errors import InputError
from attrprompt.project import Project, find_nearest_label, fold_label

SAME = [("Sci Tech", "sci-tech"), ("Sci_Tech", " SCI TECH "), ("Cafe\u0301", "CAFÉ"), ("Straße", "STRASSE")]
DIFFERENT = [
    ("C", "C++"), ("C++", "C#"), ("<=50K", ">50K"), ("A", "A-"), ("-1", "1"), ("Sci/Tech", "Sci_Tech"),
    ("R&D", "R D"), ("a  b", "a b"), ("Q&A", "QA"), ("_x", "x"), ("1.0", "10"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_blanks_and_hyphens_make_no_other_label(one, other):
    assert fold_label(one) == fold_label(other)
    with pytest.raises(InputError, match="same name"):
        edits.add_labels(Project(), [one, other])


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_any_other_sign_makes_another_label(one, other):
    project = edits.add_labels(Project(), [one, other])
    assert project.find_label(one) != project.find_label(other)


@pytest.mark.parametrize(
    ("given", "names", "nearest"),
    [
        ("C", ["Java", "C++"], "C++"),
        ("<=50K", [">50K", "unknown"], ">50K"),
        ("Toys & Games", ["books", "toys_games"], "toys_games"),
        ("Sport", ["World", "Sports"], "Sports"),
        ("Sports\u200f", ["Sports"], "Sports"),
        ("politics", ["World", "Sports"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_label_is_proposed(given, names, nearest):
    assert find_nearest_label(given, names) == nearest


def test_an_unknown_label_is_told_with_what_may_be_meant():
    project = edits.add_labels(Project(), ["C++", "Java"])
    with pytest.raises(InputError, match=r"no label 'C' .* The nearest is 'C\+\+'"):
        project.find_label("C")
