"""Fine-tuning of a small language model on one set of texts; a stopped one goes on from its last whole epoch.

Settings are those of the AttrPrompt authors' training script: AdamW (ε = 1e-6, weight decay 1e-3), learning rate
2e-5 falling linearly after 6 % of warm-up, batches of 32, 8 epochs, gradients clipped at 1, 128 tokens. The epoch
that predicts a tenth of the *training* texts best (macro F1) is kept: test texts choose nothing. With several labels
a text each label has a sigmoid of its own (binary cross-entropy), else all share a softmax.

Order of texts and dropout hang on seed and epoch only, so a resumed training gives what an unbroken one gives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from attrprompt.encoding.encoder import BUNDLED_MODEL, find_model_folder, hash_model
from attrprompt.errors import InputError, WorkerError
from attrprompt.evaluation.label_scores import LabelPredictions, LabelScoring
from attrprompt.evaluation.scores import ClassScoring, Codes, Floats, Membership, Predictions
from attrprompt.files import write_whole

DEV_SHARE = 0.1
WARM_UP = 0.06
WEIGHT_DECAY = 1e-3
EPSILON = 1e-6
LARGEST_GRADIENT = 1.0
TEST_BATCH = 128
DECIMALS = 6  # of kept logits
SOFTMAX, SIGMOIDS = "single_label_classification", "multi_label_classification"

Progress = Callable[[float, str], None]


class FineTuning(BaseModel):
    """How a model is trained.

    Attributes:
        model: the bundled one, a folder, or a hub id.
        longest: tokens of a text; longer ones are cut.
        seeds: how many trainings, with seeds from 0 on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = BUNDLED_MODEL
    epochs: int = Field(default=8, ge=1, le=100)
    batch: int = Field(default=32, ge=1, le=1024)
    learning_rate: float = Field(default=2e-5, gt=0, le=1)
    longest: int = Field(default=128, ge=8, le=4096)
    seeds: int = Field(default=5, ge=1, le=20)


@dataclass(frozen=True)
class Tuned:
    """What one training gave.

    Attributes:
        logits: of each test text (row) and class (column), before softmax or sigmoid.
        epoch: the one that was kept, from 1 on.
        dev_score: its macro F1 on the dev texts.
    """

    logits: Floats
    epoch: int
    dev_score: float

    @property
    def codes(self) -> Codes:
        """The most probable class of each test text."""
        codes: Codes = self.logits.argmax(axis=1)
        return codes


def fine_tune(
    texts: Sequence[str],
    codes: Codes,
    test: Sequence[str],
    options: FineTuning,
    home: Path,
    *,
    seed: int,
    progress: Progress,
    cancelled: Callable[[], bool],
    membership: Membership | None = None,
) -> Tuned:
    """Train with one seed and predict the test texts.

    Args:
        texts: to train on.
        codes: the class of each; of texts with several labels the one by which dev texts are split off.
        test: texts to predict.
        options: model and settings.
        home: folder of the caches, where whole epochs are kept.
        seed: of order, dropout, the new head and the split.
        progress: told after every batch.
        cancelled: asked before every batch.
        membership: which text has which label, where texts have several.

    Raises:
        WorkerError: cancelled; whole epochs are kept and the same call goes on from them.
        InputError: there is no such model, or it cannot be trained to classify.
    """
    folder = home / "cache" / "finetune" / _hash(texts, codes, test, options, seed, membership)
    done = folder / "predictions.json"
    if not done.exists():
        training = _Training(texts, codes, membership, options, folder, seed)
        for epoch in range(training.epochs_done, options.epochs):
            training.run_epoch(epoch, progress, cancelled)
        progress(1.0, "test texts")
        kept = training.load_best()
        logits = training.predict(test).round(DECIMALS).tolist()
        found = {"logits": logits, "epoch": kept[0], "dev_score": kept[1]}
        write_whole(done, json.dumps(found).encode())
        for checkpoint in folder.glob("*.pt"):
            checkpoint.unlink()
    kept_result = json.loads(done.read_text(encoding="utf-8"))
    return Tuned(np.array(kept_result["logits"]), kept_result["epoch"], kept_result["dev_score"])


def read_logits(logits: Floats, *, multi_label: bool) -> Predictions | LabelPredictions:
    """What a model says of texts, as it is scored."""
    if multi_label:
        return LabelPredictions(1 / (1 + np.exp(-logits)))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return Predictions(logits.argmax(axis=1), (powers / powers.sum(axis=1, keepdims=True)).max(axis=1))


def split_dev(codes: Codes, *, seed: int) -> tuple[Codes, Codes]:
    """Rows to train on and rows to choose the epoch by: a tenth of each class, one at least, never a whole class."""
    rng = np.random.default_rng([seed, 1])
    train, dev = [], []
    for code in np.unique(codes):
        rows = rng.permutation(np.flatnonzero(codes == code))
        held = min(max(1, round(DEV_SHARE * len(rows))), len(rows) - 1)
        dev.append(rows[:held])
        train.append(rows[held:])
    return np.sort(np.concatenate(train)), np.sort(np.concatenate(dev))


