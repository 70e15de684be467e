"""Values as a table: what a spreadsheet gives back is merged, and a wrong table changes nothing."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings

from attrprompt.errors import InputError
from attrprompt.exchange.documents.values_csv import COLUMNS, merge_values_csv, write_values_csv
from attrprompt.project import DimensionKind, Project, parse_project
from tests.core.exchange.strategies import projects, small_project

HEADER = ",".join(COLUMNS)


def find_values(project: Project, name: str) -> dict[str, object]:
    return {value.text: value for value in project.dimensions[project.find_dimension(name)].values.values()}


@given(projects())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_a_table_merged_into_its_own_project_changes_nothing(project: Project):
    if not any(dimension.values for dimension in project.dimensions.values()):
        return
    text = write_values_csv(project)
    merge = merge_values_csv(project, text)
    assert (merge.added, merge.changed) == (0, 0)
    assert merge.project.content_hash == project.content_hash
    assert merge_values_csv(project, text.encode()).project == merge.project


@given(projects())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_a_table_brings_back_values_that_were_deleted(project: Project):
    if not any(dimension.values for dimension in project.dimensions.values()):
        return
    data = project.to_data() | {"constraints": {}}
    for dimension in data["dimensions"].values():
        dimension["values"] = {}
    merge = merge_values_csv(parse_project(data), write_values_csv(project))
    assert merge.added > 0
    for dimension in project.dimensions.values():
        other = merge.project.dimensions[merge.project.find_dimension(dimension.name)]
        for label in project.labels:
            wanted = [(v.text, v.description, v.weight, v.minimum) for _, v in dimension.values_for(label)]
            assert [(v.text, v.description, v.weight, v.minimum) for _, v in other.values_for(label)] == wanted


def test_a_spreadsheet_finds_no_formula_in_the_table():
    values = {f"v{n}": {"text": text, "order": n} for n, text in enumerate(["=1+1", "+x", "-x", "@x", "'=x"])}
    text = write_values_csv(small_project(dimensions={"d": {"name": "=dim", "values": values}}))
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == list(COLUMNS)
    assert [row[2] for row in rows[1:]] == ["'=1+1", "'+x", "'-x", "'@x", "''=x"]
    assert all(cell[:1] not in "=+-@" or not cell for row in rows for cell in row)


def test_new_values_are_added_and_known_ones_changed():
    table = (
        f"{HEADER}\nstyle,,report,only facts,3,,\nstyle,,Poem,in verse,,,\n"
        "subtopics,sports,a relay,,,,\nlength,,,,,10,20\n"
    )
    merge = merge_values_csv(small_project(), table)
    assert (merge.added, merge.changed, merge.unchanged) == (3, 1, 0)
    styles = find_values(merge.project, "style")
    assert (styles["report"].description, styles["report"].weight) == ("only facts", 3.0)
    assert styles["Poem"].weight == 1.0
    assert find_values(merge.project, "subtopics")["a relay"].labels == ("a",)
    assert find_values(merge.project, "length")["10 to 20 words"].maximum == 20
    assert set(find_values(merge.project, "style")) == {"report", "Column", "Poem"}


def test_columns_that_are_missing_and_numbers_that_are_empty_leave_fields_alone():
    merge = merge_values_csv(small_project(), "dimension,value,weight\nstyle,Report,\nstyle,Column,\n")
    assert merge.unchanged == 2
    assert merge.project.content_hash == small_project().content_hash


def test_a_length_follows_its_bounds():
    merge = merge_values_csv(small_project(), f"{HEADER}\nlength,,30 to 80 words,,,40,90\n")
    assert list(find_values(merge.project, "length")) == ["40 to 90 words"]


def test_a_new_dimension_takes_its_form_from_its_rows():
    table = f"{HEADER}\nmood,,glad,,,,\nangle,Sports,money,,,,\nspan,,,,,5,9\n"
    project = merge_values_csv(small_project(), table).project
    by_name = {dimension.name: dimension for dimension in project.dimensions.values()}
    assert not by_name["mood"].class_dependent
    assert by_name["angle"].class_dependent
    assert by_name["span"].kind is DimensionKind.LENGTH


def test_a_value_of_two_labels_has_two_rows_that_must_agree():
    text = write_values_csv(small_project())
    assert text.count("doping") == 2
    changed = text.replace("Sports,doping,", "Sports,doping,banned means")
    with pytest.raises(InputError, match="Rows 3 and 4 give the value 'doping' of 'subtopics' different fields"):
        merge_values_csv(small_project(), changed)


def test_semicolons_tabs_and_a_byte_order_mark_are_taken():
    for sign in ";\t":
        table = f"\ufeff{sign.join(COLUMNS)}\nstyle{sign}{sign}Poem\n"
        assert merge_values_csv(small_project(), table.encode()).added == 1


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "has the columns a, b; a table of values has dimension, label"),
        (f"{HEADER},extra\nstyle,,x,,,,,\n", "has the columns"),
        ("dimension,label\nstyle,\n", "dimension and value must be there"),
        ("dimension,value,value\nstyle,x,y\n", "two columns named 'value'"),
        (f"{HEADER}\n", "holds no values"),
        (f"{HEADER}\nstyle,,x,,,,,,,\n", "Row 1 of 'values.csv' has 10 cells"),
        (f"{HEADER}\nstyle,,,,,,\n", "Row 1 of 'values.csv' has no value"),
        (f"{HEADER}\n,,x,,,,\n", "Row 1 of 'values.csv' has no dimension"),
        (f"{HEADER}\nstyle,,x,,heavy,,\n", "the weight 'heavy' is no number"),
        (f"{HEADER}\nstyle,,x,,-1,,\n", "Row 1: .*greater than 0"),
        (f"{HEADER}\nstyle,,x,,nan,,\n", "Row 1: "),
        (f"{HEADER}\nstyle,,x,,,1.5,\n", "the minimum '1.5' is no number"),
        (f"{HEADER}\nstyle,Sports,x,,,,\n", "the same for all labels"),
        (f"{HEADER}\nsubtopics,,x,,,,\n", "names no label"),
        (f"{HEADER}\nsubtopics,Music,x,,,,\n", "Row 1: There is no label 'Music'"),
        (f"{HEADER}\nlength,,short,,,,\n", "needs a minimum and a maximum"),
        (f'{HEADER}\nstyle,,"x,,,,\n', "no valid CSV"),
        (f"{HEADER}\nstyle,,{'x' * 2001},,,,\n", "Row 1: "),
    ],
)
def test_a_wrong_table_changes_nothing_and_says_why(table: str, part: str):
    with pytest.raises(InputError, match=part):
        merge_values_csv(small_project(), table)


def test_binary_and_foreign_encodings_are_refused():
    with pytest.raises(InputError, match="UTF-8"):
        merge_values_csv(small_project(), f"{HEADER}\nstyle,,caf\xe9\n".encode("latin-1"))
    with pytest.raises(InputError, match="spreadsheet"):
        merge_values_csv(small_project(), b"PK\x03\x04\x14\x00\xff\xfe")
