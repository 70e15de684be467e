"""The example page, with texts of which one in each run was cut."""

import pandas as pd


def test_marks_are_counted_by_data_set(open_page, project, texts):
    app = open_page("marks", project)
    assert [each.value for each in app.title] == ["Marks"]
    expected = pd.DataFrame({"Data set": ["simprompt", "attrprompt"], "Mark": "truncated", "Texts": 1})
    shown = app.dataframe[0].value.sort_values("Data set", ascending=False, ignore_index=True)
    assert shown.astype({"Texts": int}).equals(expected.astype({"Texts": int}))
