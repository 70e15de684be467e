"""What an evaluation trains on, with which classifier, and on which texts it is tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from pydantic import ValidationError

from attrprompt.analysis.texts.selection import REVIEW_WORDS
from attrprompt.encoding.encoder import BUNDLED_MODEL
from attrprompt.errors import InputError
from attrprompt.evaluation.finetune import FineTuning
from attrprompt.evaluation.request import JOIN, EvaluateRequest, make_evaluation
from attrprompt.palette import Palette, dataset_colours
from attrprompt.project import explain_validation
from attrprompt.records import Dataset, DatasetKind, default_comparison
from components.kit.frame import ProjectPage

CLASSIFIERS = {"probe": "Probe", "finetune": "Fine-tuning"}


@dataclass(frozen=True, slots=True)
class EvaluationChoice:
    """What is trained and tested; `training` names each training set with its data sets."""

    training: Mapping[str, Sequence[Dataset]]
    test: Dataset
    classifier: str = "probe"


def choose_evaluation(datasets: Sequence[Dataset]) -> EvaluationChoice | None:
    """Training sets, mixes with gold among them, the classifier and the gold set that tests it; None without a set."""
    gold = [dataset for dataset in datasets if dataset.kind is DatasetKind.GOLD]
    train, test, how = st.columns([3, 1.3, 1.2])
    names = {dataset.name: dataset for dataset in gold}
    likely = next((index for index, name in enumerate(names) if "test" in name.casefold()), len(names) - 1)
    tested = test.selectbox(
        "Test on", list(names), index=likely, key="evaluate_test", format_func=lambda name: _count(names[name])
    )
    options = list_training_sets(datasets, names[tested])
    common = default_comparison([dataset for dataset in datasets if dataset.name != tested])
    proposed = [dataset.name for dataset in common]
    proposed += [
        name
        for name, parts in options.items()
        if len(parts) == 2 and all(part in common for part in parts) and parts[1].kind is DatasetKind.ATTRPROMPT
    ]
    chosen = train.multiselect(
        "Train on",
        list(options),
        default=proposed,
        key=f"evaluate_train_{tested}",
        format_func=lambda name: f"{name} ({sum(part.rows for part in options[name]):,})",
    )
    classifier = how.segmented_control(
        "Classifier",
        list(CLASSIFIERS),
        default="probe",
        format_func=CLASSIFIERS.__getitem__,
        key="evaluate_classifier",
        wrap=True,
        help="Probe: logistic regression on frozen sentence embeddings, seconds. Fine-tuning: a small transformer is "
        "trained whole, minutes to hours on a CPU; it can be stopped and goes on from its last whole epoch.",
    )
    if not chosen:
        st.info("Choose at least one training set above.")
        return None
    return EvaluationChoice({name: options[name] for name in chosen}, names[tested], classifier or "probe")


def list_training_sets(datasets: Sequence[Dataset], test: Dataset) -> dict[str, list[Dataset]]:
    """Every data set but the test set, and each generated one joined to each gold one."""
    usable = [dataset for dataset in datasets if dataset.id != test.id]
    options = {dataset.name: [dataset] for dataset in usable}
    for gold in (dataset for dataset in usable if dataset.kind is DatasetKind.GOLD):
        for other in (dataset for dataset in usable if dataset.kind is not DatasetKind.GOLD):
            options[f"{gold.name}{JOIN}{other.name}"] = [gold, other]
    return options


def build_evaluation(page: ProjectPage, choice: EvaluationChoice) -> EvaluateRequest:
    """The request; which texts count, curves, and how a model is fine-tuned stand under Options.

    Raises:
        InputError: the choices do not fit together.
    """
    is_probe = choice.classifier == "probe"
    with st.expander(f"Options: which texts count, {'curves' if is_probe else 'how the model is trained'}"):
        review, seed, curves = st.columns(3, vertical_alignment="bottom")
        decided = review.selectbox(
            "Review", list(REVIEW_WORDS), format_func=REVIEW_WORDS.__getitem__, key="evaluate_review"
        )
        number, curve, tuning = 0, False, FineTuning()
        if is_probe:
            number = seed.number_input("Seed of the draws", 0, 10**6, 0, key="evaluate_seed")
            curve = curves.toggle("Curves over the number of texts", value=True, key="evaluate_curve")
            st.caption("Empty answers and refusals never count. Curves take about as long as the scores once more.")
        else:
            tuning = _draw_tuning()
    return make_evaluation(
        page.runtime.store,
        page.project,
        list(choice.training.values()),
        choice.test,
        classifier=choice.classifier,
        curve=curve,
        seed=int(number),
        review=decided,
        tuning=tuning,
    )


def name_start(choice: EvaluationChoice, request: EvaluateRequest) -> str:
    """Words of the button that begins, with how much it is."""
    if choice.classifier == "probe":
        return "Train and test"
    trainings = len(choice.training) * request.tuning.seeds
    return f"Fine-tune {trainings} model{'' if trainings == 1 else 's'}, {request.tuning.epochs} epochs each"


def colour_training_sets(datasets: Sequence[Dataset], choice: EvaluationChoice, palette: Palette) -> dict[str, str]:
    """The data sets' own colours; mixes take the further ones."""
    single = dataset_colours([dataset for dataset in datasets if dataset.id != choice.test.id], palette)
    mixes = [name for name, parts in choice.training.items() if len(parts) > 1]
    return {
        name: palette.further[mixes.index(name) % len(palette.further)] if name in mixes else single[name]
        for name in choice.training
    }


def _draw_tuning() -> FineTuning:
    defaults = FineTuning()
    model, epochs, seeds = st.columns(3)
    named = model.text_input(
        "Model",
        placeholder="the bundled MiniLM",
        key="evaluate_tuned_model",
        help="A folder with a transformers model, or a hub id that this machine has in its cache.",
    )
    passes = epochs.number_input("Epochs", 1, 100, defaults.epochs, key="evaluate_epochs")
    times = seeds.number_input(
        "Seeds", 1, 20, defaults.seeds, key="evaluate_seeds", help="Each seed is one training, shown as a point."
    )
    rate, batch, longest = st.columns(3)
    learning = rate.number_input(
        "Learning rate", 1e-7, 1.0, defaults.learning_rate, format="%.1e", key="evaluate_learning_rate"
    )
    together = batch.number_input("Texts a batch", 1, 1024, defaults.batch, key="evaluate_batch")
    tokens = longest.number_input("Tokens of a text, at most", 8, 4096, defaults.longest, key="evaluate_longest")
    st.caption("The values are those of the authors' script. It runs on a GPU where there is one.")
    try:
        return FineTuning(
            model=named.strip() or BUNDLED_MODEL,
            epochs=int(passes),
            batch=int(together),
            learning_rate=float(learning),
            longest=int(tokens),
            seeds=int(times),
        )
    except ValidationError as error:
        raise InputError(explain_validation(error)) from error


def _count(dataset: Dataset) -> str:
    return f"{dataset.name} ({dataset.rows:,})"
