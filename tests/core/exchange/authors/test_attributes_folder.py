import json
from pathlib import Path

import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.authors.attributes_folder import read_attributes_folder
from attrprompt.project import DimensionKind, Project

DATA = Path(__file__).parents[5] / "shared" / "data" / "attrprompt"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the authors' folders are not on this machine")


def make_folder(root: Path, files: dict[str, str | bytes], labels: str = "World\nSci_Tech\n") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "label.txt").write_text(labels, encoding="utf-8")
    for name, content in files.items():
        path = root / "attrprompt" / "gpt" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def count_values(project: Project) -> dict[str, tuple[bool, int]]:
    return {each.name: (each.class_dependent, len(each.values)) for _, each in project.ordered_dimensions()}


@needs_data
@pytest.mark.parametrize(
    ("name", "labels", "counts"),
    [
        ("nyt", 26, {"subtopics": (True, 234), "location": (False, 6), "style": (False, 5), "length": (False, 2)}),
        (
            "amazon",
            23,
            {
                "brands": (True, 227),
                "product_name": (True, 359),
                "experience": (False, 5),
                "style": (False, 5),
                "length": (False, 2),
            },
        ),
        ("agnews", 4, {"subtopics": (True, 71), "location": (False, 30), "style": (False, 5), "length": (False, 2)}),
    ],
)
def test_the_authors_folders_are_read_as_they_are(name: str, labels: int, counts: dict[str, tuple[bool, int]]):
    read = read_attributes_folder(DATA / name)
    assert len(read.project.labels) == labels
    assert count_values(read.project) == counts


@needs_data
def test_nyt_names_its_stray_file_and_its_alternative():
    read = read_attributes_folder(DATA / "nyt")
    assert any("20 rows" in warning and "cosmos" in warning for warning in read.warnings)
    assert any("location_fine" in warning for warning in read.warnings)
    fine = read_attributes_folder(DATA / "nyt", use={"location": "location_fine"})
    assert count_values(fine.project)["location"] == (False, 30)


@needs_data
def test_amazon_names_every_row_that_it_leaves_out_and_keeps_the_raw_lines():
    read = read_attributes_folder(DATA / "amazon")
    reasons = [(line.dimension, line.reason) for line in read.skipped]
    assert reasons.count(("product_name", "stands for no value of its own")) == 19
    assert ("brands", "repeats line 5") in reasons and ("product_name", "repeats line 3") in reasons
    assert len(reasons) == 21
    assert sum(len(lines) for lines in read.raw_lines["product_name"].values()) == 379
    assert sum(len(lines) for lines in read.raw_lines["brands"].values()) == 228
    assert read.raw_lines["product_name"]["kitchen"][15] == "Others product_name for kitchen"
    assert set(read.similar) == set(read.raw_lines["brands"])
    assert read.similar["camera_photo"] == ("electronics", "office_products", "beauty")
    assert any("'Computers and video games' (camera_photo.jsonl line 3)" in warning for warning in read.warnings)
    assert any("'Toys and games' (camera_photo.jsonl line 4), nearest 'toys_games'" in text for text in read.warnings)
    again = read_attributes_folder(DATA / "amazon", renames=["Toys and games=toys_games"])
    assert again.similar["camera_photo"] == ("electronics", "office_products", "toys_games", "beauty")


def test_names_may_end_in_spaces_and_filters_are_dropped(tmp_path: Path):
    folder = make_folder(
        tmp_path / "nyt",
        {
            "location /location.txt": "Europe\nAsia\n",
            "subtopics_filter/world.jsonl": "1. Peace talks\n2. A coup\n",
            "subtopics_filter/sci_tech.jsonl": "1. A rover\n",
            "length/length.txt": "30\n100",
            "style/style.txt": "Report: facts\nColumn: a view\n",
        },
    )
    project = read_attributes_folder(folder).project
    assert count_values(project) == {
        "subtopics": (True, 3),
        "location": (False, 2),
        "style": (False, 2),
        "length": (False, 2),
    }
    by_name = {each.name: each for _, each in project.ordered_dimensions()}
    assert by_name["location"].kind is DimensionKind.PLACE
    assert [value.text for _, value in by_name["length"].ordered()] == ["30 to 80 words", "100 to 150 words"]
    assert [(v.minimum, v.maximum) for _, v in by_name["length"].ordered()] == [(30, 80), (100, 150)]
    assert [(v.text, v.description) for _, v in by_name["style"].ordered()] == [
        ("Report", "facts"),
        ("Column", "a view"),
    ]
    assert "{value}" in by_name["subtopics"].clause


