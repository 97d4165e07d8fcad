"""Accuracy in groups of people or photos, and whether the difference between them could be chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fer.evaluation import metrics
from fer.evaluation.comparison import SIGNIFICANT, written_p
from fer.evaluation.numbers import signed_interval, written
from fer.evaluation.report import Report

DRAWS = 20_000  # of the permutation test: a p-value of 0.05 is then known to 0.003
NOT_AUDITED = (
    "Not audited: no photo has a group, so nothing is known about differences between groups of people. A model that "
    "is right on most photos can still be wrong on most photos of one group."
)


@dataclass(frozen=True)
class Group:
    """The images of one group: how many, and how many of them are predicted correctly."""

    name: str
    correct: int
    n: int

    @property
    def accuracy(self) -> float:
        return self.correct / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95% Wilson interval of the accuracy."""
        return metrics.wilson(self.correct, self.n)


@dataclass(frozen=True)
class Audit:
    """The groups of a report, most accurate first; images without a group are left out."""

    groups: tuple[Group, ...]

    @cached_property
    def p_value(self) -> float:
        """Of a permutation test on the chi-squared statistic: the chance of differences this large if the group made
        none; 1 with fewer than two groups."""
        correct, n = np.array([[group.correct, group.n] for group in self.groups]).reshape(-1, 2).T
        if len(n) < 2:
            return 1.0
        random = np.random.default_rng(0)
        drawn = random.multivariate_hypergeometric(n, int(correct.sum()), size=DRAWS)
        as_large = _spread(drawn, n) >= _spread(correct, n) * (1 - 1e-9)  # ties must not be lost in rounding
        return float((1 + as_large.sum()) / (1 + DRAWS))

    @property
    def difference(self) -> tuple[float, float, float]:
        """Accuracy of the first group minus that of the last, with Newcombe's 95% interval."""
        first, last = self.groups[0], self.groups[-1]
        ends = metrics.newcombe((first.correct, first.n), (last.correct, last.n))
        return first.accuracy - last.accuracy, *ends

    @property
    def sentence(self) -> str:
        """Whether the groups differ, in one or two sentences."""
        if len(self.groups) < 2:
            return "There are faces of only one group, so there is nothing to compare it with."
        first, last, differs = self.groups[0], self.groups[-1], self.p_value < SIGNIFICANT
        spread = f"from {written(last.accuracy)} ({last.name}) to {written(first.accuracy)} ({first.name})"
        test = f"permutation test, {written_p(self.p_value)}"
        if len(self.groups) > 2:
            if differs:
                return f"Accuracy differs between the {len(self.groups)} groups: {spread} ({test})."
            return f"Accuracy goes {spread}, which could be chance ({test})."
        value, low, high = (100 * number for number in self.difference)
        if not value:
            return f"{first.name} and {last.name} have the same accuracy ({signed_interval(low, high)} points; {test})."
        gap = f"{value:.1f} points ({signed_interval(low, high)} points; {test})"
        if differs:
            return f"The model is better on {first.name} than on {last.name}, by {gap}."
        return f"{first.name} and {last.name} are {gap} apart, which could be chance."


def audit(report: Report, groups: Sequence[str]) -> Audit:
    """Accuracy per group.

    Args:
        groups: the group of each image of the report; empty for none.
    """
    names = np.array(groups, dtype=object)
    found = [
        Group(name, int(report.right[names == name].sum()), int((names == name).sum())) for name in sorted(set(groups))
    ]
    return Audit(tuple(sorted((group for group in found if group.name), key=lambda group: -group.accuracy)))


def _spread(correct: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The chi-squared statistic (...) of correct (..., G) out of n (G,), up to a constant factor."""
    expected = n * (correct.sum(axis=-1, keepdims=True) / n.sum())
    return ((correct - expected) ** 2 / n).sum(axis=-1)
