"""A run's history as csv."""

import csv
import io

from fer.runs.run import Run

FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
SPEED = ("images_per_second", "seconds")


def history_csv(run: Run) -> str:
    """One line per epoch, counted from 1, with a recall column per class."""
    text, labels = io.StringIO(), run.labels
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *FIGURES, *SPEED, *(f"val_recall_{label}" for label in labels)])
    for epoch in run.history:
        figures = [getattr(epoch, name) for name in (*FIGURES, *SPEED)]
        writer.writerow([epoch.epoch + 1, *figures, *(epoch.val_recall or [None] * len(labels))])
    return text.getvalue()
