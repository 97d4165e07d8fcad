"""Distillation: other runs' predictions as soft targets (Hinton et al. 2015, arXiv 1503.02531)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from fer.data.catalog import open_dataset
from fer.data.dataset import Dataset
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.evaluate import Progress, evaluate
from fer.evaluation.report import Report
from fer.evaluation.together import of_members
from fer.runs.config import TrainConfig
from fer.runs.run import Run, card_of
from fer.runs.store import RunStore


def teachers(store: RunStore, config: TrainConfig) -> list[Run]:
    """The teachers named in the recipe. Raises FerError if one does not exist."""
    return [store[name] for name in config.teachers]


def taught(
    run: Run, dataset: Dataset, on_answer: Callable[[Run, int, int], None] = lambda teacher, done, n: None
) -> Dataset:
    """The data set with the teachers' mean predictions mixed into its training targets, if the recipe names any.

    Args:
        on_answer: called with a teacher whose predictions are not stored yet, images done and total images.

    Raises:
        FerError: if a teacher does not exist, has other classes, or has neither stored predictions nor weights.
    """
    config = run.config
    if not config.teachers:
        return dataset
    labelled = open_dataset(config.data, seed=dataset.seed, classes=config.classes)  # reports use labels, not votes
    store = RunStore.around(run)
    answers = [
        answers_of(teacher, labelled, partial(on_answer, teacher), store=store) for teacher in teachers(store, config)
    ]
    share = np.float32(config.teacher_share)
    targets = (1 - share) * dataset.train.targets + share * np.mean(answers, axis=0, dtype=np.float32)
    return replace(dataset, train=replace(dataset.train, targets=targets))


def answers_of(teacher: Run, dataset: Dataset, on_progress: Progress, *, store: RunStore) -> np.ndarray:
    """float32 (N, C): a teacher's probabilities for the training faces, with test-time augmentation; stored as its
    report, so that the recipe can be rerun without the teacher's weights."""
    report = _stored_report(teacher, dataset)
    if report is None:
        report = evaluate(teacher, dataset, "train", tta=True, on_progress=on_progress)
        stored.add_report(store.writable(teacher), report)
    return report.probabilities


def _stored_report(teacher: Run, dataset: Dataset) -> Report | None:
    if card_of(teacher) and teacher.labels != dataset.labels:
        theirs, ours = ", ".join(teacher.labels), ", ".join(dataset.labels)
        raise FerError(f"The teacher {teacher.id} predicts {theirs}, not {ours}. Choose one with the same classes.")
    report = stored.report(teacher, dataset.name, "train", tta=True) or of_members(
        teacher, dataset.name, "train", tta=True
    )
    if report is None or report.fingerprint != dataset.fingerprint:
        return None
    is_carved_alike = np.array_equal(report.rows, dataset.train.rows)  # with another seed, these are other images
    return report if is_carved_alike else None
