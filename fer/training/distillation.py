"""Teachers: what other runs answer to the training faces, as soft targets (Hinton et al. 2015, arXiv 1503.02531)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from fer.data.dataset import Dataset
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.evaluate import Progress, evaluate
from fer.evaluation.report import Report
from fer.runs.config import TrainConfig
from fer.runs.data import data_for
from fer.runs.run import Run, card_of
from fer.runs.store import RunStore


def teachers(store: RunStore, config: TrainConfig) -> list[Run]:
    """The runs that the recipe names. Raises FerError for one that is not there."""
    return [store[name] for name in config.teachers]


def taught(
    run: Run, dataset: Dataset, on_answer: Callable[[Run, int, int], None] = lambda teacher, done, n: None
) -> Dataset:
    """The data set with the teachers' mean answers mixed into its training targets, where the run's recipe has any.

    Args:
        on_answer: called with a teacher whose answers are not kept yet, images done and images in all.

    Raises:
        FerError: where a teacher is not there, answers other classes, or has neither answers nor weights.
    """
    config = run.config
    if not config.teachers:
        return dataset
    labelled, store = data_for(run, config.data), RunStore.around(run)  # a report is on labels, not on votes
    answers = [
        answers_of(teacher, labelled, partial(on_answer, teacher), store=store) for teacher in teachers(store, config)
    ]
    share = np.float32(config.teacher_share)
    targets = (1 - share) * dataset.train.targets + share * np.mean(answers, axis=0, dtype=np.float32)
    return replace(dataset, train=replace(dataset.train, targets=targets))


def answers_of(teacher: Run, dataset: Dataset, on_progress: Progress, *, store: RunStore) -> np.ndarray:
    """float32 (N, C): its probabilities for the training faces, with test-time augmentation; kept as its report, so
    that the recipe can be gone again where the teacher's weights are not."""
    report = _kept(teacher, dataset)
    if report is None:
        report = evaluate(teacher, dataset, "train", tta=True, on_progress=on_progress)
        stored.add_report(store.writable(teacher), report)
    return report.probabilities


def _kept(teacher: Run, dataset: Dataset) -> Report | None:
    if card_of(teacher) and teacher.labels != dataset.labels:
        theirs, ours = ", ".join(teacher.labels), ", ".join(dataset.labels)
        raise FerError(f"The teacher {teacher.id} answers {theirs}, not {ours}.")
    report = stored.report(teacher, dataset.name, "train", tta=True)
    return report if report and report.fingerprint == dataset.fingerprint else None
