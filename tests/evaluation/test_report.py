"""A report's metrics against their oracles, its JSON round trip, and the damaged files it refuses."""

import json
from dataclasses import replace

import numpy as np
import pytest
from helpers.made_reports import CASES, RANDOM, make
from scipy.stats import binomtest
from sklearn import metrics

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation.numbers import with_interval
from fer.evaluation.report import Report
from fer.runs.card import Score, way
from fer.system.records import from_json, to_json


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def report(request) -> Report:
    return request.param


def wilsons(right: int, n: int) -> tuple[float, float]:
    """SciPy's interval; (0, 1) without trials."""
    return tuple(binomtest(int(right), int(n)).proportion_ci(method="wilson")) if n else (0.0, 1.0)


@pytest.mark.filterwarnings("ignore:y_pred contains classes", "ignore:A single label was", "ignore:The y_prob values")
def test_the_metrics_match_scikit_learn(report):
    pair = report.targets, report.predictions
    assert report.accuracy == pytest.approx(metrics.accuracy_score(*pair), abs=1e-9)
    assert report.macro_f1 == pytest.approx(metrics.f1_score(*pair, average="macro"), abs=1e-9)
    assert report.balanced_accuracy == pytest.approx(metrics.balanced_accuracy_score(*pair), abs=1e-9)
    loss = metrics.log_loss(report.targets, report.probabilities.astype(np.float64), labels=range(7))
    assert report.log_loss == pytest.approx(loss, abs=1e-9)
    assert (report.confusion == metrics.confusion_matrix(*pair, labels=range(7))).all()
    expected = metrics.precision_recall_fscore_support(*pair, labels=range(7), zero_division=0)
    for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        np.testing.assert_allclose(report.per_class[name], values, atol=1e-9, err_msg=name)


def test_the_interval_matches_scipy_and_contains_the_accuracy(report):
    assert report.interval == pytest.approx(wilsons(report.right.sum(), len(report)), abs=1e-9)
    low, high = report.interval
    assert 0 <= low <= report.accuracy + 1e-12 and report.accuracy - 1e-12 <= high <= 1


def test_precision_and_recall_intervals_match_scipy_and_f1_lies_in_its_own(report):
    intervals, right = report.per_class_intervals, np.diag(report.confusion)
    for name, trials in (("precision", report.confusion.sum(axis=0)), ("recall", report.confusion.sum(axis=1))):
        expected = [wilsons(k, n) for k, n in zip(right, trials, strict=True)]
        np.testing.assert_allclose(intervals[name], expected, atol=1e-9, err_msg=name)
    low, high = intervals["f1"].T
    assert (low >= 0).all() and (low <= report.per_class["f1"]).all()
    assert (report.per_class["f1"] <= high).all() and (high <= 1).all()


def test_every_headline_metric_lies_in_its_interval(report):
    figures = report.headline()
    assert set(figures) == {"accuracy", "balanced_accuracy", "macro_f1", "log_loss", "calibration_error"}
    for name, (value, low, high) in figures.items():
        assert value == getattr(report, name) and 0 <= low <= value + 1e-12 and value - 1e-12 <= high
        assert name == "log_loss" or high <= 1


def test_the_intervals_are_deterministic(report):
    assert replace(report).headline() == report.headline()
    assert (replace(report).per_class_intervals["f1"] == report.per_class_intervals["f1"]).all()


def test_the_score_has_the_headline_metrics_and_survives_json(report):
    score = report.score()
    assert from_json(to_json(score), Score) == score and score.key == f"d-test{'-tta' if report.tta else ''}"
    assert (score.dataset, score.split, score.tta, score.n) == ("d", "test", report.tta, len(report))
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "calibration_error"):
        assert getattr(score, name) == report.headline()[name][0]
    assert score.interval == report.interval and score.leak_free_n == (~report.leaked).sum()
    assert score.has_leaks == (report.leaked.any() and not report.leaked.all())
    occurring = sorted({report.labels[i] for i in report.targets}, key=report.labels.index)
    expected = metrics.recall_score(report.targets, report.predictions, labels=np.unique(report.targets), average=None)
    assert score.recall == pytest.approx(dict(zip(occurring, expected, strict=True))), "only classes that occur"


def test_the_score_has_the_calibration_error_at_a_temperature(report):
    assert report.score().calibrated_error is None
    softer = report.score(2.0)
    assert softer.calibrated_error == report.at_temperature(2.0).calibration_error
    assert replace(softer, calibrated_error=None) == report.score(), "nothing else changes"


def test_json_restores_a_bit_identical_report(report):
    back = Report.from_json(report.to_json())
    for name in ("rows", "targets", "probabilities", "leaked"):
        mine, other = getattr(report, name), getattr(back, name)
        assert mine.dtype == other.dtype and mine.shape == other.shape and mine.tobytes() == other.tobytes()
    for name in ("model", "dataset", "split", "tta", "labels", "fingerprint"):
        assert getattr(back, name) == getattr(report, name)
    assert back.score() == report.score() and back.to_json() == report.to_json()


