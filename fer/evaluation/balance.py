"""How strongly answers may be corrected for the class prior of the training data."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fer.evaluation.report import Report
from fer.inference.probabilities import balanced

LOST = 0.001  # accuracy on the validation split that the correction may cost
EXPONENTS = np.arange(0, 1.001, 0.05).round(2)


def balanced_report(report: Report, prior: Sequence[float], exponent: float) -> Report:
    """The report with probabilities corrected for the class prior of the training data; stored ones are as trained."""
    corrected = balanced(report.probabilities, np.array(prior), exponent)
    return replace(report, probabilities=corrected.astype(np.float32), balanced=True)


def fit_exponent(labels: np.ndarray, probabilities: np.ndarray, prior: Sequence[float], *, lost: float = LOST) -> float:
    """The largest exponent, in steps of 0.05, at which the correction costs no more accuracy than `lost`.

    Args:
        labels: int (N,), the true classes.
        probabilities: float (N, C), as trained.
        prior: float (C,), the mean training target.
    """
    shares = np.array(prior)
    accuracy = [(balanced(probabilities, shares, each).argmax(axis=1) == labels).mean() for each in EXPONENTS]
    return float(EXPONENTS[np.flatnonzero(np.array(accuracy) >= accuracy[0] - lost - 1e-9)[-1]])
