"""A run's history as a table."""

import csv
import io

from fer.data.labels import EMOTIONS
from fer.runs.run import Run

FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
SPEED = ("images_per_second", "seconds")


def history_csv(run: Run) -> str:
    """A line an epoch, counted from 1; the recall of every class in a column named after it."""
    labels = run.card.get("labels", EMOTIONS)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *FIGURES, *SPEED, *(f"val_recall_{label}" for label in labels)])
    for entry in run.history:
        figures = [entry.get(name) for name in (*FIGURES, *SPEED)]
        writer.writerow([entry["epoch"] + 1, *figures, *entry.get("val_recall", [None] * len(labels))])
    return text.getvalue()
