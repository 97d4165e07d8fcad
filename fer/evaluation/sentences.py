"""Reports in sentences, the same on pages, in documents and in downloads."""

import numpy as np

from fer.data.labelled_photos import LabelledFaces
from fer.evaluation import metrics, references
from fer.evaluation.images import sides
from fer.evaluation.numbers import percent
from fer.evaluation.report import Report
from fer.runs.run import Run

FEW = 100  # images, under which a bootstrap of seven classes promises too much
SURE = 0.9  # a confidence above which a mistake is worth a second look at the label
WORST = 5  # confusions told in words


def confusion_sentence(report: Report, right: int, answered: int) -> str:
    """What a cell says: "of 528 fear faces 97 were called sad (18.4 %)"."""
    count, support = report.confusion[right, answered], report.confusion[right].sum()
    text = f"of {support:,} {report.labels[right]} faces {count:,} were called {report.labels[answered]}"
    if not count:
        return text
    share = count / report.confusion[:, answered].sum()
    return f"{text} ({count / support:.1%}), {share:.1%} of all called {report.labels[answered]}"


def worst_confusions(report: Report) -> list[str]:
    """The confusions that cost most images, in words."""
    counts = report.confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:WORST]
    cells = [np.unravel_index(index, counts.shape) for index in order if counts.flat[index]]
    return [confusion_sentence(report, right, answered) for right, answered in cells]


def caution(report: Report) -> str:
    """What must be said of intervals on few images; empty where there are enough."""
    if len(report) >= FEW:
        return ""
    return (
        f"With only {len(report)} images the intervals of balanced accuracy, F1 and log-loss are too narrow: they are "
        "made from the images at hand, and few images vary too little. Wilson's intervals of accuracy, precision and "
        "recall still hold."
    )


def sides_sentences(report: Report, votes: np.ndarray) -> list[str]:
    """With whom FER+'s taggers side in a model's mistakes, in all of them and in those that it was very sure of.

    Args:
        votes: int64 (M, K) by row number, as in Pictures.
    """
    told, sure = [], report.confidence > SURE
    for chosen, which in ((np.ones(len(report), bool), "mistakes"), (sure, f"mistakes above p = {SURE}")):
        if not (chosen & ~report.right).any():
            continue
        part = report.part(chosen)
        wrong, sided = int((~part.right).sum()), sides(part, votes)
        share = percent(sided["model"] / wrong, *metrics.wilson(sided["model"], wrong))
        told.append(
            f"In {sided['model']:,} of {wrong:,} {which}, {share}, more of FER+'s taggers chose the model's answer "
            f"than any other; in {sided['label']:,} they chose FER2013's label; in {sided['neither']:,} another "
            "one, or there is a draw."
        )
    return told


def warning(run: Run, dataset: str, split: str) -> str:
    """What makes a run's figures on a split look better than it is; empty where nothing does."""
    if dataset == "synthetic":
        return "These faces are drawn: figures on them tell nothing of real faces."
    if run.card.imported:
        return references.IMPORTED
    if run.card.data.name != dataset:
        return ""
    trained = f"{run.id} was trained on these images: this tells how much it remembers, not how good it is."
    chosen = f"{run.id}'s epochs and recipe were chosen on this split, so it looks a little better here than it is."
    return {"train": trained, "all": trained, "val": chosen}.get(split, "")


def photos_sentences(faces: LabelledFaces, report: Report | None = None) -> list[str]:
    """What became of a user's photos, none of them left out; with a report, how right the whole way is."""
    undetected, failed = sum(failure.undetected for failure in faces.failures), len(faces.failures)
    told = [f"{len(faces.labels):,} of {len(faces.labels) + failed:,} photos are judged."]
    if undetected:
        told.append(f"In {undetected:,} no face was found.")
    if failed > undetected:
        told.append(f"{failed - undetected:,} could not be used.")
    if faces.several:
        told.append(f"In {len(faces.several):,} there is more than one face; the largest was taken.")
    if report and undetected:
        right, n = int(report.right.sum()), len(report) + undetected
        share = percent(right / n, *metrics.wilson(right, n))
        told.append(f"Counting those without a found face as wrong, {share} of n = {n:,} are right.")
    return told


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
    temperature = run.card.temperature_of(tta=report.tta)
    if temperature is None:
        return "This run has no temperature: it was never fitted on a validation split."
    after = report.at_temperature(temperature)
    return (
        f"Expected calibration error {report.calibration_error:.1%} before scaling and {after.calibration_error:.1%} "
        f"at temperature {temperature:.3f}; log-loss {report.log_loss:.3f} and {after.log_loss:.3f}. The temperature "
        f"was fitted on the validation split of {run.card.data.name} and is kept in the run's card."
    )
