"""The figures that sum up a report, as values; `numbers` says how they are written."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fer.evaluation.report import Report


@dataclass(frozen=True)
class Figure:
    """A figure with the ends of its 95% interval.

    Attributes:
        kind: whether value, low and high are a share in [0, 1] or any other number.
        why: what it tells, or on which images.
    """

    name: str
    value: float
    low: float
    high: float
    kind: Literal["share", "number"]
    why: str


def headline(report: Report) -> list[Figure]:
    """Accuracy, also without leaked images where there are any, and what else sums up a report."""
    of = report.headline()
    knows_nothing = np.log(len(report.labels))
    return [
        *_accuracies(report),
        Figure("Balanced accuracy", *of["balanced_accuracy"], "share", "mean recall of the classes that occur"),
        Figure("Macro F1", *of["macro_f1"], "number", "mean F1, each class counting the same"),
        Figure("Log-loss", *of["log_loss"], "number", f"0 is perfect, {knows_nothing:.3f} knows nothing"),
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
    why = (
        f"without the {left_out:,} images that have an exact copy in the training split (right on "
        f"{copies.accuracy:.1%} of those), n = {len(clean):,}"
    )
    return [official, Figure("Accuracy, leak-free", clean.accuracy, *clean.interval, "share", why)]
