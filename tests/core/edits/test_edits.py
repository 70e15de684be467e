"""Edits of the document: each changes what it is about and nothing else."""

from __future__ import annotations

import jsonpatch
import pytest

from attrprompt import edits
from attrprompt.errors import InputError
from attrprompt.presets import load_preset
from attrprompt.project import DimensionKind, Method, Project
from tests.documents import make_document


@pytest.fixture
def document() -> Project:
    document = make_document({"music": ["awards", "opera"], "movies": ["Awards", "casting"], "tv_show": []})
    document = edits.add_dimension(document, "location", kind=DimensionKind.PLACE)
    document = edits.add_dimension(document, "length", kind=DimensionKind.LENGTH)
    document = edits.add_values(document, document.find_dimension("location"), ["Kenya", "Peru"]).project
    return edits.add_values(document, document.find_dimension("length"), ["30-80", "100 to 150 words"]).project


def changed_paths(before: Project, after: Project) -> set[str]:
    return {operation["path"] for operation in jsonpatch.make_patch(before.to_data(), after.to_data())}


def value_id(document: Project, dimension: str, text: str) -> str:
    values = document.dimensions[document.find_dimension(dimension)].values
    return next(key for key, value in values.items() if value.text == text)


def texts(document: Project, dimension: str, label: str = "") -> list[str]:
    found = document.dimensions[document.find_dimension(dimension)]
    pairs = found.values_for(document.find_label(label)) if label else found.ordered()
    return [value.text for _, value in pairs]


class TestLabels:
    def test_new_labels_come_last_in_the_order_given(self, document):
        names = [label.name for _, label in edits.add_labels(document, ["golf", "art"]).ordered_labels()]
        assert names == ["music", "movies", "tv_show", "golf", "art"]

    @pytest.mark.parametrize("name", ["", "  \n", "Music", "x" * 201, "a\0b", "\ud800"])
    def test_blank_taken_long_or_broken_names_are_refused(self, document, name):
        with pytest.raises(InputError):
            edits.add_label(document, name)

    def test_editing_one_field_changes_only_that_field(self, document):
        music = document.find_label("music")
        after = edits.edit_label(document, music, description="Songs and concerts")
        assert changed_paths(document, after) == {f"/labels/{music}/description"}

    def test_reordering_changes_only_the_order_of_labels_that_move(self, document):
        music, movies, tv_show = (key for key, _ in document.ordered_labels())
        after = edits.reorder_labels(document, [movies, music, tv_show])
        assert [key for key, _ in after.ordered_labels()] == [movies, music, tv_show]
        assert changed_paths(document, after) == {f"/labels/{music}/order", f"/labels/{movies}/order"}

    def test_reordering_with_a_stale_list_is_refused(self, document):
        with pytest.raises(InputError, match="every label once"):
            edits.reorder_labels(document, [document.find_label("music")])

    def test_a_deleted_label_leaves_no_trace_in_values_similar_lists_and_constraints(self, document):
        music, movies, tv_show = (key for key, _ in document.ordered_labels())
        subtopic, location = document.find_dimension("subtopic"), document.find_dimension("location")
        document = edits.copy_values(
            document, subtopic, [value_id(document, "subtopic", "opera")], tv_show, shared=True
        ).project
        document = edits.edit_label(document, movies, similar=(music, tv_show))
        kenya = [value_id(document, "location", "Kenya")]
        document = edits.set_constraint(document, values={location: kenya}, labels=[music])
        document = edits.set_constraint(
            document, values={location: kenya, subtopic: [value_id(document, "subtopic", "awards")]}
        )
        document = edits.set_constraint(
            document, values={location: kenya, subtopic: [value_id(document, "subtopic", "opera")]}
        )
        after = edits.delete_label(document, music)
        assert texts(after, "subtopic") == ["opera", "Awards", "casting"]
        assert after.labels[movies].similar == (tv_show,)
        assert [list(c.values) for c in after.constraints.values()] == [[location, subtopic]]
        assert "1 value that only this label has" in edits.describe_label_deletion(document, music)
        assert "2 constraints" in edits.describe_label_deletion(document, music)

    def test_a_label_is_not_similar_to_itself(self, document):
        music = document.find_label("music")
        with pytest.raises(InputError, match="itself"):
            edits.edit_label(document, music, similar=(music,))


