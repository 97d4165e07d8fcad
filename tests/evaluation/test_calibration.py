"""Calibration against SciPy, brute force, and models of known calibration."""

import numpy as np
import pytest
from helpers.made_reports import CASES, RANDOM, make
from scipy import optimize, special, stats

from fer.evaluation import calibration
from fer.evaluation.calibration import BINS, COLDEST, HOTTEST
from fer.inference.probabilities import at_temperature, softmax


def calibrated(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Confidences and correctness of a perfectly calibrated model."""
    random = np.random.default_rng(seed)
    confidence = random.uniform(1 / 7, 1, n)
    return confidence, random.random(n) < confidence


@pytest.mark.parametrize("n", [1, 5, 4000])
def test_bins_match_scipy(n):
    confidence, right = calibrated(n)
    bins = calibration.reliability(confidence, right)
    expected = {
        name: stats.binned_statistic(confidence, values, name, BINS, (0, 1)).statistic
        for name, values in (("count", right), ("mean", [confidence, right]))
    }
    used = expected["count"] > 0
    assert (bins.count == expected["count"][used]).all() and bins.count.sum() == n
    np.testing.assert_allclose([bins.confidence, bins.accuracy], expected["mean"][:, used], atol=1e-12)
    gaps = abs(expected["mean"][0] - expected["mean"][1])
    assert bins.expected_error == pytest.approx(np.nansum(gaps * expected["count"]) / n, abs=1e-12)


def test_the_interval_of_a_bin_matches_scipy():
    confidence, right = calibrated(50)
    bins = calibration.reliability(confidence, right)
    for accuracy, count, low, high in zip(bins.accuracy, bins.count, bins.low, bins.high, strict=True):
        expected = stats.binomtest(round(accuracy * count), count).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("upper", range(1, BINS + 1))
def test_a_confidence_on_an_edge_belongs_to_the_bin_below(upper):
    edge, within = upper / BINS, (upper - 0.5) / BINS
    assert calibration.reliability(np.array([edge, within]), np.array([True, False])).count.tolist() == [2]
    above = np.nextafter(edge + 1e-12, 2)
    if upper < BINS:
        assert calibration.reliability(np.array([edge, above]), np.array([True, False])).count.tolist() == [1, 1]


def test_a_confidence_of_zero_belongs_to_the_first_bin():
    assert calibration.reliability(np.array([0, 0.5 / BINS]), np.array([True, True])).count.tolist() == [2]


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [([1.0, 1.0], [True, True], 0), ([1.0], [False], 1), ([0.5, 0.5], [True, False], 0), ([0.9] * 4, [True] * 4, 0.1)],
)
def test_the_error_of_small_samples_matches_a_manual_calculation(confidence, right, error):
    found = calibration.reliability(np.array(confidence), np.array(right)).expected_error
    assert found == pytest.approx(error, abs=1e-12)


@pytest.mark.parametrize("report", CASES.values(), ids=list(CASES))
def test_the_interval_contains_the_error_and_is_deterministic(report):
    answers = report.confidence, report.right
    error, (low, high) = report.calibration_error, calibration.expected_error_interval(*answers)
    assert 0 <= low <= error + 1e-12 and error - 1e-12 <= high <= 1
    assert calibration.expected_error_interval(*answers) == (low, high)


def test_the_interval_reaches_zero_for_a_calibrated_model_but_not_for_an_overconfident_one():
    confidence, right = calibrated(20_000)
    low, high = calibration.expected_error_interval(confidence, right)
    assert low == 0 and high < 0.02
    overconfident = np.sqrt(confidence)
    expected = abs(overconfident - confidence).mean()  # overconfident everywhere, so binning hides nothing
    low, high = calibration.expected_error_interval(overconfident, right)
    assert 0.05 < low < expected < high < 0.2


def test_the_interval_covers_the_truth_in_at_least_95_of_100_samples():
    intervals = [calibration.expected_error_interval(*calibrated(300, seed)) for seed in range(60)]
    assert np.mean([low == 0 for low, _ in intervals]) >= 0.95


def loss_at(inverse: float, targets: np.ndarray, probabilities: np.ndarray) -> float:
    """The log-loss at a temperature of 1 / inverse, computed independently."""
    logits = np.log(probabilities.astype(np.float64)) * inverse
    return (special.logsumexp(logits, axis=1) - logits[np.arange(len(targets)), targets]).mean()


@pytest.mark.parametrize("temperature", [0.3, 0.9, 1.0, 2.5])
@pytest.mark.parametrize("n", [20, 1000])
def test_the_best_temperature_matches_scipy(n, temperature):
    random = np.random.default_rng(n)
    probabilities = random.dirichlet(np.ones(7) / 2, n).clip(1e-9)
    targets = np.array([random.choice(7, p=row / row.sum()) for row in probabilities])
    sharp = at_temperature(probabilities, 1 / temperature)
    best = optimize.minimize_scalar(
        loss_at, bounds=(1 / HOTTEST, 1 / COLDEST), args=(targets, sharp), method="bounded", options={"xatol": 1e-9}
    )
    assert calibration.fit_temperature(targets, sharp) == pytest.approx(1 / best.x, rel=1e-6)


def test_an_always_correct_model_gets_the_coldest_temperature_and_an_always_wrong_one_the_hottest():
    right, wrong = make(RANDOM[0], RANDOM[0]), make(RANDOM[0], (RANDOM[0] + 1) % 7)
    assert calibration.fit_temperature(right.targets, right.probabilities) == pytest.approx(COLDEST, rel=1e-9)
    assert calibration.fit_temperature(wrong.targets, wrong.probabilities) == pytest.approx(HOTTEST, rel=1e-9)


@pytest.mark.parametrize("report", CASES.values(), ids=list(CASES))
def test_the_fitted_temperature_never_increases_the_log_loss(report):
    temperature = calibration.fit_temperature(report.targets, report.probabilities)
    assert COLDEST <= temperature <= HOTTEST
    assert report.at_temperature(temperature).log_loss <= report.log_loss + 1e-7  # float32


def test_a_temperature_divides_the_logits():
    logits = np.random.default_rng(0).normal(0, 5, (50, 7))
    probabilities = special.softmax(logits, axis=1)
    for temperature in (0.1, 0.9, 1.0, 3.0):
        expected = special.softmax(logits / temperature, axis=1)
        np.testing.assert_allclose(at_temperature(probabilities, temperature), expected, atol=1e-12)


@pytest.mark.parametrize("temperature", [COLDEST, 0.5, 1.0, HOTTEST])
def test_zero_probabilities_stay_valid(temperature):
    sure = np.array([[1, 0, 0, 0, 0, 0, 0], [0.5, 0.5, 1e-45, 0, 0, 0, 0]], np.float32)
    found = at_temperature(sure, temperature)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)
    if temperature == 1:
        np.testing.assert_allclose(found, sure, atol=1e-12)
    assert COLDEST <= calibration.fit_temperature(np.array([1, 6]), sure) <= HOTTEST


@pytest.mark.parametrize("decimals", [1, 9], ids=["ties", "hardly any ties"])
@pytest.mark.parametrize("n", [1, 2, 300])
def test_the_coverage_curve_matches_counting(n, decimals):
    confidence, right = calibrated(n)
    confidence = confidence.round(decimals)
    threshold, coverage, accuracy = calibration.coverage_curve(confidence, right)
    assert threshold.tolist() == sorted(set(confidence), reverse=True)
    given = [confidence >= least for least in threshold]
    np.testing.assert_allclose(coverage, [chosen.mean() for chosen in given], atol=1e-12)
    np.testing.assert_allclose(accuracy, [right[chosen].mean() for chosen in given], atol=1e-12)
    assert coverage[-1] == 1 and accuracy[-1] == pytest.approx(right.mean())


@pytest.mark.parametrize("scale", [1, 50, 1e4])
def test_the_softmax_matches_scipy(scale):
    logits = np.random.default_rng(0).normal(0, scale, (20, 7)).astype(np.float32)
    found = softmax(logits)
    np.testing.assert_allclose(found, special.softmax(logits.astype(np.float64), axis=1), atol=1e-12)
    assert found.dtype == np.float64 and softmax(logits[:0]).shape == (0, 7)
