"""A person's resting face as their neutral one: networks read many resting faces as sad or angry."""

from collections.abc import Sequence

import numpy as np

from fer.data.labels import NEUTRAL
from fer.errors import FerError
from fer.evaluation.report import Report
from fer.inference.probabilities import log_probabilities

MOST = 2.0  # of a shift: odds change by e^2, about 7, at most, so that one bad recording can't turn everything over


def usual(report: Report) -> np.ndarray:
    """float64 (C,): the mean log probabilities of faces labelled neutral, less their mean.

    Raises:
        FerError: if the report has no neutral faces.
    """
    if NEUTRAL not in report.labels or not (neutral := report.targets == report.labels.index(NEUTRAL)).any():
        raise FerError("Choose a model that knows neutral faces.")
    return _centred(report.probabilities[neutral])


def shift(usual: np.ndarray, resting: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """float64 (C,): what to add to a person's log probabilities, so that their resting face is answered as neutral
    faces usually are.

    Args:
        usual: float (C,), as returned by the function of that name.
        resting: float (N, C), probabilities of the person's resting face, in the order of `labels`.

    Raises:
        FerError: if a shift within the limit does not make this face neutral, as when the person smiles.
    """
    before = _centred(resting)
    found = np.clip(usual - before, -MOST, MOST)
    if labels[int((before + found).argmax())] != NEUTRAL:
        read = labels[int(before.argmax())]
        raise FerError(f"This face was read as {read}, so nothing was changed. Relax your face and try again.")
    return found


def _centred(probabilities: np.ndarray) -> np.ndarray:
    mean = log_probabilities(probabilities).mean(axis=0)
    return mean - mean.mean()