class TestValues:
    def test_adding_leaves_out_blanks_and_reports_duplicates(self, document):
        subtopic, music = document.find_dimension("subtopic"), document.find_label("music")
        added = edits.add_values(document, subtopic, ["jazz", " ", "AWARDS", "jazz", "choirs"], labels=[music])
        assert (len(added.ids), added.duplicates) == (2, ("AWARDS", "jazz"))
        assert texts(added.project, "subtopic", "music") == ["awards", "opera", "jazz", "choirs"]

    def test_a_value_added_for_several_labels_is_shared_by_those_without_it(self, document):
        subtopic = document.find_dimension("subtopic")
        labels = [key for key, _ in document.ordered_labels()]
        added = edits.add_values(document, subtopic, ["awards"], labels=labels)
        assert [added.project.dimensions[subtopic].values[key].labels for key in added.ids] == [(labels[2],)]

    def test_a_class_dependent_dimension_wants_a_label_and_another_refuses_one(self, document):
        with pytest.raises(InputError, match="choose the label"):
            edits.add_values(document, document.find_dimension("subtopic"), ["x"])
        with pytest.raises(InputError, match="do not choose a label"):
            edits.add_values(
                document, document.find_dimension("location"), ["x"], labels=[document.find_label("music")]
            )

    def test_editing_a_text_changes_only_that_text(self, document):
        subtopic, opera = document.find_dimension("subtopic"), value_id(document, "subtopic", "opera")
        after = edits.edit_value(document, subtopic, opera, text="new operas")
        assert changed_paths(document, after) == {f"/dimensions/{subtopic}/values/{opera}/text"}

    def test_weights_of_many_values_change_in_one_edit_or_not_at_all(self, document):
        location = document.find_dimension("location")
        keys = list(document.dimensions[location].values)
        after = edits.edit_values(document, location, {key: {"weight": 3.0} for key in keys})
        assert {value.weight for value in after.dimensions[location].values.values()} == {3.0}
        with pytest.raises(InputError):
            edits.edit_values(document, location, {keys[0]: {"weight": 2.0}, keys[1]: {"weight": 0}})

    def test_a_text_that_the_label_has_already_is_refused(self, document):
        subtopic = document.find_dimension("subtopic")
        with pytest.raises(InputError, match="twice for music"):
            edits.edit_value(document, subtopic, value_id(document, "subtopic", "opera"), text="AWARDS")

    def test_bounds_make_the_text_of_a_length_and_a_text_makes_the_bounds(self, document):
        length = document.find_dimension("length")
        key = value_id(document, "length", "30 to 80 words")
        longer = edits.edit_value(document, length, key, maximum=90).dimensions[length].values[key]
        assert (longer.text, longer.minimum, longer.maximum) == ("30 to 90 words", 30, 90)
        typed = edits.edit_value(document, length, key, text="1,000–1,200").dimensions[length].values[key]
        assert (typed.text, typed.minimum, typed.maximum) == ("1000 to 1200 words", 1000, 1200)
        with pytest.raises(InputError, match="above the maximum"):
            edits.edit_value(document, length, key, minimum=100)
        with pytest.raises(InputError, match="is no length"):
            edits.edit_value(document, length, key, text="short")

    def test_a_place_with_another_name_loses_its_country(self, document):
        location, kenya = document.find_dimension("location"), value_id(document, "location", "Kenya")
        document = edits.edit_value(document, location, kenya, country="KE", continent="Africa")
        assert edits.edit_value(document, location, kenya, weight=2).dimensions[location].values[kenya].country == "KE"
        moved = edits.edit_value(document, location, kenya, text="Chile").dimensions[location].values[kenya]
        assert (moved.country, moved.continent) == (None, None)

    def test_a_shared_value_is_split_when_it_changes_for_one_label_only(self, document):
        subtopic = document.find_dimension("subtopic")
        opera, tv_show = value_id(document, "subtopic", "opera"), document.find_label("tv_show")
        document = edits.copy_values(document, subtopic, [opera], tv_show, shared=True).project
        after = edits.edit_value(document, subtopic, opera, only_label=tv_show, text="soap operas")
        assert "opera" in texts(after, "subtopic", "music")
        assert texts(after, "subtopic", "tv_show") == ["soap operas"]

    def test_a_shared_value_deleted_for_one_label_stays_for_the_other(self, document):
        subtopic = document.find_dimension("subtopic")
        opera, tv_show = value_id(document, "subtopic", "opera"), document.find_label("tv_show")
        document = edits.copy_values(document, subtopic, [opera], tv_show, shared=True).project
        after = edits.delete_values(document, subtopic, [opera], only_label=tv_show)
        assert texts(after, "subtopic", "tv_show") == []
        assert "opera" in texts(after, "subtopic", "music")

    def test_a_copy_is_a_value_of_its_own_and_duplicates_are_reported(self, document):
        subtopic, movies = document.find_dimension("subtopic"), document.find_label("movies")
        keys = [value_id(document, "subtopic", text) for text in ("awards", "opera")]
        added = edits.copy_values(document, subtopic, keys, movies)
        assert added.duplicates == ("awards",)
        assert texts(added.project, "subtopic", "movies") == ["Awards", "casting", "opera"]
        assert "opera" in texts(added.project, "subtopic", "music")

    def test_a_moved_value_leaves_its_label_and_a_doubled_one_is_only_taken_away(self, document):
        subtopic = document.find_dimension("subtopic")
        music, movies = document.find_label("music"), document.find_label("movies")
        keys = [value_id(document, "subtopic", text) for text in ("awards", "opera")]
        after = edits.move_values(document, subtopic, keys, music, movies)
        assert texts(after, "subtopic", "music") == []
        assert sorted(texts(after, "subtopic", "movies")) == ["Awards", "casting", "opera"]

    def test_deleting_the_last_value_a_constraint_names_deletes_the_constraint(self, document):
        subtopic, location = document.find_dimension("subtopic"), document.find_dimension("location")
        opera, casting = value_id(document, "subtopic", "opera"), value_id(document, "subtopic", "casting")
        kenya = value_id(document, "location", "Kenya")
        document = edits.set_constraint(document, values={subtopic: [opera, casting], location: [kenya]})
        one_less = edits.delete_values(document, subtopic, [opera])
        assert [c.values[subtopic] for c in one_less.constraints.values()] == [(casting,)]
        assert edits.delete_values(one_less, subtopic, [casting]).constraints == {}

    def test_a_value_that_is_gone_gets_a_sentence(self, document):
        with pytest.raises(InputError, match="no longer exists"):
            edits.edit_value(document, document.find_dimension("subtopic"), "gone", text="x")


