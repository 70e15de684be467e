"""Fine-tuning the bundled model on the CPU: it learns, and a stopped training goes on to the same result."""

import numpy as np
import pytest

from attrprompt.errors import InputError, WorkerError
from attrprompt.evaluation.finetune import FineTuning, fine_tune, split_dev

OPTIONS = FineTuning(epochs=2, batch=32, longest=16, learning_rate=2e-4, seeds=1)
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
def test_a_stopped_training_on_400_texts_goes_on_from_its_last_epoch(tmp_path):
    texts, codes = make_texts(400)
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


def test_a_model_that_is_not_there_is_told(tmp_path):
    texts, codes = make_texts(8)
    with pytest.raises(InputError, match="no encoder"):
        tune(tmp_path, texts, codes, [], options=FineTuning(model="/nowhere/model"))
