"""Comparisons of two reports, against brute force, SciPy and the analytic interval."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
from helpers.made_reports import make
from numpy.typing import ArrayLike
from scipy import stats
from sklearn import metrics

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation.comparison import Comparison
from fer.evaluation.numbers import signed

TARGETS = np.random.default_rng(2).integers(0, 7, 2000)


def flawed(answers: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Predictions of which a share is redrawn at random."""
    random = np.random.default_rng(seed)
    return np.where(random.random(len(answers)) < share, random.integers(0, 7, len(answers)), answers)


def pair(first, second, targets: ArrayLike = TARGETS, **changes) -> Comparison:
    return Comparison(make(targets, first, model="a"), make(targets, second, seed=1, model="b", **changes))


MOSTLY = flawed(TARGETS, 0.4, 0)
RELATED = pair(MOSTLY, flawed(MOSTLY, 0.2, 1))
CASES = {
    "related models": RELATED,
    "unrelated models": pair(MOSTLY, flawed(TARGETS, 0.3, 2)),
    "the same predictions": pair(MOSTLY, MOSTLY),
    "a class is never predicted": pair(MOSTLY.clip(1), MOSTLY),
    "a class never occurs": pair(MOSTLY, flawed(MOSTLY, 0.2, 1), TARGETS.clip(1)),
    "all correct against all wrong": pair(TARGETS, (TARGETS + 1) % 7),
    "one image": pair([3], [2], [3]),
}


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def comparison(request) -> Comparison:
    return request.param


def test_the_table_counts_images_by_label_and_both_predictions(comparison):
    expected = np.zeros((7, 7, 7), int)
    for place in zip(
        comparison.first.targets, comparison.first.predictions, comparison.second.predictions, strict=True
    ):
        expected[place] += 1
    assert (comparison.table == expected).all()
    assert (comparison.table.sum(axis=2) == comparison.first.confusion).all()
    assert (comparison.table.sum(axis=1) == comparison.second.confusion).all()


def test_the_difference_is_that_of_the_accuracies_and_lies_in_its_interval(comparison):
    first, second = (
        metrics.accuracy_score(one.targets, one.predictions) for one in (comparison.first, comparison.second)
    )
    assert comparison.difference == pytest.approx(second - first, abs=1e-9)
    low, high = comparison.interval
    assert -1 <= low <= comparison.difference + 1e-12 and comparison.difference - 1e-12 <= high <= 1


def exact(only_first: int, only_second: int) -> float:
    """McNemar's exact p-value in integers: twice the tail of a fair coin."""
    n = only_first + only_second
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(min(only_first, only_second) + 1)) / 2**n)


def test_the_p_value_uses_the_images_on_which_only_one_model_is_correct(comparison):
    right = [one.targets == one.predictions for one in (comparison.first, comparison.second)]
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    assert (comparison.only_first, comparison.only_second) == (only_first, only_second)
    assert comparison.p_value == pytest.approx(exact(only_first, only_second), rel=1e-12, abs=0)


COUNTS = [(0, 0), (0, 1), (1, 1), (0, 5), (5, 6), (0, 40), (17, 3), (435, 182), (3000, 2900), (2900, 3000)]