class TestDimensions:
    def test_a_clause_without_a_place_for_the_value_is_refused(self, document):
        with pytest.raises(InputError, match=r"\{value\}"):
            edits.edit_dimension(document, document.find_dimension("location"), clause="Set it in Kenya.")

    def test_a_dimension_becomes_one_of_lengths_only_when_its_values_are_lengths(self, document):
        document = edits.add_dimension(document, "size")
        size = document.find_dimension("size")
        document = edits.add_values(document, size, ["between 20 and 40 words"]).project
        value = next(
            iter(edits.edit_dimension(document, size, kind=DimensionKind.LENGTH).dimensions[size].values.values())
        )
        assert (value.minimum, value.maximum) == (20, 40)
        document = edits.add_values(document, size, ["long"]).project
        with pytest.raises(InputError, match="'long' is no length"):
            edits.edit_dimension(document, size, kind=DimensionKind.LENGTH)

    def test_switching_to_class_dependent_and_back_gives_the_same_content(self, document):
        location = document.find_dimension("location")
        there = edits.set_class_dependent(document, location, True)
        assert texts(there, "location", "movies") == ["Kenya", "Peru"]
        assert edits.set_class_dependent(there, location, False).content_hash == document.content_hash

    def test_switching_to_class_independent_joins_repeated_values_and_redirects_constraints(self, document):
        subtopic, location = document.find_dimension("subtopic"), document.find_dimension("location")
        second = value_id(document, "subtopic", "Awards")
        kenya = value_id(document, "location", "Kenya")
        document = edits.set_constraint(document, values={subtopic: [second], location: [kenya]})
        text = edits.describe_switch(document, subtopic)
        assert "1 repeated value" in text and "3 values remain" in text
        after = edits.set_class_dependent(document, subtopic, False)
        assert texts(after, "subtopic") == ["awards", "opera", "casting"]
        assert [c.values[subtopic] for c in after.constraints.values()] == [(value_id(document, "subtopic", "awards"),)]

    def test_the_switch_of_values_without_labels_to_belong_to_is_refused(self):
        document = edits.add_dimension(Project(), "style")
        style = document.find_dimension("style")
        document = edits.add_values(document, style, ["dry"]).project
        with pytest.raises(InputError, match="Add labels first"):
            edits.set_class_dependent(document, style, True)

    def test_merging_takes_new_values_and_moves_constraints(self, document):
        document = edits.add_dimension(document, "place")
        place, location = document.find_dimension("place"), document.find_dimension("location")
        document = edits.add_values(document, place, ["kenya", "Fiji"]).project
        subtopic, opera = document.find_dimension("subtopic"), value_id(document, "subtopic", "opera")
        document = edits.set_constraint(
            document, values={place: [value_id(document, "place", "kenya")], subtopic: [opera]}
        )
        document = edits.set_constraint(
            document,
            values={
                place: [value_id(document, "place", "Fiji")],
                location: [value_id(document, "location", "Peru")],
            },
        )
        after = edits.merge_dimensions(document, location, place)
        assert texts(after, "location") == ["Kenya", "Peru", "Fiji"]
        assert place not in after.dimensions
        assert [dict(c.values) for c in after.constraints.values()] == [
            {location: (value_id(document, "location", "Kenya"),), subtopic: (opera,)}
        ]

    def test_merging_a_class_independent_dimension_into_a_class_dependent_one_gives_each_label_its_values(
        self, document
    ):
        document = edits.add_dimension(document, "angle")
        angle = document.find_dimension("angle")
        document = edits.add_values(document, angle, ["awards", "money"]).project
        after = edits.merge_dimensions(document, document.find_dimension("subtopic"), angle)
        assert texts(after, "subtopic", "tv_show") == ["awards", "money"]
        assert texts(after, "subtopic", "movies") == ["Awards", "casting", "money"]

    def test_a_deleted_dimension_takes_its_constraints_along(self, document):
        subtopic, location = document.find_dimension("subtopic"), document.find_dimension("location")
        opera, kenya = value_id(document, "subtopic", "opera"), value_id(document, "location", "Kenya")
        document = edits.set_constraint(document, values={subtopic: [opera], location: [kenya]})
        assert edits.delete_dimension(document, location).constraints == {}


