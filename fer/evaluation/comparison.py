"""Paired comparison of two models on the same images: which is better, by how much, and how certain that is."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fer.errors import FerError
from fer.evaluation import metrics
from fer.evaluation.numbers import signed, signed_interval
from fer.evaluation.report import Report

SIGNIFICANT = 0.05  # a p-value below this counts as a difference


@dataclass(frozen=True)
class Comparison:
    """A second report compared with a first; every difference is second minus first, by the first's order of classes.

    Raises:
        FerError: if the reports are not on the same images and classes.
    """

    first: Report
    second: Report

    def __post_init__(self):
        a, b = self.first, self.second
        same = (sorted(a.labels), a.fingerprint, a.split) == (sorted(b.labels), b.fingerprint, b.split)
        if same and a.labels != b.labels:
            b = b.in_order(a.labels)
            object.__setattr__(self, "second", b)
        if not (same and np.array_equal(a.rows, b.rows) and np.array_equal(a.targets, b.targets)):
            raise FerError(
                f"{a.model} on {a.dataset} ({a.split}, n = {len(a)}) and {b.model} on {b.dataset} ({b.split}, "
                f"n = {len(b)}) were not evaluated on the same images. Evaluate both on the same split."
            )

    @cached_property
    def table(self) -> np.ndarray:
        """int64 (C, C, C): images by true class, first prediction and second prediction."""
        classes = len(self.first.labels)
        index = (self.first.targets * classes + self.first.predictions) * classes + self.second.predictions
        return np.bincount(index, minlength=classes**3).reshape(classes, classes, classes)

    @property
    def only_first(self) -> int:
        """Images that only the first model predicted correctly."""
        return int((self.first.right & ~self.second.right).sum())

    @property
    def only_second(self) -> int:
        return int((self.second.right & ~self.first.right).sum())

    @property
    def p_value(self) -> float:
        """Two-sided, of McNemar's exact test (McNemar 1947): the chance of a difference this large if both were equally
        good; 1 if both are correct on the same images."""
        from scipy.stats import binomtest  # takes 0.8 s, and only comparisons need it

        apart = self.only_first + self.only_second
        return float(binomtest(self.only_first, apart).pvalue) if apart else 1.0

    @property
    def difference(self) -> float:
        """Difference of the accuracies."""
        return (self.only_second - self.only_first) / len(self.first)

    @cached_property
    def _resampled(self) -> tuple[np.ndarray, np.ndarray]:
        """Confusion matrices (RESAMPLES, C, C) of both models on the same resampled images (paired bootstrap)."""
        tables = metrics.resampled(self.table)
        return tables.sum(axis=3), tables.sum(axis=2)

    @property
    def interval(self) -> tuple[float, float]:
        """95% paired bootstrap interval of the difference."""
        first, second = self._resampled
        return metrics.percentiles(metrics.accuracy(second) - metrics.accuracy(first))

    def per_class(self, figure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per-class difference of precision, recall or f1 with its paired bootstrap interval, float64 (C,) each."""
        first, second = (metrics.per_class(tables)[figure] for tables in self._resampled)
        low, high = metrics.percentiles(second - first)
        return self.second.per_class[figure] - self.first.per_class[figure], low, high

    @property
    def disagreements(self) -> np.ndarray:
        """int64 (D,): positions of the images on which the models disagree, by descending summed confidence."""
        apart = np.flatnonzero(self.first.predictions != self.second.predictions)
        sure = self.first.confidence[apart] + self.second.confidence[apart]
        return apart[np.argsort(-sure, kind="stable")]

    @property
    def numbers(self) -> str:
        """The difference with its interval and p-value, in points."""
        low, high = self.interval
        difference, spread = signed(100 * self.difference), signed_interval(100 * low, 100 * high)
        return f"{difference} points, {spread}, {written_p(self.p_value)}"

    @property
    def verdict(self) -> str:
        """The difference in one or two sentences."""
        first, second, (low, high) = _name(self.first), _name(self.second), self.interval
        if not self.only_first and not self.only_second:
            return f"{second} and {first} are correct on exactly the same images."
        points = 100 * abs(self.difference)
        apart = f"{points:.{1 if points >= 0.1 else 2}f} points"
        spread, test = signed_interval(100 * low, 100 * high), f"McNemar's exact test {written_p(self.p_value)}"
        numbers = f"{spread} points, {test}"
        counts = f"Only {second} is correct on {self.only_second:,} images, only {first} on {self.only_first:,}."
        if not self.difference:
            return f"{second} and {first} have the same accuracy ({numbers}). {counts}"
        if self.p_value < SIGNIFICANT:
            word = "better" if self.difference > 0 else "worse"
            return f"{second} is {word} than {first} by {apart} ({numbers}). {counts}"
        word = "higher" if self.difference > 0 else "lower"
        return f"{second} scores {apart} {word} than {first}, but not significantly ({numbers}). {counts}"


def _name(report: Report) -> str:
    return f"{report.model} with test-time augmentation" if report.tta else report.model


def written_p(value: float) -> str:
    """A p-value to two significant digits."""
    return ("p < 0.0001" if value < 1e-4 else f"p = {value:.2g}").replace(" ", "\u00a0")  # stays in one line