@pytest.mark.parametrize("counts", COUNTS)
def test_the_p_value_matches_the_exact_one(counts):
    assert parted(*counts).p_value == pytest.approx(exact(*counts), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("figure", "oracle"),
    [("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)],
)
def test_per_class_differences_match_scikit_learn_and_lie_in_their_intervals(figure, oracle, comparison):
    score = partial(oracle, labels=range(7), average=None, zero_division=0)
    first, second = (score(one.targets, one.predictions) for one in (comparison.first, comparison.second))
    value, low, high = comparison.per_class(figure)
    np.testing.assert_allclose(value, second - first, atol=1e-9)
    assert (low <= value + 1e-12).all() and (value - 1e-12 <= high).all()


@pytest.mark.parametrize("name", ["related models", "unrelated models"])
def test_the_paired_interval_is_close_to_the_analytic_one(name):
    comparison, n = CASES[name], len(TARGETS)
    b, c = comparison.only_first, comparison.only_second
    half = stats.norm.ppf(0.975) * np.sqrt(b + c - (c - b) ** 2 / n) / n
    np.testing.assert_allclose(
        comparison.interval, (comparison.difference - half, comparison.difference + half), atol=3e-3
    )


def test_the_paired_interval_is_narrower_than_the_unpaired_one_for_models_with_shared_mistakes():
    shares = np.array([RELATED.first.accuracy, RELATED.second.accuracy])
    unpaired = 2 * stats.norm.ppf(0.975) * np.sqrt((shares * (1 - shares)).sum() / len(TARGETS))
    assert np.ptp(RELATED.interval) < 0.7 * unpaired


def test_swapping_the_models_flips_every_sign():
    turned = Comparison(RELATED.second, RELATED.first)
    assert turned.difference == -RELATED.difference and turned.p_value == RELATED.p_value
    np.testing.assert_allclose(turned.per_class("f1")[0], -RELATED.per_class("f1")[0], atol=1e-12)
    np.testing.assert_allclose(turned.interval, [-end for end in reversed(RELATED.interval)], atol=3e-3)


def test_models_that_order_the_classes_otherwise_are_compared_by_name():
    turned = Comparison(RELATED.first, RELATED.second.in_order(sorted(EMOTIONS)))
    assert turned.second.labels == EMOTIONS and (turned.table == RELATED.table).all()
    assert turned.verdict == RELATED.verdict


def test_disagreements_list_all_differing_predictions_most_confident_first(comparison):
    apart = comparison.disagreements
    assert sorted(apart) == np.flatnonzero(comparison.first.predictions != comparison.second.predictions).tolist()
    sure = comparison.first.confidence[apart] + comparison.second.confidence[apart]
    assert (np.diff(sure) <= 0).all()


def parted(only_first: int, only_second: int, both: int = 1000) -> Comparison:
    """Two models with given numbers of images on which only one, or both, are correct."""
    place = np.arange(only_first + only_second + both)
    first, second = place < only_first + both, place >= only_first
    return pair(np.where(first, 0, 1), np.where(second, 0, 1), 0 * place)


@pytest.mark.parametrize(
    ("counts", "claim", "p"),
    [
        ((10, 50), "better than a by 3.8 points", "p\u00a0<\u00a00.0001"),
        ((50, 10), "worse than a by 3.8 points", "p\u00a0<\u00a00.0001"),
        ((10, 25), "better than a by 1.4 points", "p\u00a0=\u00a00.017"),
        ((0, 1200), "better than a by 54.5 points", "p\u00a0<\u00a00.0001"),
    ],
)
def test_a_significant_difference_is_stated_with_its_numbers(counts, claim, p):
    comparison = parted(*counts)
    low, high = (100 * end for end in comparison.interval)
    assert comparison.verdict == (
        f"b is {claim} (95% interval {signed(low)} to {signed(high)} points, McNemar's exact test {p}). "
        f"Only b is correct on {counts[1]:,} images, only a on {counts[0]:,}."
    )


@pytest.mark.parametrize(
    ("counts", "claim", "p"),
    [
        ((10, 20), "b scores 1.0 points higher than a, but not significantly", "p\u00a0=\u00a00.099"),
        ((24, 20), "b scores 0.4 points lower than a, but not significantly", "p\u00a0=\u00a00.65"),
        ((7, 7), "b and a have the same accuracy", "p\u00a0=\u00a01"),
    ],
)
def test_a_difference_that_may_be_chance_is_called_not_significant(counts, claim, p):
    verdict = parted(*counts).verdict
    assert verdict.startswith(f"{claim} (95% interval ") and p in verdict
    assert " is better" not in verdict and " is worse" not in verdict


def test_models_that_are_correct_on_the_same_images_are_not_called_better_or_worse():
    assert parted(0, 0).verdict == "b and a are correct on exactly the same images."
    assert pair([1, 1], [2, 2], [0, 0]).verdict == "b and a are correct on exactly the same images."


def test_the_verdict_distinguishes_a_model_with_augmentation_from_itself():
    plain = make([0, 1], [0, 0], model="m")
    augmented = make([0, 1], [0, 1], model="m", tta=True)
    sentence = Comparison(plain, augmented).verdict
    assert sentence.startswith("m with test-time augmentation scores 50.0 points higher than m, but")


OTHERS = {
    "other rows": {"rows": np.array([1, 2, 4])},
    "rows in another order": {"rows": np.array([101, 100, 102])},
    "other images": {"fingerprint": "e" * 64},
    "another split": {"split": "val"},
    "other labels": {"labels": EMOTIONS[::-1]},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS)
def test_reports_on_other_images_are_not_compared(changes):
    report, other = make([0, 1, 2]), make([0, 1, 2], **changes)
    for first, second in itertools.permutations((report, other)):
        with pytest.raises(FerError, match=r"were not evaluated on the same images\. Evaluate both on the same split"):
            Comparison(first, second)


@pytest.mark.parametrize("targets", [[0, 1, 3], [0, 1], [0, 1, 2, 3]])
def test_reports_with_other_targets_are_not_compared(targets):
    with pytest.raises(FerError, match=rf"m on d \(test, n = 3\) and m on d \(test, n = {len(targets)}\) were not"):
        Comparison(make([0, 1, 2]), make(targets))
