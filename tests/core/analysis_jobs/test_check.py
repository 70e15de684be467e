"""Checks over a data set: what they doubt, that marks can be taken off again, and when they are asked anew."""

import random

from attrprompt.analysis_jobs.check import Check, apply_checks, make_check_request, remove_check_flags
from attrprompt.generation.fewshot import choose_few_shots
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job

ENGLISH = "The council met on Monday to discuss how the old bridge over the river should be repaired this year"
GERMAN = "Der Gemeinderat traf sich am Montag und sprach darüber, wie die alte Brücke über den Fluss zu retten ist"
WORDS = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]


def put(store, project, texts, name="texts", kind=DatasetKind.SIMPROMPT):
    rows = [NewSample(item, text, text, (("World", "Sports")[item % 2],), {}) for item, text in enumerate(texts)]
    return store.datasets.import_rows(project.id, name, kind, rows, info={})


def check(store, project, dataset, *checks):
    request = make_check_request(store, project, dataset, **({"checks": checks} if checks else {}))
    return run_job(request, JobContext(store.home))


def flags_of(store, dataset):
    return {each.item: each.flags for each in store.datasets.iterate(dataset.id) if each.flags}


def test_repeated_texts_are_marked_and_the_marks_come_off_again(store, project):
    sentence = " ".join(WORDS)
    dataset = put(store, project, [sentence, ENGLISH, f"{sentence.upper()} ", f"{sentence} more", "another one here"])
    found = check(store, project, dataset, Check.DUPLICATES)
    assert flags_of(store, dataset) == {}
    assert apply_checks(store, dataset, found) == {"exact_duplicate": 1, "near_duplicate": 1}
    assert flags_of(store, dataset) == {2: ("exact_duplicate",), 3: ("near_duplicate",)}
    assert found.examples["near_duplicate"][0]["of"] == 0
    remove_check_flags(store, dataset)
    assert flags_of(store, dataset) == {}


def test_a_rejected_text_makes_no_other_a_duplicate(store, project):
    dataset = put(store, project, [ENGLISH, ENGLISH])
    before = make_check_request(store, project, dataset)
    store.review.decide(dataset.id, [0], {"status": "rejected"}, actor="ana")
    assert make_check_request(store, project, dataset).contents != before.contents
    assert check(store, project, dataset, Check.DUPLICATES).flags["exact_duplicate"] == []


def test_marks_do_not_ask_for_the_check_anew(store, project):
    dataset = put(store, project, [ENGLISH, ENGLISH])
    before = make_check_request(store, project, dataset)
    apply_checks(store, dataset, check(store, project, dataset, Check.DUPLICATES))
    assert make_check_request(store, project, dataset) == before


def test_a_text_that_repeats_its_example_is_marked(store, project, make_run):
    gold = put(store, project, [ENGLISH, GERMAN], "gold", DatasetKind.GOLD)
    few_shots = choose_few_shots(store, project, gold, 1)
    answers = (f"{ENGLISH} again", "Something new about a match")
    run = make_run(project, per_class=1, few_shots=few_shots, texts=lambda item: answers[item.item])
    found = check(store, project, run.dataset, Check.FEW_SHOTS)
    assert found.flags == {"few_shot_copy": [0]}
    assert found.examples["few_shot_copy"][0]["example"] == ENGLISH


def test_labels_are_checked_with_the_reference_encoder_from_twenty_texts_a_label(store, project):
    chance = random.Random(0)
    world = ["minister", "treaty", "embassy", "parliament", "sanctions", "border", "president", "election"]
    sports = ["goal", "striker", "tournament", "coach", "stadium", "penalty", "referee", "season"]
    texts = []
    for item in range(44):
        words = chance.sample(world if item % 2 == 0 else sports, 5)
        texts.append(f"The {words[0]} and the {words[1]} spoke of the {words[2]}, the {words[3]} and the {words[4]}.")
    texts[10] = "The striker scored a late goal and the coach praised the stadium after the tournament's penalty."
    dataset = put(store, project, texts)
    found = check(store, project, dataset, Check.LABELS)
    assert 10 in found.flags["label_doubt"]
    assert len(found.flags["label_doubt"]) <= 3
    few = put(store, project, texts[:30], "few")
    assert check(store, project, few, Check.LABELS).flags == {}
    assert "20 texts" in check(store, project, few, Check.LABELS).skipped["labels"]
