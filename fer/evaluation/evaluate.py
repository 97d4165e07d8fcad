"""Evaluate a run on a split, or on photos labelled by a user."""

from collections.abc import Callable

import numpy as np

from fer.data.dataset import Dataset
from fer.data.labelled_photos import LabelledFaces
from fer.errors import FerError
from fer.evaluation.report import Report
from fer.inference.classifier import BATCH
from fer.inference.ensemble import open_run
from fer.runs.data import data_for
from fer.runs.run import Run, card_of
from fer.runs.store import RunStore
from fer.system.processor import cores

Progress = Callable[[int, int], None]  # called with (images done, total images)


def evaluate(
    run: Run | str,
    dataset: Dataset | str,
    split: str = "test",
    *,
    tta: bool = False,
    on_progress: Progress = lambda done, n: None,
) -> Report:
    """Evaluate a run on every image of a split.

    Args:
        run: the run, or its name in `models/`.
        dataset: the data set, or its name or path, which is opened with the classes and splits of the run's training.
        split: train, val, test or all.
        tta: with test-time augmentation instead of a single pass.

    Raises:
        FerError: if the run was trained on other labels, the split is empty, or it was carved and the data has changed.
    """
    if isinstance(run, str):
        run = RunStore()[run]
    if isinstance(dataset, str):
        dataset = data_for(run, dataset)
    _check_labels(run, dataset.name, dataset.labels)
    _require_held_out(run, dataset, split)
    part = dataset.split(split)
    order = np.array([run.labels.index(label) for label in dataset.labels])
    return Report(
        model=run.id,
        dataset=dataset.name,
        split=split,
        tta=tta,
        labels=run.labels,
        rows=part.rows,
        targets=order[part.labels],
        probabilities=_probabilities(run, part.images, tta, on_progress),
        leaked=part.leaked,
        fingerprint=dataset.fingerprint,
    )


def evaluate_faces(
    run: Run, faces: LabelledFaces, name: str, *, tta: bool = False, on_progress: Progress = lambda done, n: None
) -> Report:
    """Evaluate a run on a user's labelled faces; rows are positions in `faces.names`. Otherwise like `evaluate`.

    Args:
        name: what the report calls the data.
    """
    _check_labels(run, name, faces.classes)
    order = np.array([run.labels.index(label) for label in faces.classes])
    return Report(
        model=run.id,
        dataset=name,
        split="all",
        tta=tta,
        labels=run.labels,
        rows=np.arange(len(faces.labels)),
        targets=order[faces.labels],
        probabilities=_probabilities(run, faces.images, tta, on_progress),
        leaked=np.zeros(len(faces.labels), bool),
        fingerprint=faces.fingerprint,
    )


def _check_labels(run: Run, name: str, labels: tuple[str, ...]) -> None:
    if set(run.labels) != set(labels):
        raise FerError(
            f"Run {run.id!r} predicts {', '.join(run.labels)}, but {name} has {', '.join(labels)}. "
            "Choose data with the same labels."
        )


def _require_held_out(run: Run, dataset: Dataset, split: str) -> None:
    """Refuse data that has other images than when the run was trained, where its split is carved from all of them."""
    known = card_of(run)
    if not known or known.data.name != dataset.name or known.data.fingerprint in (None, dataset.fingerprint):
        return
    carved = {*dataset.carved, *known.data.carved}
    if split in carved or (split == "all" and carved):
        raise FerError(
            f"{dataset.name} has changed since {run.id} was trained, so its {split} split has images that {run.id} was "
            "trained on. Restore it as it was, or train again."
        )


def _probabilities(run: Run, images: np.ndarray, tta: bool, on_progress: Progress) -> np.ndarray:
    """float32 (N, C)."""
    classifier, parts = open_run(run, threads=cores()), []
    for start in range(0, len(images), BATCH):
        parts.append(classifier.probabilities(images[start : start + BATCH], tta=tta))
        on_progress(min(start + BATCH, len(images)), len(images))
    return np.concatenate(parts) if parts else np.empty((0, len(run.labels)), np.float32)


def reproduction(stored: Report, fresh: Report) -> tuple[bool, str]:
    """Whether a new report matches the stored one, and a sentence that says how closely."""
    facts = [
        (report.fingerprint, report.labels, *(getattr(report, name).tolist() for name in ("rows", "targets", "leaked")))
        for report in (stored, fresh)
    ]
    if facts[0] != facts[1]:
        return False, f"The stored report has other images, labels or duplicates than this {fresh.dataset}."
    apart = int((stored.predictions != fresh.predictions).sum())
    largest = float(abs(stored.probabilities - fresh.probabilities).max())
    if apart:
        return False, f"{apart:,} of {len(fresh):,} predictions differ from the stored report."
    if largest:
        return (
            True,
            f"Reproduced: all {len(fresh):,} predictions match; probabilities differ by at most {largest:.1e}.",
        )
    return True, f"Reproduced exactly: all {fresh.probabilities.size:,} probabilities are bit-identical."
