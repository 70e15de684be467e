"""The example command: its JSON, and its one-line error."""

import json


def test_the_longest_texts_come_first(run, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps({"text": text, "label": "news"}) for text in ("a", "abc", "ab")), "utf-8")
    run("new", "p1", "--labels", "news")
    run("import-dataset", "p1", file, "--as", "real")
    assert run("longest", "p1", "real", "--n", 2) == (0, {"dataset": "real", "texts": ["abc", "ab"]}, "")
    status, printed, said = run("longest", "p1", "nothing")
    assert (status, printed, said.count("\n")) == (2, None, 1)