class TestConstraintsTasksTemplates:
    def test_the_same_constraint_twice_is_refused(self, document):
        values = {
            document.find_dimension("subtopic"): [value_id(document, "subtopic", "opera")],
            document.find_dimension("location"): [value_id(document, "location", "Kenya")],
        }
        document = edits.set_constraint(document, values=values, reason="no opera house there")
        with pytest.raises(InputError, match="exists already"):
            edits.set_constraint(document, values=dict(reversed(values.items())))
        key = next(iter(document.constraints))
        after = edits.set_constraint(document, key, values=values, reason="changed")
        assert changed_paths(document, after) == {f"/constraints/{key}/reason"}
        assert edits.delete_constraint(after, key).constraints == {}

    def test_a_constraint_over_one_dimension_needs_labels(self, document):
        location, kenya = document.find_dimension("location"), value_id(document, "location", "Kenya")
        with pytest.raises(InputError, match="needs labels"):
            edits.set_constraint(document, values={location: [kenya]})

    def test_the_task_changes_field_by_field(self, document):
        assert changed_paths(document, edits.set_task(document, source="the NYT")) == {"/task/source"}

    def test_a_template_can_be_set_and_reset(self, document):
        after = edits.set_template(document, Method.SIMPROMPT, "Write about {{ label }}.")
        assert after.templates[Method.SIMPROMPT].text == "Write about {{ label }}."
        assert edits.reset_template(after, Method.SIMPROMPT) == document

    def test_a_template_with_a_problem_is_refused(self, document):
        with pytest.raises(InputError, match="Line 2"):
            edits.set_template(document, Method.SIMPROMPT, "Write\n{{ secret }}.")


class TestPasting:
    def test_bullets_numbers_quotes_and_emphasis_are_not_part_of_a_value(self):
        pasted = edits.parse_pasted_values(
            '1. US Open\n2) "Cup finals",\n\n - 3D printing\n* 2024 Olympics\n• **Doping**\n(6) ‘Boxing’\n-\n7.Rugby'
        )
        assert [draft.text for draft in pasted] == [
            "US Open",
            "Cup finals",
            "3D printing",
            "2024 Olympics",
            "Doping",
            "Boxing",
            "Rugby",
        ]

    @pytest.mark.parametrize(
        "line", ["-5 degrees", "5G networks", "3.5 million", "l'opéra", "7:30 news", "المغرب", "東京の選挙", "<b>x</b>"]
    )
    def test_a_value_that_only_looks_like_a_list_item_stays(self, line):
        assert edits.parse_pasted_values(line)[0].text == line

    def test_names_that_begin_with_the_same_number_stay(self):
        pasted = edits.parse_pasted_values("1. FC Köln\n1. FC Nürnberg")
        assert [draft.text for draft in pasted] == ["1. FC Köln", "1. FC Nürnberg"]

    def test_spreadsheet_columns_carry_description_and_weight(self):
        draft = edits.parse_pasted_values("Feature writing\tmore in depth\t2,5")[0]
        assert (draft.text, draft.description, draft.weight) == ("Feature writing", "more in depth", 2.5)

    @pytest.mark.parametrize("text", ["x" * 1_000_001, "a\0b", "PK\ufffd\ufffd", "a\n" * 5_001, "a\tb\tc", "a\tb\t-1"])
    def test_a_paste_that_is_no_list_of_values_is_refused(self, text):
        with pytest.raises(InputError):
            edits.parse_pasted_values(text)


def test_edits_keep_a_preset_as_it_is_elsewhere():
    document = load_preset("agnews")
    subtopic, sports = document.find_dimension("subtopic"), document.find_label("Sports")
    after = edits.add_values(document, subtopic, ["kabaddi leagues"], labels=[sports]).project
    assert len(changed_paths(document, after)) == 1
    key = document.dimensions[subtopic].values_for(sports)[0][0]
    assert edits.delete_values(after, subtopic, [key]).content_hash != document.content_hash