def test_the_same_folder_under_another_name_gives_the_same_hash(tmp_path: Path):
    files = {"style/style.txt": "a\nb\n", "topic/world.jsonl": "x\n"}
    one = read_attributes_folder(make_folder(tmp_path / "one", files))
    two = read_attributes_folder(make_folder(tmp_path / "two", files))
    assert one.project.content_hash == two.project.content_hash


def test_places_are_resolved_by_the_given_function(tmp_path: Path):
    places = {"Kenya": ("KE", "Africa"), "Asia": (None, "Asia")}
    folder = make_folder(tmp_path / "f", {"location/location.txt": "Kenya\nAsia\nAtlantis\n"})
    read = read_attributes_folder(folder, resolve_place=lambda text: places.get(text, (None, None)))
    values = [value for _, value in read.project.ordered_dimensions()[0][1].ordered()]
    assert [(value.country, value.continent) for value in values] == [("KE", "Africa"), (None, "Asia"), (None, None)]
    assert any("Atlantis" in warning for warning in read.warnings)


def test_similar_classes_become_those_of_the_labels(tmp_path: Path):
    folder = make_folder(
        tmp_path / "f",
        {
            "style/style.txt": "a\n",
            "similar/world.jsonl": "- Sci tech\n- sports-games\n- Sports and games\n- Music\n- world\n",
            "similar/nowhere.jsonl": "World\n",
        },
        labels="World\nSci_Tech\nsports_games\n",
    )
    read = read_attributes_folder(folder)
    assert read.similar == {"World": ("Sci_Tech", "sports_games")}
    label = read.project.labels[read.project.find_label("World")]
    assert [read.project.labels[key].name for key in label.similar] == ["Sci_Tech", "sports_games"]
    assert any("'Music' (world.jsonl line 4)" in warning for warning in read.warnings)
    assert any("'Sports and games' (world.jsonl line 3), nearest 'sports_games'" in text for text in read.warnings)
    assert any("nowhere" in warning for warning in read.warnings)
    assert "similar" not in count_values(read.project)


def test_labels_that_differ_in_a_sign_have_files_of_their_own(tmp_path: Path):
    folder = make_folder(
        tmp_path / "f",
        {"topic/c.jsonl": "pointers\n", "topic/c++.jsonl": "templates\n", "topic/c%23.jsonl": "linq\n"},
        labels="C\nC++\nC#\n",
    )
    read = read_attributes_folder(folder).project
    topic = read.dimensions[read.find_dimension("topic")]
    found = {name: [value.text for _, value in topic.values_for(read.find_label(name))] for name in ("C", "C++", "C#")}
    assert found == {"C": ["pointers"], "C++": ["templates"], "C#": ["linq"]}


def test_a_file_of_another_name_is_taken_for_a_label_only_where_a_person_says_so(tmp_path: Path):
    folder = make_folder(tmp_path / "f", {"topic/c.jsonl": "pointers\n", "topic/java.jsonl": "beans\n"}, "C++\nJava\n")
    told = read_attributes_folder(folder).warnings
    assert any("'c' is not a label (nearest: 'C++')" in warning for warning in told)
    renamed = read_attributes_folder(folder, renames=["c=C++"]).project
    topic = renamed.dimensions[renamed.find_dimension("topic")]
    assert [value.text for _, value in topic.values_for(renamed.find_label("C++"))] == ["pointers"]
    with pytest.raises(InputError, match=r"ends in no label of the project: 'C', nearest"):
        read_attributes_folder(folder, renames=["c=C"])


