"""Presets and project files on the command line."""

import pytest


def test_presets_are_listed_with_their_dimensions(run):
    status, printed, _ = run("presets")
    by_name = {each["name"]: each for each in printed["presets"]}
    assert status == 0
    assert {"agnews", "nyt", "sst2", "amazon", "arxiv"} <= set(by_name)
    assert by_name["nyt"]["labels"] == 26


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_a_project_file_comes_back_with_the_same_hash(run, tmp_path, format):
    run("new", "p1", "--preset", "agnews")
    file = tmp_path / f"p1.{format}"
    written = run("export-project", "p1", "--format", format, "--out", file)[1]
    status, read, _ = run("import-project", "p2", file)
    assert (status, read["warnings"]) == (0, [])
    assert read["content_hash"] == written["content_hash"]


def test_labels_that_differ_in_a_sign_are_several(run):
    status, made, _ = run("new", "Languages", "--labels", "C,C++,C#")
    assert (status, made["labels"]) == (0, 3)
    status, _, told = run("new", "Twice", "--labels", "Sci Tech,sci-tech")
    assert status == 2 and "Sci Tech" in told
