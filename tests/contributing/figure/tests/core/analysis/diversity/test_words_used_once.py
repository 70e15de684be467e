"""The example figure: by hand, and as `analyze` compares two sets in it."""

import json

import pytest

from attrprompt.analysis.diversity.lexical import measure_lexical
from attrprompt.analysis.texts.tokens import build_token_table, take_whole


def test_words_used_once_is_their_share_of_all_different_words():
    sample = take_whole(build_token_table(["a b", "a c"]))  # a twice, b and c once
    assert measure_lexical(sample)["words_used_once"] == pytest.approx(2 / 3)


def test_it_is_estimated_with_an_interval_like_every_other_figure(run, tmp_path):
    run("new", "p1", "--labels", "news")
    for name, words in (("varied", 40), ("plain", 4)):
        rows = [{"text": f"the word{(7 * n) % words} and the word{n % words}", "label": "news"} for n in range(60)]
        file = tmp_path / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert run("import-dataset", "p1", file, "--as", name)[0] == 0
    status, printed, _ = run("analyze", "p1", "varied", "plain", "--only", "diversity")
    assert status == 0
    found = {name: figures["words_used_once"] for name, figures in printed["datasets"].items()}
    assert found["varied"]["low"] < found["varied"]["value"] < found["varied"]["high"]
    assert found["plain"]["value"] < found["varied"]["value"]
    assert "words_used_once" in {each["metric"] for each in printed["comparisons"]}