def test_the_multi_label_form_gives_values_with_several_labels(tmp_path: Path):
    entries = {
        "peace": {"lbl": ["world"], "lbl_idx": [0], "n_lbl": 1},
        "satellites": {"lbl": ["sci_tech", "world"], "lbl_idx": [1, 0], "n_lbl": 2},
        "by number": {"lbl_idx": [1]},
        "lost": {"lbl": ["music"], "lbl_idx": [7], "n_lbl": 1},
        "Peace": {"lbl": ["world"], "lbl_idx": [0], "n_lbl": 1},
    }
    folder = make_folder(tmp_path / "arxiv", {"subtopics/subtopics.json": json.dumps(entries)})
    read = read_attributes_folder(folder)
    assert read.project.task.multi_label
    names = {key: label.name for key, label in read.project.labels.items()}
    values = [value for _, value in read.project.ordered_dimensions()[0][1].ordered()]
    assert [(value.text, [names[key] for key in value.labels]) for value in values] == [
        ("peace", ["World"]),
        ("satellites", ["World", "Sci_Tech"]),
        ("by number", ["Sci_Tech"]),
    ]
    assert read.raw_lines["subtopics"][""] == list(entries)
    assert [(line.text, line.reason) for line in read.skipped] == [
        ("lost", "names no known label"),
        ("Peace", "repeats entry 1"),
    ]
    assert any("'music' (1)" in warning for warning in read.warnings)


def test_alternatives_are_chosen_with_use(tmp_path: Path):
    folder = make_folder(
        tmp_path / "f",
        {
            "location/location.txt": "Europe\n",
            "location/location_fine.txt": "France\nItaly\n",
            "topic/world.jsonl": "a\nb\n",
            "topic_filter/world.jsonl": "a\n",
        },
    )
    read = read_attributes_folder(folder)
    assert count_values(read.project) == {"topic": (True, 1), "location": (False, 1)}
    assert read.alternatives == {"location": ("location_fine",), "topic": ("topic",)}
    assert read.chosen == {"location": "location", "topic": "topic_filter"}
    chosen = read_attributes_folder(folder, use={"location": "location_fine", "Topic": "topic"})
    assert count_values(chosen.project) == {"topic": (True, 2), "location": (False, 2)}
    assert chosen.chosen == {"location": "location_fine", "topic": "topic"}


@pytest.mark.parametrize(
    ("use", "part"),
    [
        ({"place": "x"}, "no dimension 'place'"),
        ({"location": "x"}, "no file 'x'. Its choices are: location, location_fine"),
    ],
)
def test_an_unknown_choice_lists_what_there_is(tmp_path: Path, use: dict[str, str], part: str):
    folder = make_folder(
        tmp_path / "f", {"location/location.txt": "Europe\n", "location/location_fine.txt": "France\n"}
    )
    with pytest.raises(InputError, match=part):
        read_attributes_folder(folder, use=use)


def test_what_was_left_out_is_named(tmp_path: Path):
    folder = make_folder(
        tmp_path / "f",
        {
            "topic/world.jsonl": "1. a\n2. A\nOthers topic for world.\n",
            "topic/notes.md": "hello",
            "length/length.txt": "30\nshort\n30\n",
            "readme.txt": "hi",
            ".DS_Store": b"\x00\x01",
        },
    )
    read = read_attributes_folder(folder)
    text = "\n".join(read.warnings)
    for part in (
        "world.jsonl line 2 'A' repeats line 1",
        "world.jsonl line 3",
        "notes.md",
        "length.txt line 2 'short' is no number of words",
        "length.txt line 3 '30' repeats line 1",
        "readme.txt",
        "no values for Sci_Tech",
    ):
        assert part in text
    assert ".DS_Store" not in text


