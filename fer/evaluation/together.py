"""What several runs answer together: the mean of their stored reports, without predicting again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.report import Report
from fer.runs.members import members
from fer.runs.run import Run


def together(reports: Sequence[Report], model: str) -> Report:
    """The mean of the probabilities of reports on the same images.

    Args:
        model: what the report calls it.

    Raises:
        FerError: if they are of different images, labels or ways of inference.
    """
    first = reports[0]
    for other in reports[1:]:
        if _images(other) != _images(first):
            raise FerError(f"The reports of {first.model} and {other.model} are on different images. Evaluate both.")
    mean = np.mean([report.probabilities for report in reports], axis=0, dtype=np.float64)
    return replace(first, model=model, probabilities=mean.astype(np.float32))


def of_members(run: Run, dataset: str, split: str, *, tta: bool) -> Report | None:
    """An ensemble's report from those stored for its members; None if one of them has none, or on other images."""
    found = [stored.report(member, dataset, split, tta=tta) for member in members(run)]
    reports = [report for report in found if report]
    if not reports or len(reports) < len(found) or any(_images(other) != _images(reports[0]) for other in reports):
        return None
    return together(reports, run.id)


def _images(report: Report) -> tuple:
    return (
        *(report.fingerprint, report.labels, report.dataset, report.split, report.tta),
        *(getattr(report, name).tobytes() for name in ("rows", "targets", "leaked")),
    )
