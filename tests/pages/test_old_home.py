"""A home that was kept before the folders of the code were laid out anew shows on its pages what it held."""

from __future__ import annotations

import pytest

from tests import kept_homes
from tests.homes import open_home
from tests.pages.helpers import open_attributes, read_words

SCHEMA = 3


@pytest.fixture
def home(tmp_path):
    with open_home(tmp_path / "home") as folder:
        kept_homes.restore(SCHEMA, folder)
        yield folder


@pytest.fixture
def kept(store):
    return store.projects.find("Kept news")


def test_the_overview_counts_the_texts_and_shows_a_pair(open_page, kept):
    app = open_page("overview", kept)
    assert [(each.label, each.value) for each in app.metric][:2] == [
        ("simprompt-1", "6 texts"),
        ("attrprompt-1", "6 texts"),
    ]
    assert [each.value for each in app.text][:2] == [
        "simprompt-1 writes text 0 about World.",
        "attrprompt-1 writes text 0 about World.",
    ]
    assert "2 labels, written by m-1" in read_words(app)
    assert "180 tokens" in read_words(app)


def test_review_shows_the_texts_with_their_decisions(open_page, kept):
    app = open_page("review", kept)
    assert app.selectbox(key="review_dataset").value == "attrprompt-1"
    app.session_state["review_view"] = "Table"
    app.run()
    (table,) = [each.value for each in app.dataframe if "Decided" in each.value]
    texts = [f"attrprompt-1 writes text {n} about {label}." for n, label in enumerate(("World", "Sports") * 3)]
    texts[4] = "A text that ben mended."
    assert list(table["Text"]) == texts
    assert list(table["Label"]) == ["World", "Sports", "World", "Sports", "Sports", "Sports"]
    assert list(table["Decided"]) == ["accepted", "accepted", "rejected", "new", "new", "new"]
    assert list(table["Flags"]) == ["", "", "", "truncated", "", ""]


def test_attributes_show_the_matrix_and_the_values(kept):
    app = open_attributes(kept, "Values")
    matrix, values = (each.value for each in app.dataframe)
    assert matrix.to_dict("list") == {
        "Label": ["All labels", "World", "Sports"],
        "subtopic": ["", "✓ 3", "◆ 2 +2"],  # World is marked done, two values are proposed for Sports
        "style": ["◑ 2", "", ""],
    }
    assert list(values["text"]) == ["elections", "treaties", "summits"]


def test_attributes_show_who_changed_what(kept):
    (history,) = (each.value for each in open_attributes(kept, "History").dataframe)
    assert history[["who", "kind", "what"]].to_numpy().tolist() == [
        ["ana", "change", "Accepted 1 proposed: summits"],
        ["ben", "taken back", "World is shown as Welt"],
        ["ben", "change", "World is shown as Welt"],
        ["ana", "change", "Designed"],
        ["ana", "change", "Project created"],
    ]
