"""Two models judged on the same images, pair by pair: who is better, by how much, and how surely."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fer.errors import FerError
from fer.evaluation import metrics
from fer.evaluation.report import Report

SIGNIFICANT = 0.05  # a p-value below it is told as a difference


@dataclass(frozen=True)
class Comparison:
    """A second report against a first one; every difference is second minus first.

    Raises:
        FerError: where the two were not made on the same images with the same labels.
    """

    first: Report
    second: Report

    def __post_init__(self):
        a, b = self.first, self.second
        same = (a.labels, a.fingerprint, a.split) == (b.labels, b.fingerprint, b.split)
        if not (same and np.array_equal(a.rows, b.rows) and np.array_equal(a.targets, b.targets)):
            raise FerError(
                f"{a.model} on {a.dataset} ({a.split}, n = {len(a)}) and {b.model} on {b.dataset} ({b.split}, "
                f"n = {len(b)}) were not judged on the same images. Evaluate both on the same split."
            )

    @cached_property
    def table(self) -> np.ndarray:
        """int64 (C, C, C): images by right class, first answer and second answer."""
        classes = len(self.first.labels)
        index = (self.first.targets * classes + self.first.predictions) * classes + self.second.predictions
        return np.bincount(index, minlength=classes**3).reshape(classes, classes, classes)

    @property
    def only_first(self) -> int:
        """Images that the first model alone answered rightly."""
        return int((self.first.right & ~self.second.right).sum())

    @property
    def only_second(self) -> int:
        return int((self.second.right & ~self.first.right).sum())

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test, two-sided (McNemar 1947): how often chance alone would part two equally good models
        so far; 1 where the two are right on the same images."""
        from scipy.stats import binomtest  # takes 0.8 s, and only comparisons need it

        apart = self.only_first + self.only_second
        return float(binomtest(self.only_first, apart).pvalue) if apart else 1.0

    @property
    def difference(self) -> float:
        """Of the accuracies."""
        return (self.only_second - self.only_first) / len(self.first)

    @cached_property
    def _resampled(self) -> tuple[np.ndarray, np.ndarray]:
        """Confusions (RESAMPLES, C, C) of first and second on the same resampled images (paired bootstrap)."""
        tables = metrics.resampled(self.table)
        return tables.sum(axis=3), tables.sum(axis=2)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % paired bootstrap interval of the difference."""
        first, second = self._resampled
        return metrics.percentiles(metrics.accuracy(second) - metrics.accuracy(first))

    def per_class(self, figure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Difference of precision, recall or f1 of each class with its paired bootstrap interval, float64 (C,) each."""
        first, second = (metrics.per_class(tables)[figure] for tables in self._resampled)
        low, high = metrics.percentiles(second - first)
        return self.second.per_class[figure] - self.first.per_class[figure], low, high

    @property
    def disagreements(self) -> np.ndarray:
        """int64 (D,): positions of the images that the two answer differently, surest of both together first."""
        apart = np.flatnonzero(self.first.predictions != self.second.predictions)
        sure = self.first.confidence[apart] + self.second.confidence[apart]
        return apart[np.argsort(-sure, kind="stable")]

    @property
    def verdict(self) -> str:
        """The difference in plain sentences."""
        first, second, (low, high) = _name(self.first), _name(self.second), self.interval
        if not self.only_first and not self.only_second:
            return f"{second} and {first} are right on the very same images."
        points = 100 * abs(self.difference)
        apart = f"{points:.{1 if points >= 0.1 else 2}f} points"
        numbers = f"95% {100 * low:+.1f} to {100 * high:+.1f}, McNemar's exact test {_p(self.p_value)}"
        counts = f"It alone is right on {self.only_second:,} images, {first} alone on {self.only_first:,}."
        word = "better" if self.difference > 0 else "worse"
        if self.p_value < SIGNIFICANT:
            return f"{second} is {word} than {first} by {apart} ({numbers}). {counts}"
        seen = f"does {word} by {apart}" if self.difference else "does exactly as well"
        return f"{second} {seen} here, which does not show that it differs from {first} ({numbers}). {counts}"


def _name(report: Report) -> str:
    return f"{report.model} with test-time augmentation" if report.tta else report.model


def _p(value: float) -> str:
    """A p-value to two significant digits."""
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}"
