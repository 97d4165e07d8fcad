"""A run judged on a split."""

import os
from collections.abc import Callable

import numpy as np

from fer.data import Dataset
from fer.errors import FerError
from fer.inference import BATCH, Classifier
from fer.report import Report
from fer.runs import Run


def evaluate(
    run: Run, dataset: Dataset, split: str, *, on_progress: Callable[[int, int], None] = lambda done, n: None
) -> Report:
    """Let a run answer every image of a split, single pass.

    Args:
        split: train, val, test or all.
        on_progress: called with (images done, images in all).

    Raises:
        FerError: where the run was trained on other labels, or the split is empty.
    """
    if run.labels != dataset.labels:
        raise FerError(
            f"Run {run.id!r} answers {', '.join(run.labels)}, but {dataset.name} has {', '.join(dataset.labels)}."
        )
    part, classifier = dataset.split(split), Classifier(run, threads=os.cpu_count() or 1)
    answers = []
    for start in range(0, len(part), BATCH):
        answers.append(classifier.probabilities(part.images[start : start + BATCH]))
        on_progress(min(start + BATCH, len(part)), len(part))
    return Report(
        model=run.id,
        dataset=dataset.name,
        split=split,
        labels=dataset.labels,
        rows=part.rows,
        targets=part.labels,
        probabilities=np.concatenate(answers) if answers else np.empty((0, len(dataset.labels)), np.float32),
        leaked=part.leaked,
        fingerprint=dataset.fingerprint,
    )