def test_json_keeps_probabilities_of_every_magnitude_exactly():
    random = np.random.default_rng(0)
    bits = random.integers(0, np.float32(1e-3).view(np.int32), (20_000, 7)).astype(np.int32)  # of any exponent
    probabilities = bits.view(np.float32)
    probabilities[:, 3] = 1 - probabilities.sum(axis=1)
    probabilities[:4, 0] = 0.0, np.finfo(np.float32).smallest_subnormal, np.finfo(np.float32).tiny, 1e-45
    report = make(np.full(len(probabilities), 3), probabilities=probabilities)
    assert ((probabilities > 0) & (probabilities < np.finfo(np.float32).tiny)).sum() > 100, "subnormals are there"
    assert Report.from_json(report.to_json()).probabilities.tobytes() == probabilities.tobytes()


def test_json_keeps_a_prediction_that_wins_by_one_bit():
    close = np.array([[0.4, np.nextafter(np.float32(0.4), np.float32(1)), 0.2, 0, 0, 0, 0]], np.float32)
    report = make([1], probabilities=close)
    assert report.predictions == [1] and Report.from_json(report.to_json()).predictions == [1]


@pytest.mark.parametrize("keep", [np.array([True, False, True, False]), np.array([0, 2])], ids=["mask", "positions"])
def test_a_part_has_only_the_selected_images(keep):
    report = make([0, 1, 2, 3], [0, 0, 2, 0], leaked=[2], tta=True)
    _ = report.confusion  # the cached matrix of the whole must not leak into the part
    part = report.part(keep)
    assert part.rows.tolist() == [100, 102] and part.leaked.tolist() == [False, True]
    assert part.accuracy == 1 and part.confusion.sum() == 2 and part.predictions.tolist() == [0, 2]
    assert (part.model, part.tta, part.labels) == (report.model, True, report.labels)


def test_leak_free_excludes_images_with_a_copy_in_training():
    report = make([0, 1, 2, 3], [0, 0, 2, 0], leaked=[0, 3])
    clean = report.leak_free
    assert clean.rows.tolist() == [101, 102] and clean.accuracy == 0.5 and not clean.leaked.any()
    score = report.score()
    assert (score.n, score.leak_free_n) == (4, 2)
    assert score.leak_free_accuracy == 0.5 and score.leak_free_interval == clean.interval
    assert Report.from_json(report.to_json()).leaked.tolist() == [True, False, False, True]


def test_a_report_of_only_leaked_images_has_no_leak_free_metrics():
    score = make([0, 1], [0, 1], leaked=[0, 1]).score()
    assert score.accuracy == 1 and score.leak_free_n == 0
    assert score.leak_free_accuracy is None and score.leak_free_interval is None


@pytest.mark.parametrize("report", CASES.values(), ids=CASES)
def test_another_order_of_classes_changes_no_figure(report):
    alphabetical = tuple(sorted(report.labels))
    turned = report.in_order(alphabetical)
    assert turned.labels == alphabetical and turned.accuracy == report.accuracy
    names, before = np.array(turned.labels)[turned.targets], np.array(report.labels)[report.targets]
    assert (names == before).all()
    assert turned.in_order(report.labels).to_json() == report.to_json()
    with pytest.raises(FerError, match="m predicts angry, disgust"):
        report.in_order(("happy", "not happy"))


def test_a_temperature_changes_confidences_but_no_prediction():
    report = make(RANDOM[0], RANDOM[1])
    cold, hot = report.at_temperature(0.5), report.at_temperature(2)
    assert (cold.predictions == report.predictions).all() and (hot.predictions == report.predictions).all()
    assert (cold.confidence >= report.confidence).all() and (hot.confidence <= report.confidence).all()
    np.testing.assert_allclose(report.at_temperature(1).probabilities, report.probabilities, atol=1e-6)


def test_shares_and_inference_modes_have_fixed_wording():
    assert with_interval(0.70772, 0.6926, 0.7224) == "70.8% (95% interval 69.3% to 72.2%)"
    assert (way(False), way(True)) == ("single pass", "test-time augmentation")


@pytest.mark.parametrize("version", [1, 3, None, "2"])
def test_a_report_in_another_format_is_refused(version):
    plain = json.loads(make([0]).to_json())
    assert plain["format"] == 2
    message = rf"^This report has format {version}; this program reads 2\. Evaluate again\.$"
    with pytest.raises(FerError, match=message):
        Report.from_json(json.dumps(plain | {"format": version}))


def test_a_report_of_the_first_release_is_refused():
    plain = json.loads(make([0]).to_json()) | {"format": 1}
    del plain["tta"]
    with pytest.raises(FerError, match="has format 1; this program reads 2"):
        Report.from_json(json.dumps(plain))


