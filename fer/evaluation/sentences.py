"""Reports in sentences, shared by pages, documents and downloads."""

from collections.abc import Sequence

import numpy as np

from fer.data.dataset import Dataset
from fer.data.labelled_photos import LabelledFaces
from fer.evaluation import metrics, references
from fer.evaluation.images import sides
from fer.evaluation.numbers import with_interval
from fer.evaluation.report import Report
from fer.runs.run import Run
from fer.system.text import capital, plural

FEW = 100  # images, below which bootstrap intervals over seven classes are too narrow
SURE = 0.9  # mistakes above this confidence suggest a wrong label
WORST = 5  # confusions listed


def confusion_sentence(report: Report, true: int, predicted: int) -> str:
    """A cell of the confusion matrix in words: "Fear → sad: 107 of 528 (20%)"."""
    count, support = int(report.confusion[true, predicted]), int(report.confusion[true].sum())
    label = report.labels[true]
    text = f"{capital(label)} → {report.labels[predicted]}: {count:,} of {support:,}"
    return f"{text} ({count / support:.0%})" if support else text


def worst_confusions(report: Report) -> list[str]:
    """The most frequent confusions, in words."""
    counts = report.confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:WORST]
    cells = [np.unravel_index(index, counts.shape) for index in order if counts.flat[index]]
    return [confusion_sentence(report, int(true), int(predicted)) for true, predicted in cells]


def worst_confusion(report: Report) -> tuple[int, int]:
    """The true and the predicted class of the most frequent confusion; if nothing is confused, of the fullest cell."""
    counts = report.confusion.copy()
    np.fill_diagonal(counts, 0)
    fullest = counts if counts.any() else report.confusion
    true, predicted = np.unravel_index(fullest.argmax(), counts.shape)
    return int(true), int(predicted)


def caution(report: Report) -> str:
    """A caution about intervals on few images; empty if there are enough."""
    if len(report) >= FEW:
        return ""
    return (
        f"Only {plural(len(report), 'image')}: the intervals of balanced accuracy, F1 and log-loss are too narrow on "
        "samples this small. The Wilson intervals of accuracy, precision and recall still hold."
    )


def one_in(report: Report) -> str:
    """How often the model is wrong, in words: "About 1 in 3.5 wrong"."""
    wrong, n = int((~report.right).sum()), len(report)
    if not wrong:
        return f"None of {plural(n, 'image')} wrong"
    if 2 * wrong > n:
        return "All wrong" if wrong == n else f"About {10 * wrong / n:.0f} in 10 wrong"
    return f"About 1 in {n / wrong:.{1 if n / wrong < 10 else 0}f} wrong".replace(".0 ", " ")


def sides_sentences(report: Report, votes: np.ndarray) -> list[str]:
    """Whom FER+'s annotators agree with in a model's mistakes: in all of them, and in the most confident ones.

    Args:
        votes: int64 (M, K) by row number, as in Pictures.
    """
    lines, sure = [], report.confidence > SURE
    for chosen, which in (
        (np.ones(len(report), bool), "All mistakes"),
        (sure, f"Mistakes above {SURE:.0%} confidence"),
    ):
        if not (chosen & ~report.right).any():
            continue
        part = report.part(chosen)
        wrong, sided = int((~part.right).sum()), sides(part, votes)
        share = with_interval(sided["model"] / wrong, *metrics.wilson(sided["model"], wrong))
        lines.append(
            f"{which}: FER+'s annotators agree with the model in {sided['model']:,} of {wrong:,}, {share}, with the "
            f"FER2013 label in {sided['label']:,}, and with neither in {sided['neither']:,}."
        )
    return lines


def warning(run: Run, dataset: str, split: str) -> str:
    """Why a run's results on a split are optimistic, or not on a split of the data set's own; else empty."""
    if dataset == "synthetic":
        return "These are synthetic faces: results on them say nothing about real faces."
    if run.card.imported:
        return references.IMPORTED
    if run.card.data.name != dataset:
        return ""
    trained = f"{run.id} was trained on these images: this shows how well it memorised them, not how it generalises."
    chosen = f"{run.id}'s epochs and recipe were chosen on the validation split, so its results there are optimistic."
    memorised = {"train": trained, "all": trained, "val": chosen}.get(split, "")
    return " ".join(filter(None, [memorised, _carved(dataset, run.card.data.carved, split)]))


def carved(dataset: Dataset, split: str) -> str:
    """That a data set has no such split of its own, if it was split off from its training images; else empty."""
    return _carved(dataset.name, dataset.carved, split)


def _carved(dataset: str, carved: Sequence[str], split: str) -> str:
    missing = [name for name in carved if split in (name, "all")]
    if not missing:
        return ""
    return (
        f"{dataset} has no {' or '.join(missing)} split of its own: these images were split off from its training "
        "images, so compare the results only with others from this app."
    )


def photos_sentences(faces: LabelledFaces, report: Report | None = None) -> list[str]:
    """How many of a user's photos were evaluated and why others were not; with a report, also end-to-end accuracy."""
    undetected, failed = sum(failure.undetected for failure in faces.failures), len(faces.failures)
    lines = [f"{len(faces.labels):,} of {plural(len(faces.labels) + failed, 'photo')} evaluated."]
    if undetected:
        lines.append(f"No face was found in {plural(undetected, 'photo')}.")
    if failed > undetected:
        lines.append(f"{plural(failed - undetected, 'photo')} could not be used.")
    if faces.several:
        has = "has" if len(faces.several) == 1 else "have"
        lines.append(f"{plural(len(faces.several), 'photo')} {has} more than one face; the largest was used.")
    if report and undetected:
        correct, n = int(report.right.sum()), len(report) + undetected
        share = with_interval(correct / n, *metrics.wilson(correct, n))
        lines.append(f"Accuracy with undetected faces counted as errors: {share}, n = {n:,}.")
    return lines


def coverage_sentence(report: Report, threshold: float) -> str:
    """Coverage and accuracy when only predictions at or above a confidence count."""
    chosen = report.confidence >= threshold
    kept, correct = int(chosen.sum()), int(report.right[chosen].sum())
    of, share = f"of {plural(len(report), 'face')} have a confidence of {threshold:.0%} or more", kept / len(report)
    if not kept:
        return f"None {of}."
    return f"{share:.1%} {of}; {with_interval(correct / kept, *metrics.wilson(correct, kept))} of those are correct."


def calibration_sentence(run: Run, report: Report) -> str:
    """Calibration error and log-loss before and after temperature scaling."""
    temperature = run.card.correction(tta=report.tta, balance=report.balanced).temperature
    if temperature is None:
        return "Not calibrated: no temperature was fitted on a validation split."
    after = report.at_temperature(temperature)
    return (
        f"Temperature scaling (T = {temperature:.3f}) changes the expected calibration error from "
        f"{report.calibration_error:.1%} to {after.calibration_error:.1%} and the log-loss from {report.log_loss:.3f} "
        f"to {after.log_loss:.3f}. The temperature was fitted on the validation split of {run.card.data.name}."
    )
