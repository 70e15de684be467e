"""An option that would do nothing beside the others is refused in one sentence, never left out without a word."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attrprompt.cli import main
from tests.homes import open_home

CONFIGURED = "goes with --method attrprompt"
TUNED = "goes with --classifier finetune"
ASKED = "goes with --zero-shot"
TRAINED = "goes with --train"
FILTERED = "goes with elicit PROJECT filter"
OF_VALUES = "goes with elicit PROJECT values"
JUDGED = "goes with --judge"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a project of one label a text, one of several, a data set in each, and files to import."""
    folder = tmp_path_factory.mktemp("idle")
    rows = [{"text": f"Match {number} was played.", "label": "World"} for number in range(4)]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (folder / "one.json").write_text(json.dumps({"train": rows}), encoding="utf-8")
    (folder / "rows.csv").write_text("text,label\nA match was played.,World\n", encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), folder / "rows.parquet")
    (folder / "words.csv").write_text("poor,poverty\n", encoding="utf-8")
    (folder / "map.json").write_text('{"0": "World", "1": "Sports"}', encoding="utf-8")
    (folder / "sets.txt").write_text("World + Sports = 1", encoding="utf-8")
    with open_home(folder / "home") as opened:
        for command in (
            ("new", "p", "--preset", "agnews"),
            ("new", "many", "--labels", "World,Sports", "--multi-label"),
            ("import-dataset", "p", folder / "rows.jsonl", "--as", "texts", "--kind", "simprompt"),
            ("import-dataset", "p", folder / "rows.csv", "--as", "gold"),
        ):
            assert main([*map(str, command), "--home", str(opened)]) == 0
        yield opened


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("new q --preset agnews --domain review", "--domain is what a preset says itself"),
        ("new q --preset agnews --multi-label", "--multi-label is what a preset says itself"),
        (
            "plan p --method simprompt --sampler pairwise",
            f"--sampler is about the attributes in a prompt; it {CONFIGURED}",
        ),
        ("plan p --method metaprompt --without style", CONFIGURED),
        ("plan p --method simprompt --fix style=interview", CONFIGURED),
        ("plan many --method simprompt --fix style=interview", "no dimension"),
        ("plan p --ratio 3", "goes with --class-sizes long_tailed"),
        ("plan p --class-count World=1 --per-class 2", "--per-class does not go with --class-count"),
        ("plan p --class-count World=1 --class-sizes long_tailed", "not both"),
        ("plan p --fix location=Kenya --without location", "cannot be both fixed and left out"),
        ("plan p --meta-prompts 2", "goes with --method metaprompt"),
        ("plan p --label-sets sizes", "several labels"),
        ("plan many --method simprompt --label-sets {sets.txt} --class-count World=3", "--class-count says how many"),
        (
            "plan many --method simprompt --label-sets {sets.txt} --class-sizes long_tailed",
            "--class-sizes says how many",
        ),
        ("generate p --no-send --method simprompt --sampler pairwise", CONFIGURED),
        ("generate p --no-send --few-shot 1", "go together"),
        ("generate p --no-send --api-key-env KEY", "takes no key"),
        ("generate p --no-send --model m", "--base-url"),
        ("elicit p dimensions --label World", f"--label is about values; it {OF_VALUES}"),
        ("elicit p dimensions --cap 2", f"--cap is about the filter; it {FILTERED}"),
        ("elicit p dimensions --model-check", f"--model-check is about the filter; it {FILTERED}"),
        ("elicit p dimensions --embed", f"--embed is about values; it {OF_VALUES}"),
        ("elicit p dimensions --way verbalized", "plain or by_example"),
        ("elicit p constraints --label World", OF_VALUES),
        ("elicit p constraints --way plain", "asked for in one way"),
        ("elicit p constraints --cap 2", FILTERED),
        ("elicit p constraints --embed", OF_VALUES),
        ("elicit p values subtopic --cap 2", FILTERED),
        ("elicit p values subtopic --model-check", FILTERED),
        ("elicit p values location --label World", "the same for all labels"),
        ("elicit p filter subtopic --n 2", "--n has no meaning for the filter"),
        ("elicit p filter subtopic --guidance rare", "--guidance has no meaning for the filter"),
        ("elicit p filter subtopic --way plain", "--way has no meaning for the filter"),
        ("elicit p filter subtopic --seed 2", "--seed has no meaning for the filter"),
        ("elicit p filter subtopic --no-model-check --no-embed", "Let it have one of them"),
        ("elicit p filter subtopic --no-model-check --max-tokens 9", "--max-tokens is about the model"),
        ("elicit p filter subtopic --no-model-check --base-url http://x.invalid", "--base-url is about the model"),
        ("elicit p values subtopic --api-key-env KEY", "takes no key"),
        ("import-dataset p {rows.parquet} --as q --encoding cp1252", "leave --encoding out"),
        ("import-dataset p {rows.parquet} --as q --no-header", "leave --no-header out"),
        ("import-dataset p {rows.parquet} --as q --split train", "leave --split out"),
        ("import-dataset p {rows.jsonl} --as q --no-header", "leave --no-header out"),
        ("import-dataset p {rows.jsonl} --as q --split train", "leave --split out"),
        ("import-dataset p {rows.csv} --as q --split train", "leave --split out"),
        ("import-dataset p {one.json} --as q --split test", "no list of rows 'test'. Name one with --split: train."),
        ("import-dataset p {rows.csv} --as q --label-map {map.json} --first-number 1", "leave --first-number out"),
        ("import-dataset p {rows.csv} --as q --label-column= --label-separator ;", "--label-separator is about labels"),
        ("export p texts --out {q} --usable --status rejected", "--usable leaves rejected texts out"),
        ("export p texts --out {q} --excel", "have no meaning for jsonl"),
        ("export p texts --out {q} --format parquet --no-formula-guard", "have no meaning for parquet"),
        ("export p texts --out {q} --format hf --card {q.md}", "leave --card away"),
        ("export p texts --out {q} --format attrprompt --plain", "leave --plain and --card away"),
        ("analyze p texts --lexicon {words.csv} --no-tables", "it goes with"),
        ("analyze p texts --lexicon {words.csv} --only diversity", "it goes with"),
        ("analyze p texts --reference uniform --only diversity", "goes with --only regions"),
        ("analyze p texts --rows {q} --only diversity", "goes with --only regions"),
        ("analyze p texts --judge 2 --only diversity", "goes with --only adherence"),
        ("analyze p texts --tables --only duplicates", "--tables is about figures by label"),
        ("analyze p texts --m 20 --only regions", "--m is the size of subsamples"),
        ("analyze p texts --seed 2 --only duplicates", "--seed is about draws"),
        ("analyze p texts --judge-dimension style", JUDGED),
        ("analyze p texts --base-url http://x.invalid", JUDGED),
        ("analyze p texts --model m", JUDGED),
        ("analyze p texts --api-key-env KEY", JUDGED),
        ("analyze p texts --max-tokens 9", JUDGED),
        ("check p texts --remove --only language", "--only is about marking"),
        ("check p texts --remove --language en", "--language is about marking"),
        ("check p texts --only duplicates --language en", "goes with --only language"),
        ("evaluate p --test gold --train texts --epochs 2", f"--epochs is about fine-tuning; it {TUNED}"),
        ("evaluate p --test gold --train texts --seeds 2", TUNED),
        ("evaluate p --test gold --train texts --learning-rate 0.1", TUNED),
        ("evaluate p --test gold --train texts --tuned-model m", TUNED),
        ("evaluate p --test gold --train texts --classifier finetune --curve", "goes with --classifier probe"),
        ("evaluate p --test gold --train texts --zero-shot-texts 2", ASKED),
        ("evaluate p --test gold --train texts --base-url http://x.invalid", ASKED),
        ("evaluate p --test gold --train texts --model m", ASKED),
        ("evaluate p --test gold --train texts --api-key-env KEY", ASKED),
        ("evaluate p --test gold --train texts --concurrency 2", ASKED),
        ("evaluate p --test gold --train texts --max-tokens 9", ASKED),
        ("evaluate p --test gold --zero-shot --classifier finetune", TRAINED),
        ("evaluate p --test gold --zero-shot --curve", TRAINED),
        ("evaluate p --test gold --zero-shot --seed 2", TRAINED),
        ("evaluate p --test gold --zero-shot --review ignored", TRAINED),
        ("evaluate p --test gold --zero-shot --epochs 2", TRAINED),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(run, home, command, said):
    words = [home.parent / word[1:-1] if word.startswith("{") else word for word in command.split()]
    status, printed, err = run(*words)
    assert (status, printed) == (2, None)
    assert said in err.strip().splitlines()[-1]
    assert not (home.parent / "q").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--first-number", 1], "No label was read by its number; --first-number did nothing."),
        (["--label-separator", "|"], "No cell held '|' between labels; --label-separator did nothing."),
    ],
)
def test_an_option_that_the_file_gave_no_work_is_told(run, home, options, said):
    arguments = ("import-dataset", "p", home.parent / "rows.csv", "--as", "told", "--replace")
    status, printed, _ = run(*arguments, *options)
    assert status == 0 and said in printed["warnings"]