ONE_HOT = [[1, 0, 0, 0, 0, 0, 0]] * 3
DAMAGED = [
    ({"rows": [1]}, r"\(rows must be \(3,\), one per image, got \(1,\)"),
    ({"rows": [1, 2, 2]}, "some occur twice"),
    ({"rows": [1, 2, 3.5]}, "rows must be whole numbers"),
    ({"rows": [1.0, 2.0, 3.0]}, "rows must be whole numbers"),
    ({"rows": ["1", "2", "3"]}, "rows must be whole numbers"),
    ({"rows": [1, 2, None]}, "rows must be whole numbers"),
    ({"rows": [1, 2, 10**30]}, "rows must be whole numbers"),
    ({"rows": [[1], [2], [3]]}, "rows must be whole numbers"),
    ({"rows": [1, 2, -3]}, "rows must be 0 or more, got -3"),
    ({"rows": 1}, "rows must be whole numbers"),
    ({"leaked": [3]}, "leaked must be valid image positions, got 3 to 3"),
    ({"leaked": [-1]}, "leaked must be valid image positions, got -1 to -1"),
    ({"leaked": [0.5]}, "leaked must be whole numbers"),
    ({"leaked": [True, False, False]}, "leaked must be whole numbers"),
    ({"leaked": None}, "leaked must be whole numbers"),
    ({"targets": [0, 1, 7]}, "targets must be 0 to 6, got 0 to 7"),
    ({"targets": [0, 1, -1]}, "targets must be 0 to 6, got -1 to 1"),
    ({"targets": [0, 1]}, r"probabilities must be \(2, 7\), got \(3, 7\)"),
    ({"targets": []}, "has no images"),
    ({"targets": [0, 1, 1e400]}, "JSON is malformed"),
    ({"targets": [0, 1, 1.5]}, "targets must be whole numbers"),
    ({"targets": "abc"}, "targets must be whole numbers"),
    ({"labels": EMOTIONS[:6]}, r"probabilities must be \(3, 6\), got \(3, 7\)"),
    ({"labels": None}, "labels must be of type list, got None"),
    ({"labels": "surpris"}, "labels must be of type list, got 'surpris'"),
    ({"labels": [*EMOTIONS[:6], "angry"]}, "labels must be unique, non-empty names"),
    ({"labels": [*EMOTIONS[:6], ""]}, "labels must be unique, non-empty names"),
    ({"labels": [*EMOTIONS[:6], 6]}, "labels must be unique, non-empty names"),
    ({"labels": [*EMOTIONS[:6], ["neutral"]]}, ""),
    ({"probabilities": [[1, 0]] * 3}, r"got \(3, 2\)"),
    ({"probabilities": [[float("nan")] * 7] * 3}, "JSON is malformed"),
    ({"probabilities": [[0.5] * 7] * 3}, "probabilities must be 0 or more and sum to 1"),
    ({"probabilities": [[1.5, -0.5, 0, 0, 0, 0, 0]] * 3}, "probabilities must be 0 or more and sum to 1"),
    ({"probabilities": [[None] * 7, *ONE_HOT[:2]]}, "probabilities must be 0 or more and sum to 1"),
    ({"probabilities": [[1], [1, 2], []]}, ""),
    ({"probabilities": [["x"] * 7] * 3}, ""),
    ({"probabilities": None}, r"probabilities must be \(3, 7\), got \(\)"),
    ({"model": 3}, "model must be of type str, got 3"),
    ({"dataset": ["d"]}, "dataset must be of type str"),
    ({"split": None}, "split must be of type str, got None"),
    ({"tta": "no"}, "tta must be of type bool, got 'no'"),
    ({"tta": 1}, "tta must be of type bool, got 1"),
    ({"fingerprint": 7}, "fingerprint must be of type str, got 7"),
    ({"surplus": 1}, "surplus"),
]


@pytest.mark.parametrize(("changes", "message"), DAMAGED, ids=[json.dumps(changes)[:60] for changes, _ in DAMAGED])
def test_a_report_with_damaged_content_is_refused(changes, message):
    plain = json.loads(make([0, 1, 2]).to_json())
    with pytest.raises(FerError, match=rf"^The stored report is damaged .*{message}.*Evaluate again\.$"):
        Report.from_json(json.dumps(plain | changes))


@pytest.mark.parametrize("name", json.loads(CASES["all correct"].to_json()))
def test_a_report_with_a_missing_field_is_refused(name):
    plain = json.loads(make([0, 1, 2]).to_json())
    del plain[name]
    with pytest.raises(FerError, match=f"damaged .*{name}"):
        Report.from_json(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"text"', "{}", make([0]).to_json()[:-20]])
def test_text_that_is_not_a_report_is_refused(text):
    with pytest.raises(FerError, match="damaged"):
        Report.from_json(text)


def test_a_report_without_images_is_refused():
    with pytest.raises(FerError, match="test split of d has no images to evaluate"):
        make([])