class _Training:
    """A model with its optimiser, as it stands after the epochs that are done."""

    def __init__(
        self,
        texts: Sequence[str],
        codes: Codes,
        membership: Membership | None,
        options: FineTuning,
        folder: Path,
        seed: int,
    ) -> None:
        import torch
        from transformers import (
            AutoModelForSequenceClassification,
            AutoTokenizer,
            get_linear_schedule_with_warmup,
        )

        self._torch, self._options, self._folder, self._seed = torch, options, folder, seed
        self._texts, self._codes, self._membership = list(texts), codes, membership
        self._rows, self._dev = split_dev(codes, seed=seed)
        self._classes = int(codes.max()) + 1 if membership is None else membership.shape[1]
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(seed)
        source = find_model_folder(options.model)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(
                source,
                num_labels=self._classes,
                problem_type=SOFTMAX if membership is None else SIGMOIDS,
                local_files_only=True,
            ).to(self._device)
        except (OSError, ValueError) as error:
            raise InputError(f"'{options.model}' cannot be trained to classify ({error}). Take another.") from error
        steps = options.epochs * -(-len(self._rows) // options.batch)
        self._optimizer = torch.optim.AdamW(
            self._model.parameters(), lr=options.learning_rate, eps=EPSILON, weight_decay=WEIGHT_DECAY
        )
        make_schedule: Any = get_linear_schedule_with_warmup  # it has no annotations
        self._schedule = make_schedule(self._optimizer, round(WARM_UP * steps), steps)
        self.epochs_done, self._best = 0, (0, -1.0)
        folder.mkdir(parents=True, exist_ok=True)
        if self._last.exists():
            self._restore()

    @property
    def _last(self) -> Path:
        return self._folder / "last.pt"

    def run_epoch(self, epoch: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
        """Train through all texts once, judge by the dev texts, and keep the state on disk."""
        torch, options = self._torch, self._options
        torch.manual_seed(self._seed * 1000 + epoch)
        order = np.random.default_rng([self._seed, 2, epoch]).permutation(self._rows)
        batches = [order[start : start + options.batch] for start in range(0, len(order), options.batch)]
        self._model.train()
        for number, rows in enumerate(batches):
            if cancelled():
                raise WorkerError(
                    f"Training was stopped in epoch {epoch + 1}; {epoch} of {options.epochs} epochs are kept. "
                    "Start it again to go on from there."
                )
            progress((epoch + number / len(batches)) / options.epochs, f"epoch {epoch + 1} of {options.epochs}")
            inputs = self._encode([self._texts[row] for row in rows])
            wanted = self._codes[rows] if self._membership is None else self._membership[rows].astype(np.float32)
            labels = torch.tensor(wanted, device=self._device)
            loss = self._model(**inputs, labels=labels).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._model.parameters(), LARGEST_GRADIENT)
            self._optimizer.step()
            self._schedule.step()
            self._optimizer.zero_grad()
        found = self._score_dev()
        self.epochs_done = epoch + 1
        if found > self._best[1]:
            self._best = (self.epochs_done, found)
            self._save(self._folder / "best.pt", {"model": self._model.state_dict()})
        state = {"model": self._model.state_dict(), "optimizer": self._optimizer.state_dict()}
        self._save(self._last, {**state, "schedule": self._schedule.state_dict(), "done": self.epochs_done,
                                "best": list(self._best)})  # fmt: skip

    def load_best(self) -> tuple[int, float]:
        """Put the best epoch's weights in place; gives its number and its dev score."""
        kept = self._torch.load(self._folder / "best.pt", map_location=self._device, weights_only=True)
        self._model.load_state_dict(kept["model"])
        return self._best

    def predict(self, texts: Sequence[str]) -> Floats:
        """The logits of each text."""
        self._model.eval()
        found = []
        with self._torch.no_grad():
            for start in range(0, len(texts), TEST_BATCH):
                logits = self._model(**self._encode(texts[start : start + TEST_BATCH])).logits
                found.append(logits.cpu().numpy())
        return np.concatenate(found).astype(np.float64)

    def _score_dev(self) -> float:
        """Macro F1 on the dev texts."""
        logits = self.predict([self._texts[row] for row in self._dev])
        scoring: Any = ClassScoring(self._codes[self._dev], self._classes)
        if self._membership is not None:
            scoring = LabelScoring(self._membership[self._dev])
        row = scoring.score(read_logits(logits, multi_label=self._membership is not None))
        return float(row[scoring.metrics.index("macro_f1")])

    def _encode(self, texts: Sequence[str]) -> Any:
        return self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._options.longest, return_tensors="pt"
        ).to(self._device)

    def _save(self, path: Path, state: dict[str, Any]) -> None:
        unfinished = path.with_suffix(".part")
        self._torch.save(state, unfinished)
        unfinished.replace(path)

    def _restore(self) -> None:
        state = self._torch.load(self._last, map_location=self._device, weights_only=True)
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self.epochs_done, self._best = state["done"], (state["best"][0], state["best"][1])


def _hash(
    texts: Sequence[str],
    codes: Codes,
    test: Sequence[str],
    options: FineTuning,
    seed: int,
    membership: Membership | None,
) -> str:
    weights = hash_model(find_model_folder(options.model))
    labels = codes.tolist() if membership is None else membership.astype(int).tolist()
    described = json.dumps([list(texts), labels, list(test), options.model_dump(exclude={"seeds"}), seed, weights])
    return hashlib.sha256(described.encode("utf-8", "surrogatepass")).hexdigest()[:32]
