"""The headline figures of a report, as values; `numbers` formats them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fer.evaluation.report import Report


@dataclass(frozen=True)
class Figure:
    """A figure with the ends of its 95% interval.

    Attributes:
        kind: whether value, low and high are shares in [0, 1] or other numbers.
        why: what it measures, or on which images.
    """

    name: str
    value: float
    low: float
    high: float
    kind: Literal["share", "number"]
    why: str


def headline(report: Report) -> list[Figure]:
    """Accuracy (also without leaked images, if any) and the other summary metrics."""
    of = report.headline()
    uniform = np.log(len(report.labels))
    return [
        *_accuracies(report),
        Figure("Balanced accuracy", *of["balanced_accuracy"], "share", "mean recall over the classes present"),
        Figure("Macro F1", *of["macro_f1"], "number", "unweighted mean F1 over classes"),
        Figure("Log-loss", *of["log_loss"], "number", f"0 is perfect; uniform guessing gives {uniform:.3f}"),
        Figure(
            "Expected calibration error",
            *of["calibration_error"],
            "share",
            "mean gap between confidence and accuracy, 15 bins, before temperature scaling",
        ),
    ]


def _accuracies(report: Report) -> list[Figure]:
    left_out = int(report.leaked.sum())
    everything = report.accuracy, *report.interval, "share", f"all {len(report):,} images"
    if not left_out:
        return [Figure("Accuracy", *everything)]
    official = Figure("Accuracy, official", *everything)
    if left_out == len(report):
        return [official]
    clean, copies = report.leak_free, report.part(report.leaked)
    images = "image" if left_out == 1 else "images"
    why = (
        f"without the {left_out:,} {images} with an exact copy in the training split ({copies.accuracy:.1%} accuracy "
        f"on those), n = {len(clean):,}"
    )
    return [official, Figure("Accuracy, leak-free", clean.accuracy, *clean.interval, "share", why)]