def test_raw_lines_keep_every_line_that_indices_count(tmp_path: Path):
    folder = make_folder(
        tmp_path / "f", {"topic/world.jsonl": "\n1. a\n\nOthers topic.\n", "style/style.txt": "x\n\ny\n"}
    )
    read = read_attributes_folder(folder)
    assert read.raw_lines == {
        "topic": {"World": ["1. a", "Others topic."], "Sci_Tech": []},
        "style": {"": ["x", "", "y"]},
    }


def test_a_class_independent_file_named_like_a_label_stays_class_independent(tmp_path: Path):
    folder = make_folder(tmp_path / "f", {"music/music.txt": "a\nb\n"}, labels="Music\nDance\n")
    assert count_values(read_attributes_folder(folder).project) == {"music": (False, 2)}


def test_several_models_are_told(tmp_path: Path):
    folder = make_folder(tmp_path / "f", {"style/style.txt": "a\n"})
    other = folder / "attrprompt" / "llama" / "style"
    other.mkdir(parents=True)
    (other / "style.txt").write_text("b\nc\n", encoding="utf-8")
    assert any("llama" in warning for warning in read_attributes_folder(folder).warnings)
    assert count_values(read_attributes_folder(folder, model="llama").project) == {"style": (False, 2)}
    with pytest.raises(InputError, match="no folder 'gpt5'; it has: gpt, llama"):
        read_attributes_folder(folder, model="gpt5")


@pytest.mark.parametrize(
    ("labels", "part"),
    [
        ("", "is empty"),
        ("World\n\nSports\n", "Line 2 of 'label.txt' is empty"),
        ("Sci-Tech\nsci_tech\n", "Lines 1 and 2 of 'label.txt' name the same label"),
        ("x" * 201, "Line 1 of 'label.txt' is over 200 characters"),
        ("\n".join(f"l{n}" for n in range(501)), "501 labels"),
    ],
)
def test_a_bad_label_list_gets_one_sentence(tmp_path: Path, labels: str, part: str):
    with pytest.raises(InputError, match=part):
        read_attributes_folder(make_folder(tmp_path / "f", {"style/style.txt": "a\n"}, labels=labels))


def test_500_labels_of_any_script_are_read(tmp_path: Path):
    labels = ["x" * 200, "שלום", "日本語", "<b>x</b>", *(f"l{n}" for n in range(496))]
    folder = make_folder(tmp_path / "f", {"style/style.txt": "a\n"}, labels="\n".join(labels))
    read = read_attributes_folder(folder)
    assert [label.name for _, label in read.project.ordered_labels()] == labels


def test_wrong_folders_and_files_get_one_sentence(tmp_path: Path):
    with pytest.raises(InputError, match="There is no folder"):
        read_attributes_folder(tmp_path / "none")
    make_folder(tmp_path / "sets" / "nyt", {"style/style.txt": "a\n"})
    with pytest.raises(InputError, match=r"Data-set folders inside it: nyt\."):
        read_attributes_folder(tmp_path / "sets")
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "label.txt").write_text("a\n", encoding="utf-8")
    with pytest.raises(InputError, match="no attrprompt/<model>/ folder"):
        read_attributes_folder(tmp_path / "bare")
    with pytest.raises(InputError, match="binary"):
        read_attributes_folder(make_folder(tmp_path / "binary", {"style/style.txt": b"a\x00b"}))
    with pytest.raises(InputError, match="not UTF-8"):
        read_attributes_folder(make_folder(tmp_path / "latin", {"style/style.txt": b"caf\xe9\n"}))
    with pytest.raises(InputError, match="over 10 MB"):
        read_attributes_folder(make_folder(tmp_path / "big", {"style/style.txt": b"x" * (10 * 1024 * 1024 + 1)}))
    with pytest.raises(InputError, match="multi-label form"):
        read_attributes_folder(make_folder(tmp_path / "json", {"topic/topic.json": '["a"]'}))
    with pytest.raises(InputError, match="names its labels neither"):
        read_attributes_folder(make_folder(tmp_path / "json2", {"topic/topic.json": '{"a": {"lbl": 3}}'}))
