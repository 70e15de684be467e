"""The tests themselves: fixtures that are made once, tests that can fail, and files that mirror the modules."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
CORE = TESTS.parent / "attrprompt"
SHARED = {"store", "runtime", "project", "make_run"}
CHECKS = ("assert_", "refuse", "run_script", "wait_")  # what a function is called that asserts for a test
ACROSS = {
    "core/analysis/regions/test_sentences.py": "the whole finder reads a thousand sentences",
    "core/cli/test_canary.py": "every command that sends a key",
    "core/cli/test_idle_options.py": "every command is given options that say nothing beside each other",
    "core/cli/test_import_options.py": "import-dataset is told what its readers cannot know",
    "core/exchange/test_bad_bytes.py": "every reader is given the same bytes",
    "core/exchange/test_fuzz.py": "every importer is given broken files",
    "core/worker/test_faults.py": "the worker, its caches and the database are taken away in the midst",
}
OF_THE_REPOSITORY = {"test_contributing.py", "test_documents.py", "test_faulty_server.py", "test_suite.py"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def list_functions() -> list[tuple[str, Function]]:
    """Every function under tests/, inner ones and methods too, with its file."""
    return [
        (str(path.relative_to(TESTS)), node)
        for path in sorted(TESTS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, Function)
    ]


def can_fail(function: Function, checks: frozenset[str] = frozenset()) -> bool:
    """Whether it asserts by itself, or calls what does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in {"raises", "warns", "expect"} | checks or name.startswith("assert_"):
                return True
    return False


def test_shared_fixtures_are_made_in_one_place_and_nothing_else_bears_their_names():
    made = [f"{path}:{function.name}" for path, function in list_functions() if function.name in SHARED]
    assert sorted(made) == sorted(f"conftest.py:{name}" for name in SHARED)


def test_every_test_can_fail():
    checks = frozenset(
        function.name
        for _, function in list_functions()
        if function.name.startswith(CHECKS) and can_fail(function, frozenset({"wait_until"}))
    )
    idle = [
        f"{path}:{function.name}"
        for path, function in list_functions()
        if function.name.startswith("test_") and not can_fail(function, checks)
    ]
    assert idle == []


def test_each_file_is_called_after_the_module_that_it_tests():
    strangers = []
    for path in sorted((TESTS / "core").rglob("test_*.py")):
        folder = CORE / path.parent.relative_to(TESTS / "core")
        tested = folder / path.stem.removeprefix("test_")
        if not (tested.with_suffix(".py").is_file() or tested.is_dir() or folder.name == tested.name):
            strangers.append(str(path.relative_to(TESTS)))
    assert sorted(strangers) == sorted([*ACROSS, *(f"core/{name}" for name in OF_THE_REPOSITORY)])
