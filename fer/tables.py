"""Reports as tables and sentences, the same on pages, in documents and in downloads."""

import numpy as np
import pandas as pd

from fer import metrics
from fer.pictures import Pictures
from fer.report import Report, percent
from fer.runs import Run

FEW = 100  # images, under which a bootstrap of seven classes promises too much
WORST = 5  # confusions told in words


def classes(report: Report) -> pd.DataFrame:
    """A row a class: precision, recall, f1 in [0, 1], the ends of their 95 % intervals, areas, and support."""
    figures, intervals = report.per_class, report.per_class_intervals
    table = pd.DataFrame({"class": report.labels, "support": figures["support"]})
    for name in ("precision", "recall", "f1"):
        table[name] = figures[name]
        table[f"{name} low"], table[f"{name} high"] = intervals[name].T
    truths = [(report.targets == i, report.probabilities[:, i]) for i in range(len(report.labels))]
    table["average precision"] = [metrics.average_precision(*truth) for truth in truths]
    table["ROC area"] = [metrics.roc_area(*truth) for truth in truths]
    return table


def answers(report: Report, positions: np.ndarray, pictures: Pictures | None = None) -> pd.DataFrame:
    """A row an image: row number, file and FER+ votes where known, label, answer, and every probability.

    Args:
        positions: int (K,), which images of the report, in this order.
    """
    rows = report.rows[positions]
    table = pd.DataFrame({"row": rows})
    if pictures and pictures.names:
        table["file"] = [pictures.names[row] for row in rows]
    table["labelled"] = [report.labels[i] for i in report.targets[positions]]
    table["answered"] = [report.labels[i] for i in report.predictions[positions]]
    table["confidence"] = report.confidence[positions]
    table["copy in training"] = report.leaked[positions]
    for i, label in enumerate(report.labels):
        column = f"{label} (probability)" if label in table else label  # a class may be called "row"
        table[column] = report.probabilities[positions, i]
    if pictures and pictures.votes is not None:
        table["FER+ votes"] = [pictures.votes_in_words(row) for row in rows]
    return table


def cell(report: Report, right: int, answered: int) -> np.ndarray:
    """int64 (K,): positions of the images in a cell of the confusion matrix, most confident first."""
    return _surest(report, (report.targets == right) & (report.predictions == answered))


def mistakes(report: Report) -> np.ndarray:
    """int64 (K,): positions of all wrong answers, most confident first."""
    return _surest(report, ~report.right)


def _surest(report: Report, chosen: np.ndarray) -> np.ndarray:
    positions = np.flatnonzero(chosen)
    return positions[np.argsort(-report.confidence[positions], kind="stable")]


def confusion_sentence(report: Report, right: int, answered: int) -> str:
    """What a cell says: "of 528 fear faces 97 were called sad (18.4 %)"."""
    count, support = report.confusion[right, answered], report.confusion[right].sum()
    share = f" ({count / support:.1%})" if support else ""
    return f"of {support:,} {report.labels[right]} faces {count:,} were called {report.labels[answered]}{share}"


def worst_confusions(report: Report) -> list[str]:
    """The confusions that cost most images, in words."""
    counts = report.confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:WORST]
    cells = [np.unravel_index(index, counts.shape) for index in order if counts.flat[index]]
    return [confusion_sentence(report, right, answered) for right, answered in cells]


def headline(report: Report) -> list[tuple[str, str, str]]:
    """Name, value with interval, and explanation of each headline figure."""
    figures = report.headline()
    clean = None if report.leaked.all() else report.leak_free
    left_out = int(report.leaked.sum())
    name = "Accuracy, official" if left_out else "Accuracy"
    rows = [(name, percent(*figures["accuracy"]), f"all {len(report):,} images")]
    if clean and left_out:
        why = f"without the {left_out:,} images that have an exact copy in the training split, n = {len(clean):,}"
        rows.append(("Accuracy, leak-free", percent(clean.accuracy, *clean.interval), why))
    rows += [
        ("Balanced accuracy", percent(*figures["balanced_accuracy"]), "mean recall of the classes that occur"),
        ("Macro F1", _number(*figures["macro_f1"]), "mean F1, each class counting the same"),
        ("Log-loss", _number(*figures["log_loss"]), f"0 is perfect, {np.log(len(report.labels)):.3f} knows nothing"),
        (
            "Expected calibration error",
            percent(*figures["calibration_error"]),
            "mean gap between confidence and accuracy, 15 bins, as answered",
        ),
    ]
    return rows


def caution(report: Report) -> str:
    """What must be said of intervals on few images; empty where there are enough."""
    if len(report) >= FEW:
        return ""
    return (
        f"With only {len(report)} images the intervals of balanced accuracy, F1 and log-loss are too narrow: they are "
        "made from the images at hand, and few images vary too little. Wilson's intervals of accuracy, precision and "
        "recall still hold."
    )


def _number(value: float, low: float, high: float) -> str:
    return f"{value:.3f} (95% {low:.3f} to {high:.3f})"


def sides_sentence(wrong: int, sides: dict[str, int]) -> str:
    """With whom FER+'s taggers side in a model's mistakes."""
    share = percent(sides["model"] / wrong, *metrics.wilson(sides["model"], wrong))
    return (
        f"In {sides['model']:,} of {wrong:,} mistakes ({share}) more of FER+'s taggers chose the model's answer than "
        f"any other; in {sides['label']:,} they chose FER2013's label; in {sides['neither']:,} another one, or "
        "there is a draw."
    )


def coverage_sentence(report: Report, threshold: float) -> str:
    """What answering only at or above a confidence leaves."""
    given = report.confidence >= threshold
    answered, right = int(given.sum()), int(report.right[given].sum())
    text = (
        f"Answering only from p = {threshold:.2f} on leaves {answered / len(report):.1%} of the {len(report):,} faces"
    )
    if not answered:
        return f"{text}."
    return f"{text}, and {percent(right / answered, *metrics.wilson(right, answered))} of those answers are right."


def calibration_sentence(run: Run, report: Report) -> str:
    """The calibration error and log-loss before and after the run's temperature."""
    temperature = run.temperature(tta=report.tta)
    if temperature is None:
        return "This run has no temperature: it was never fitted on a validation split."
    after = report.at_temperature(temperature)
    return (
        f"Expected calibration error {report.calibration_error:.1%} as answered and {after.calibration_error:.1%} at "
        f"temperature {temperature:.3f}; log-loss {report.log_loss:.3f} and {after.log_loss:.3f}. The temperature was "
        f"fitted on the validation split of {run.card['data']['name']} and is kept in the run's card."
    )
