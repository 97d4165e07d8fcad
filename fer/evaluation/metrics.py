"""Classification metrics as plain functions on arrays, identical to scikit-learn's where it has them.

Implemented here because the web process needs them: scikit-learn and scipy.stats take a second each to import, and
scikit-learn handles one confusion matrix at a time, where the bootstrap has 2,000.
"""

from math import sqrt

import numpy as np

Z_95 = 1.959963984540054  # the normal quantile of a two-sided 95% interval
NORMALISATIONS = ("counts", "rows", "columns")  # of a confusion matrix
RESAMPLES = 2000  # bootstrap; across seeds, the ends of a 95% interval vary by about 1/30 of its width


def wilson(right: float, n: int) -> tuple[float, float]:
    """95% confidence interval of a proportion (Wilson 1927), each end in [0, 1].

    Implemented here because everything needs it, and `binomtest(...).proportion_ci` would load scipy.stats.

    Args:
        right: successes, 0 to n; a fraction where trials are means of several answers.
        n: trials; 0 gives (0, 1): nothing is known.
    """
    if not n:
        return 0.0, 1.0
    share, z2 = right / n, Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """95% interval of the first proportion minus the second, from both Wilson intervals (Newcombe 1998, method 10).

    Args:
        first, second: successes and trials.
    """
    (share, low, high), (other, other_low, other_high) = (
        (right / max(n, 1), *wilson(right, n)) for right, n in (first, second)
    )
    below = sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return share - other - below, share - other + above


def confusion(targets: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """int64 (C, C): rows are true classes, columns predicted ones."""
    return np.bincount(targets * classes + predictions, minlength=classes**2).reshape(classes, classes)


def per_class(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """precision, recall, f1 float64 (..., C) and support (..., C); 0 where the denominator is 0.

    Args:
        confusion: (..., C, C); several matrices may be stacked.
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    predicted, support = confusion.sum(axis=-2), confusion.sum(axis=-1)
    return {
        "precision": right / np.maximum(predicted, 1),
        "recall": right / np.maximum(support, 1),
        "f1": 2 * right / np.maximum(predicted + support, 1),
        "support": support,
    }


def normalised(counts: np.ndarray, normalisation: str) -> np.ndarray:
    """A confusion matrix (C, C) as it is, or as shares of each true or predicted class; see NORMALISATIONS."""
    axis = {"rows": 1, "columns": 0}.get(normalisation)
    return counts if axis is None else counts / np.maximum(counts.sum(axis=axis, keepdims=True), 1)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Share of correct predictions (...) of matrices (..., C, C)."""
    return np.trace(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=(-2, -1))


def macro_f1(confusion: np.ndarray) -> np.ndarray:
    """Mean F1 (...) over the classes that occur or are predicted, of matrices (..., C, C)."""
    occurs = (confusion.sum(axis=-2) + confusion.sum(axis=-1)) > 0
    return per_class(confusion)["f1"].sum(axis=-1) / occurs.sum(axis=-1)


def balanced_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Mean recall (...) over the classes that occur, of matrices (..., C, C)."""
    occurs = confusion.sum(axis=-1) > 0
    return per_class(confusion)["recall"].sum(axis=-1) / occurs.sum(axis=-1)


def losses(targets: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """float64 (N,): negative natural log of the true class's probability; the mean is the log-loss."""
    right = probabilities[np.arange(len(targets)), targets].astype(np.float64)
    return -np.log(right.clip(np.finfo(np.float64).eps, 1))


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """95% interval of the mean of non-negative values, by the normal approximation; a single value has zero width."""
    half = Z_95 * values.std(ddof=1) / sqrt(len(values)) if len(values) > 1 else 0.0
    return max(0.0, float(values.mean() - half)), float(values.mean() + half)


def resampled(counts: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """int64 (RESAMPLES, *counts.shape): bootstrap resamples of a table of counts.

    Implemented here because it draws counts (0.1 s), where `scipy.stats.bootstrap` draws images (0.8 s per metric).
    """
    draws = np.random.default_rng(seed).multinomial(counts.sum(), counts.ravel() / counts.sum(), RESAMPLES)
    return draws.reshape(RESAMPLES, *counts.shape)


def percentiles(values: np.ndarray) -> tuple:
    """2.5th and 97.5th percentiles (...) of bootstrapped values (RESAMPLES, ...)."""
    low, high = np.percentile(values, (2.5, 97.5), axis=0)
    return low, high


def roc(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Receiver operating characteristic: false and true positive rates, from no predicted positives to all.

    Args:
        positive: bool (N,), the truth.
        scores: float (N,), higher means positive.

    Returns:
        float64 (K,) each, one point per distinct score; NaN without negatives or without positives.
    """
    true, false = _counts_above(positive, scores)
    with np.errstate(invalid="ignore"):
        return np.r_[0, false] / np.float64(false[-1]), np.r_[0, true] / np.float64(true[-1])


def precision_recall(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall, float64 (K,) each, one point per distinct score from high to low; recall is NaN
    without positives. Arguments as in `roc`."""
    true, false = _counts_above(positive, scores)
    with np.errstate(invalid="ignore"):
        return true / (true + false), true / np.float64(true[-1])


def roc_area(positive: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve, NaN if only one class occurs."""
    false, true = roc(positive, scores)
    return float(np.trapezoid(true, false))


def average_precision(positive: np.ndarray, scores: np.ndarray) -> float:
    """Area under the precision-recall curve as a step-wise sum; NaN without positives."""
    precision, recall = precision_recall(positive, scores)
    return float((np.diff(recall, prepend=0) * precision).sum())


def _counts_above(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """True and false positives, int64 (K,), when all images at or above each distinct score are predicted positive."""
    order = np.argsort(-scores, kind="stable")
    ends = np.r_[np.flatnonzero(np.diff(scores[order])), len(scores) - 1]
    true = np.cumsum(positive[order])[ends]
    return true, ends + 1 - true
