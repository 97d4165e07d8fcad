"""Reports as tables, shared by pages, documents and downloads."""

import numpy as np
import pandas as pd

from fer.evaluation import metrics
from fer.evaluation.images import Pictures
from fer.evaluation.report import Report


def classes(report: Report) -> pd.DataFrame:
    """One row per class: precision, recall, f1 in [0, 1], 95% intervals, areas, and support; NaN where undefined."""
    figures, intervals = report.per_class, report.per_class_intervals
    table = pd.DataFrame({"class": report.labels, "support": figures["support"]})
    support, predicted = figures["support"], report.confusion.sum(axis=0)
    bases = {"precision": predicted, "recall": support, "f1": support + predicted}
    for name, base in bases.items():
        values = [figures[name], *intervals[name].T]
        table[name], table[f"{name} low"], table[f"{name} high"] = (np.where(base, value, np.nan) for value in values)
    truths = [(report.targets == i, report.probabilities[:, i]) for i in range(len(report.labels))]
    table["average precision"] = [metrics.average_precision(*truth) for truth in truths]
    table["ROC area"] = [metrics.roc_area(*truth) for truth in truths]
    return table


def answers(report: Report, positions: np.ndarray, pictures: Pictures | None = None) -> pd.DataFrame:
    """One row per image: row number, file and FER+ votes if known, true and predicted class, and all probabilities.

    Args:
        positions: int (K,), which images of the report, in this order.
    """
    rows = report.rows[positions]
    table = pd.DataFrame({"row": rows})
    if pictures and pictures.names:
        table["file"] = [pictures.names[row] for row in rows]
    table["true"] = [report.labels[i] for i in report.targets[positions]]
    table["predicted"] = [report.labels[i] for i in report.predictions[positions]]
    table["confidence"] = report.confidence[positions]
    table["copy in training"] = report.leaked[positions]
    for i, label in enumerate(report.labels):
        column = f"{label} (probability)" if label in table else label  # a class may be called "row"
        table[column] = report.probabilities[positions, i]
    if pictures and pictures.votes is not None:
        table["FER+ votes"] = [pictures.votes_in_words(row) for row in rows]
    return table


def cell(report: Report, true: int, predicted: int) -> np.ndarray:
    """int64 (K,): positions of the images in a cell of the confusion matrix, most confident first."""
    return most_confident_first(report, (report.targets == true) & (report.predictions == predicted))


def mistakes(report: Report) -> np.ndarray:
    """int64 (K,): positions of all wrong predictions, most confident first."""
    return most_confident_first(report, ~report.right)


def most_confident_first(report: Report, chosen: np.ndarray) -> np.ndarray:
    """int64 (K,): positions of the chosen images, bool (N,), most confident first."""
    positions = np.flatnonzero(chosen)
    return positions[np.argsort(-report.confidence[positions], kind="stable")]
