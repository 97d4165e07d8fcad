"""What a run's history says: its best epoch, overfitting, the time left; and the history as csv."""

import csv
import io
from collections.abc import Iterable, Sequence

from fer.runs.run import Run
from fer.runs.speed import SMALL_COST
from fer.runs.state import Epoch, Progress

FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
SPEED = ("images_per_second", "seconds")
RECENT = 3  # epochs, over which noise evens out
RISE = 0.03  # of the validation loss: less is noise on 3,589 images


def history_csv(run: Run) -> str:
    """One line per epoch, counted from 1, with a recall column per class."""
    text, labels = io.StringIO(), run.labels
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *FIGURES, *SPEED, *(f"val_recall_{label}" for label in labels)])
    for epoch in run.history:
        figures = [getattr(epoch, name) for name in (*FIGURES, *SPEED)]
        writer.writerow([epoch.epoch + 1, *figures, *(epoch.val_recall or [None] * len(labels))])
    return text.getvalue()


def best_epoch(history: Sequence[Epoch]) -> Epoch | None:
    """The epoch with the highest validation accuracy, whose weights are kept; the first of several."""
    return max(history, key=lambda epoch: epoch.val_accuracy, default=None)


def overfits_since(history: Sequence[Epoch]) -> int | None:
    """The epoch (from 0) after which a network overfits, if it does: the validation loss has been higher than there by
    at least RISE for RECENT epochs, while the training loss fell."""
    if len(history) <= RECENT:
        return None
    lowest = min(history, key=lambda epoch: epoch.val_loss)
    recent = history[-RECENT:]
    rises = all(epoch.val_loss > (1 + RISE) * lowest.val_loss for epoch in recent)
    return lowest.epoch if rises and recent[-1].loss < lowest.loss else None


def never_predicted(epoch: Epoch, labels: Sequence[str]) -> list[str]:
    """The classes that occur in the validation split, but that the network answered for none of its images."""
    matrix = epoch.val_confusion
    answered = [sum(row[i] for row in matrix) for i in range(len(labels))] if matrix else []
    return [label for i, label in enumerate(labels) if matrix and not answered[i] and sum(matrix[i])]


def seconds_left(progress: Progress, history: Sequence[Epoch], small_epochs: int) -> float:
    """The seconds of training left, from the latest epochs: the first one is slow, because TensorFlow compiles.

    Args:
        small_epochs: the first epochs, on shrunk images.
    """
    if not history:
        return progress.seconds_left
    recent = (history[1:] or history)[-RECENT:]
    known = sorted(ordinary_seconds(recent, small_epochs))
    done = progress.epochs * progress.share
    left = progress.epochs - done - (1 - SMALL_COST) * max(0, small_epochs - done)
    return known[len(known) // 2] * left


def ordinary_seconds(history: Iterable[Epoch], small_epochs: int) -> list[float]:
    """What each epoch took, or would have taken on whole images."""
    return [epoch.seconds / (SMALL_COST if epoch.epoch < small_epochs else 1) for epoch in history]


def smoothed(values: Sequence[float], start: float | None = None, weight: float = 0.9) -> list[float]:
    """An exponential moving average.

    Args:
        start: what is known of the values before the first one; without it, the first values count as much as later
            ones (as in Adam, arXiv 1412.6980).
    """
    smooth, total, share = [], start or 0.0, 0.0 if start is None else 1.0
    for value in values:
        total, share = weight * total + (1 - weight) * value, weight * share + 1 - weight
        smooth.append(total / share)
    return smooth
