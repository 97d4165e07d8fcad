"""Accuracy per group, and the test for a difference, against independent implementations."""

import itertools

import numpy as np
import pytest
from helpers.made_reports import make
from scipy import stats

from fer.evaluation import groups, metrics
from fer.evaluation.groups import Audit, Group, audit
from fer.evaluation.report import Report


def report_of(**counts: tuple[int, int]) -> tuple[Report, list[str]]:
    """A report with so many correct images of so many in each group, and the group of each image."""
    targets = np.zeros(sum(n for _, n in counts.values()), int)
    answers = [0 if place < right else 1 for right, n in counts.values() for place in range(n)]
    return make(targets, answers), [name for name, (_, n) in counts.items() for _ in range(n)]


def test_a_groups_accuracy_is_that_of_its_images_with_wilsons_interval():
    report, names = report_of(young=(30, 40), old=(10, 20))
    order = np.random.default_rng(0).permutation(60)
    found = audit(report.part(order), [names[place] for place in order])
    assert found.groups == (Group("young", 30, 40), Group("old", 10, 20))
    for group in found.groups:
        expected = stats.binomtest(group.correct, group.n).proportion_ci(method="wilson")
        assert group.interval == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_images_without_a_group_are_left_out():
    report, names = report_of(young=(3, 4), old=(1, 4))
    names[:2] = ["", ""]
    assert audit(report, names).groups == (Group("young", 1, 2), Group("old", 1, 4))
    assert audit(report, [""] * 8).groups == () and audit(report, [""] * 8).p_value == 1


@pytest.mark.parametrize(
    "counts",
    [
        [(30, 40), (10, 30)],
        [(5, 6), (1, 7)],
        [(3, 3), (3, 3)],
        [(20, 30), (9, 30), (15, 25)],
        [(1, 5), (4, 5), (2, 3)],
    ],
    ids=str,
)
def test_the_p_value_is_that_of_all_possible_distributions_of_the_correct_answers(counts):
    """The oracle enumerates them, with scipy's probability of each."""
    n, right = np.array([n for _, n in counts]), sum(correct for correct, _ in counts)

    def statistic(table) -> float:
        correct = np.asarray(table)
        observed = np.stack([correct, n - correct])
        if not (observed.sum(axis=1) > 0).all():
            return 0.0
        return stats.chi2_contingency(observed, correction=False).statistic

    seen = statistic([correct for correct, _ in counts]) - 1e-9
    tables = (table for table in itertools.product(*(range(m + 1) for m in n)) if sum(table) == right)
    exact = sum(stats.multivariate_hypergeom.pmf(table, n, right) for table in tables if statistic(table) >= seen)
    found = Audit(tuple(Group(str(place), *pair) for place, pair in enumerate(counts))).p_value
    assert found == pytest.approx(exact, abs=4 * np.sqrt(0.25 / groups.DRAWS))


def test_on_many_images_the_p_value_is_that_of_the_chi_squared_test():
    counts = [(700, 1000), (660, 1000), (670, 1000)]
    observed = np.array([[right, n - right] for right, n in counts])
    found = Audit(tuple(Group(str(place), *pair) for place, pair in enumerate(counts))).p_value
    assert found == pytest.approx(stats.chi2_contingency(observed).pvalue, abs=0.015)


def test_the_interval_of_a_difference_is_newcombes():
    """The first example of Newcombe 1998 (Statistics in Medicine 17, 873-890), method 10."""
    assert metrics.newcombe((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert metrics.newcombe((10, 10), (0, 10)) == pytest.approx((0.6075, 1.0), abs=5e-5)
    low, high = metrics.newcombe((48, 80), (56, 70))
    assert (low, high) == pytest.approx((-0.3339, -0.0524), abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            {"women": (90, 100), "men": (60, 100)},
            "The model is better on women than on men, by 30.0 points (95% int",
        ),
        ({"women": (62, 100), "men": (60, 100)}, "women and men are 2.0 points (95% interval −11"),
        ({"a": (9, 10), "b": (1, 10), "c": (5, 10)}, "Accuracy differs between the 3 groups: from 10.0% (b) to 90.0%"),
        (
            {"a": (9, 10), "b": (8, 10), "c": (8, 10)},
            "Accuracy goes from 80.0% (c) to 90.0% (a), which could",
        ),
        ({"a": (9, 10)}, "There are faces of only one group"),
    ],
)
def test_the_sentence_says_whether_the_difference_could_be_chance(counts, sentence):
    found = audit(*report_of(**counts)).sentence
    assert found.startswith(sentence) and found.endswith(".")
    assert len(counts) == 1 or "permutation test, p" in found
