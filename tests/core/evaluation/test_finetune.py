"""Fine-tuning the bundled model on the CPU: it learns, and a stopped training goes on to the same result."""

import queue

import numpy as np
import pytest

from attrprompt.errors import InputError, WorkerError
from attrprompt.evaluation.finetune import FineTuning, fine_tune, read_logits, split_dev
from attrprompt.evaluation.request import make_evaluation
from attrprompt.records import DatasetKind
from attrprompt.store import NewSample
from attrprompt.store.jobs import JobState
from attrprompt.worker.client import WorkerClient, WorkJob

OPTIONS = FineTuning(epochs=2, batch=32, longest=16, learning_rate=2e-4, seeds=1)
PATIENCE = 120  # seconds for one update of a worker on a busy machine
TOPICS = ("The striker scored in the cup final", "Parliament voted on the treaty")


def make_texts(n, offset=0):
    return [f"{TOPICS[number % 2]}, report {number + offset}" for number in range(n)], np.arange(n) % 2


def tune(home, texts, codes, told, *, stop_at=None, options=OPTIONS):
    test, _ = make_texts(20, 5000)
    return fine_tune(
        texts,
        codes,
        test,
        options,
        home,
        seed=0,
        progress=lambda share, doing: told.append(doing),
        cancelled=lambda: stop_at is not None and bool(told) and told[-1].startswith(stop_at),
    )


def test_the_dev_texts_come_from_training_texts_and_leave_some_of_every_class():
    codes = np.array([0] * 50 + [1] * 2)
    rows, dev = split_dev(codes, seed=0)
    assert sorted([*rows, *dev]) == list(range(52))
    assert np.bincount(codes[dev]).tolist() == [5, 1]


@pytest.mark.slow
def test_a_stopped_training_goes_on_from_its_last_epoch(tmp_path):
    texts, codes = make_texts(200)
    told = []
    with pytest.raises(WorkerError, match="1 of 2 epochs are kept"):
        tune(tmp_path, texts, codes, told, stop_at="epoch 2")
    resumed = []
    found = tune(tmp_path, texts, codes, resumed)
    assert not any(each.startswith("epoch 1 ") for each in resumed)
    assert (found.codes == np.arange(20) % 2).all()
    again = []
    assert (tune(tmp_path, texts, codes, again).codes == found.codes).all()
    assert again == []
    assert not list(tmp_path.rglob("*.pt"))


def test_resuming_changes_nothing(tmp_path):
    texts, codes = make_texts(24)
    short = FineTuning(epochs=2, batch=8, longest=16, seeds=1)
    with pytest.raises(WorkerError):
        tune(tmp_path / "a", texts, codes, [], stop_at="epoch 2", options=short)
    one = tune(tmp_path / "a", texts, codes, [], options=short)
    other = tune(tmp_path / "b", texts, codes, [], options=short)
    assert (one.codes == other.codes).all()
    assert one.dev_score == other.dev_score


def test_several_labels_a_text_are_learned_by_sigmoids_and_survive_a_stop(tmp_path):
    texts = [TOPICS[0], TOPICS[1], " ".join(TOPICS)] * 8
    membership = np.array([[1, 0], [0, 1], [1, 1]] * 8, dtype=bool)
    options = FineTuning(epochs=2, batch=8, longest=32, seeds=1, learning_rate=5e-4)
    arguments = (texts, membership.argmax(axis=1), [*TOPICS, " ".join(TOPICS)], options, tmp_path)
    told = []
    with pytest.raises(WorkerError, match="1 of 2 epochs are kept"):
        fine_tune(
            *arguments,
            seed=0,
            progress=lambda share, doing: told.append(doing),
            cancelled=lambda: bool(told) and told[-1].startswith("epoch 2"),
            membership=membership,
        )
    found = fine_tune(
        *arguments, seed=0, progress=lambda share, doing: None, cancelled=lambda: False, membership=membership
    )
    predictions = read_logits(found.logits, multi_label=True)
    assert predictions.shares.shape == (3, 2)
    assert ((predictions.shares > 0) & (predictions.shares < 1)).all()
    assert predictions.given.any(axis=1).all()


def wait_for(updates, wanted):
    """Every update up to the first that is wanted."""
    seen = []
    while not seen or not wanted(seen[-1]):
        seen.append(updates.get(timeout=PATIENCE))
    return seen


@pytest.mark.slow
def test_a_training_in_the_worker_is_stopped_and_goes_on_from_its_last_epoch(store, project):
    sets = []
    for name, n, offset in (("train", 32, 0), ("test", 20, 5000)):
        texts, codes = make_texts(n, offset)
        rows = [NewSample(i, text, text, (("sports", "world")[codes[i]],), {}) for i, text in enumerate(texts)]
        sets.append(store.datasets.import_rows(project.id, name, DatasetKind.GOLD, rows, info={}))
    tuning = FineTuning(epochs=2, batch=8, longest=16, seeds=1)
    request = make_evaluation(store, project, [sets[:1]], sets[1], classifier="finetune", tuning=tuning)
    updates = queue.Queue()
    client = WorkerClient(store.home, updates.put)
    stopped = WorkJob(request)
    client.submit(stopped)
    wait_for(updates, lambda each: "epoch 2 of 2" in each.message)
    client.cancel(stopped.id)
    assert wait_for(updates, lambda each: each.state is JobState.CANCELLED)
    client.submit(WorkJob(request))
    resumed = wait_for(updates, lambda each: each.state in (JobState.DONE, JobState.FAILED))
    client.close()
    assert resumed[-1].state is JobState.DONE
    assert any("epoch 2 of 2" in each.message for each in resumed)
    assert not any("epoch 1 of 2" in each.message for each in resumed)


def test_a_model_that_is_not_there_is_told(tmp_path):
    texts, codes = make_texts(8)
    with pytest.raises(InputError, match="no encoder"):
        tune(tmp_path, texts, codes, [], options=FineTuning(model="/nowhere/model"))
