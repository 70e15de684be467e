"""CONTRIBUTING.md: an example of each addition, made to a copy of this repository, passes its own tests there.

`tests/contributing` holds the examples as small commits: new files where they belong, and `commit.yaml` with the lines
that change in files that exist, and with the tests that prove it, by file and keyword.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "contributing"
ADDITIONS = ("figure", "job", "page", "command", "preset")
COPIED = ("app.py", "pages", "components", "static", ".streamlit", "attrprompt", "tests", "pyproject.toml", "README.md")
LONGEST_SUBJECT = 72


def read_commit(addition):
    return yaml.safe_load((EXAMPLES / addition / "commit.yaml").read_text(encoding="utf-8"))


def list_new_files(addition):
    folder = EXAMPLES / addition
    files = [
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    return [file for file in files if file != Path("commit.yaml")]


def list_touched(addition):
    edited = {edit["file"] for edit in read_commit(addition)["edits"]}
    return edited | {file.as_posix() for file in list_new_files(addition)}


def make_commit(addition, folder):
    """Do to a copy of the repository what an example does."""
    for file in list_new_files(addition):
        assert not (folder / file).exists(), f"{file} is there already"
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLES / addition / file, folder / file)
    for edit in read_commit(addition)["edits"]:
        path = folder / edit["file"]
        content = path.read_text(encoding="utf-8")
        assert content.count(edit["find"]) == 1, f"{edit['file']} does not hold once: {edit['find']}"
        path.write_text(content.replace(edit["find"], edit["replace"]), encoding="utf-8")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The tests of all examples, run in a copy of this repository that holds all of them: a line for each."""
    folder = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy(ROOT / name, folder / name)
    for addition in ADDITIONS:
        make_commit(addition, folder)
    commits = [read_commit(addition) for addition in ADDITIONS]
    files = [file for commit in commits for file in commit["tests"]]
    chosen = " or ".join(commit["keyword"] for commit in commits)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:xdist", *files, "-k", chosen]
    alone = {**os.environ, "PYTEST_ADDOPTS": ""}  # what is asked of the run around it may print lines of its own
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=alone)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.slow
@pytest.mark.parametrize("addition", ADDITIONS)
def test_the_example_passes_its_own_tests(outcomes, addition):
    keyword = read_commit(addition)["keyword"]
    proved = [line for line in outcomes if keyword in line]
    assert proved and all("PASSED" in line for line in proved)


@pytest.mark.parametrize("addition", ADDITIONS)
def test_the_document_lists_the_files_that_the_example_touches(addition):
    document = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"(?ms)^## A {addition}\n(.*?)(?=^## |\Z)", document)
    assert set(re.findall(r"(?m)^- `([^`]+)`", section)) == list_touched(addition)


@pytest.mark.parametrize("addition", ADDITIONS)
def test_the_example_has_a_subject_as_the_document_asks_for(addition):
    subject = read_commit(addition)["subject"]
    assert len(subject) <= LONGEST_SUBJECT and not subject.endswith(".")
