"""Every metric against scikit-learn and SciPy, on random and degenerate predictions."""

from functools import partial

import numpy as np
import pytest
from helpers.made_reports import CASES
from scipy import stats
from sklearn import metrics as oracle

from fer.evaluation import metrics

close = partial(np.testing.assert_allclose, rtol=0, atol=1e-9)
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.UndefinedMetricWarning",
    "ignore:y_pred contains classes not in y_true",
    "ignore:The y_prob values do not sum to one",  # float32 only nearly does
    "ignore:A single label was found",
)


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def answers(request) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets, predicted classes, and probabilities in the oracle's precision."""
    report = request.param
    return report.targets, report.predictions, report.probabilities.astype(np.float64)


def test_the_confusion_matrix_matches_scikit_learn(answers):
    targets, predictions, _ = answers
    expected = oracle.confusion_matrix(targets, predictions, labels=range(7))
    assert (metrics.confusion(targets, predictions, 7) == expected).all()


def test_precision_recall_f1_and_support_match_scikit_learn(answers):
    targets, predictions, _ = answers
    expected = oracle.precision_recall_fscore_support(targets, predictions, labels=range(7), zero_division=0)
    found = metrics.per_class(metrics.confusion(targets, predictions, 7))
    for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        close(found[name], values, err_msg=name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accuracy", oracle.accuracy_score),
        ("macro_f1", partial(oracle.f1_score, average="macro", zero_division=0)),
        ("balanced_accuracy", oracle.balanced_accuracy_score),
    ],
)
def test_averaged_metrics_match_scikit_learn(name, expected, answers):
    targets, predictions, _ = answers
    close(getattr(metrics, name)(metrics.confusion(targets, predictions, 7)), expected(targets, predictions))


def test_stacked_matrices_give_the_metrics_of_each():
    matrices = [report.confusion for report in CASES.values()]
    for figure in (metrics.accuracy, metrics.macro_f1, metrics.balanced_accuracy):
        close(figure(np.stack(matrices)), [figure(matrix) for matrix in matrices])
    found, expected = metrics.per_class(np.stack(matrices)), [metrics.per_class(matrix) for matrix in matrices]
    for name in found:
        close(found[name], [one[name] for one in expected])


def test_the_log_loss_matches_scikit_learn(answers):
    targets, _, probabilities = answers
    close(metrics.losses(targets, probabilities).mean(), oracle.log_loss(targets, probabilities, labels=range(7)))


def test_the_loss_of_a_zero_probability_is_large_and_finite():
    targets, sure = np.array([1, 0]), np.eye(7)[[0, 0]]
    close(metrics.losses(targets, sure).mean(), oracle.log_loss(targets, sure, labels=range(7)))
    assert metrics.losses(targets, sure.astype(np.float32)).tolist() == metrics.losses(targets, sure).tolist()


def rankings(answers):
    """(truth, scores) of each class: unchanged, in float32, with many ties, and constant."""
    targets, _, probabilities = answers
    for label in range(7):
        scores = probabilities[:, label]
        for variant in (scores, scores.astype(np.float32), scores.round(1), np.zeros_like(scores)):
            yield targets == label, variant


def test_the_roc_curve_and_its_area_match_scikit_learn(answers):
    for truth, scores in rankings(answers):
        false, true, _ = oracle.roc_curve(truth, scores, drop_intermediate=False, pos_label=True)
        close(np.stack(metrics.roc(truth, scores)), np.stack([false, true]))
        expected = oracle.roc_auc_score(truth, scores)
        close(metrics.roc_area(truth, scores), expected)
        assert np.isnan(expected) == (len(set(truth)) == 1)


def test_precision_recall_and_average_precision_match_scikit_learn(answers):
    for truth, scores in rankings(answers):
        found, area = np.stack(metrics.precision_recall(truth, scores)), metrics.average_precision(truth, scores)
        if truth.any():
            precision, recall, _ = oracle.precision_recall_curve(truth, scores, pos_label=True)
            close(found, np.stack([precision, recall])[:, -2::-1])  # its last point has no predicted positives
            close(area, oracle.average_precision_score(truth, scores, pos_label=True))
        else:
            assert np.isnan(area) and np.isnan(found[1]).all() and not found[0].any()


@pytest.mark.parametrize(
    ("right", "n"), [(0, 1), (1, 1), (0, 7178), (7178, 7178), (1, 2), (4700, 7178), (1, 10**6), (999_999, 10**6)]
)
def test_the_wilson_interval_matches_scipy(right, n):
    expected = stats.binomtest(right, n).proportion_ci(method="wilson")
    close(metrics.wilson(right, n), (expected.low, expected.high))


def test_without_trials_the_wilson_interval_is_everything():
    assert metrics.wilson(0, 0) == (0, 1)


@pytest.mark.parametrize("n", [2, 3, 1000])
def test_the_interval_of_a_mean_matches_scipy_but_is_never_negative(n):
    values = np.random.default_rng(n).exponential(size=n)
    expected = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    close(metrics.mean_interval(values), np.maximum(expected, 0))


def test_the_interval_of_a_single_value_has_zero_width():
    assert metrics.mean_interval(np.array([0.25])) == (0.25, 0.25)


def test_a_resampled_table_keeps_its_total_and_its_empty_cells():
    counts = np.array([[30, 0, 5], [1, 64, 0]])
    tables = metrics.resampled(counts)
    assert tables.shape == (metrics.RESAMPLES, 2, 3) and (tables.sum(axis=(1, 2)) == 100).all()
    assert not tables[:, counts == 0].any() and len(np.unique(tables, axis=0)) > 100
    np.testing.assert_allclose(tables.mean(axis=0), counts, atol=0.5)
    assert (metrics.resampled(counts) == tables).all() and (metrics.resampled(counts, seed=1) != tables).any()


@pytest.mark.parametrize("right", [1800, 2500, 3400])
def test_the_bootstrap_interval_of_an_accuracy_is_close_to_the_wilson_interval(right):
    counts = np.array([[right // 2, 3589 - right], [0, right - right // 2]])
    found = metrics.percentiles(metrics.accuracy(metrics.resampled(counts)))
    np.testing.assert_allclose(found, metrics.wilson(right, 3589), atol=0.002)


def test_percentiles_match_scipy_over_the_first_axis():
    values = np.random.default_rng(0).normal(size=(500, 3))
    expected = [stats.scoreatpercentile(column, (2.5, 97.5)) for column in values.T]
    close(np.stack(metrics.percentiles(values), axis=1), expected)
