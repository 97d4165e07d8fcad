"""Every figure of a report against scikit-learn and SciPy."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from fer.errors import FerError
from fer.labels import EMOTIONS
from fer.report import Report, wilson


def make(targets, answers=None, *, leaked=(), seed: int = 0) -> Report:
    """A report on those classes; `answers` get the highest of random probabilities."""
    targets, random = np.asarray(targets, np.int64), np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(7), len(targets)).astype(np.float32)
    if answers is not None:
        probabilities = probabilities / 2 + np.eye(7, dtype=np.float32)[np.asarray(answers)] / 2
    return Report(
        model="m",
        dataset="d",
        split="test",
        labels=EMOTIONS,
        rows=np.arange(len(targets)) + 100,
        targets=targets,
        probabilities=probabilities,
        leaked=np.isin(np.arange(len(targets)), leaked),
        fingerprint="f" * 64,
    )


RANDOM = np.random.default_rng(1).integers(0, 7, (2, 500))
CASES = {
    "random answers": make(RANDOM[0], RANDOM[1]),
    "mostly right answers": make(RANDOM[0], np.where(np.arange(500) % 3, *RANDOM)),
    "random probabilities": make(RANDOM[0], seed=3),
    "a class is never answered": make(RANDOM[0], RANDOM[1].clip(1)),
    "a class never occurs": make(RANDOM[0].clip(1), RANDOM[1]),
    "a class neither occurs nor is answered": make(RANDOM[0].clip(2), RANDOM[1].clip(2)),
    "one image, right": make([3], [3]),
    "one image, wrong": make([3], [6]),
    "all right": make(RANDOM[0], RANDOM[0]),
    "all wrong": make(RANDOM[0], (RANDOM[0] + 1) % 7),
    "one class only": make([4] * 9, [4] * 9),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def report(request) -> Report:
    return request.param


def test_accuracy_and_confusion_are_scikit_learns(report):
    assert report.accuracy == pytest.approx(metrics.accuracy_score(report.targets, report.predictions), abs=1e-12)
    wanted = metrics.confusion_matrix(report.targets, report.predictions, labels=range(7))
    assert (report.confusion == wanted).all() and report.confusion.sum() == len(report)


def test_precision_recall_f1_and_support_are_scikit_learns(report):
    wanted = metrics.precision_recall_fscore_support(
        report.targets, report.predictions, labels=range(7), zero_division=0
    )
    for name, values in zip(("precision", "recall", "f1", "support"), wanted, strict=True):
        np.testing.assert_allclose(report.per_class[name], values, atol=1e-12, err_msg=name)


def test_macro_f1_is_scikit_learns(report):
    wanted = metrics.f1_score(report.targets, report.predictions, average="macro")
    assert report.macro_f1 == pytest.approx(wanted, abs=1e-12)


def test_the_interval_is_scipys_and_holds_the_accuracy(report):
    right = int((report.targets == report.predictions).sum())
    wanted = binomtest(right, len(report)).proportion_ci(method="wilson")
    assert report.interval == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    low, high = report.interval
    assert 0 <= low <= report.accuracy + 1e-12 and report.accuracy - 1e-12 <= high <= 1


@pytest.mark.parametrize(
    ("right", "n"), [(0, 1), (1, 1), (0, 7178), (7178, 7178), (1, 2), (4700, 7178), (1, 10**6), (999_999, 10**6)]
)
def test_wilsons_interval_is_scipys(right, n):
    wanted = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right, n) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_json_gives_the_same_answers_and_confusion_back(report):
    back = Report.from_json(report.to_json())
    assert (back.predictions == report.predictions).all() and (back.confusion == report.confusion).all()
    for name in ("rows", "targets", "leaked"):
        assert (getattr(back, name) == getattr(report, name)).all()
    np.testing.assert_allclose(back.probabilities, report.probabilities, atol=1e-6)
    assert back.summary() == report.summary()
    assert (back.model, back.dataset, back.split, back.labels, back.fingerprint) == (
        "m",
        "d",
        "test",
        EMOTIONS,
        "f" * 64,
    )


def test_json_keeps_an_answer_that_wins_by_less_than_a_millionth():
    close = np.array([[0.4, np.nextafter(np.float32(0.4), np.float32(1)), 0.2, 0, 0, 0, 0]], np.float32)
    report = replace(make([1]), probabilities=close)
    assert report.predictions == [1] and Report.from_json(report.to_json()).predictions == [1]


def test_leak_free_leaves_out_the_images_with_a_copy_in_training():
    report = make([0, 1, 2, 3], [0, 0, 2, 0], leaked=[0, 3])
    clean = report.leak_free
    assert clean.rows.tolist() == [101, 102] and clean.accuracy == 0.5 and not clean.leaked.any()
    summary = report.summary()
    assert (summary["n"], summary["leak_free_n"]) == (4, 2)
    assert summary["leak_free_accuracy"] == 0.5 and summary["leak_free_interval"] == list(clean.interval)
    assert Report.from_json(report.to_json()).leaked.tolist() == [True, False, False, True]


def test_a_report_of_leaked_images_only_has_no_leak_free_figures():
    summary = make([0, 1], [0, 1], leaked=[0, 1]).summary()
    assert summary["accuracy"] == 1 and summary["leak_free_n"] == 0
    assert summary["leak_free_accuracy"] is None and summary["leak_free_interval"] is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, r"has format 2; this program reads 1\. Evaluate again"),
        ({"format": None}, "has format None"),
        ({"rows": [1]}, r"damaged \(rows must be \(3,\), one for each image, got \(1,\)"),
        ({"leaked": [3]}, "damaged .*out of bounds"),
        ({"leaked": [-1]}, "damaged .*out of bounds"),
        ({"targets": [0, 1, 7]}, "damaged .*targets must be 0 to 6, got 0 to 7"),
        ({"targets": [0, 1, -1]}, "damaged .*targets must be 0 to 6, got -1 to 1"),
        ({"targets": [0, 1]}, r"damaged .*probabilities must be \(2, 7\), got \(3, 7\)"),
        ({"targets": []}, "damaged .*holds no images"),
        ({"targets": [0, 1, 1e400]}, "damaged"),
        ({"targets": "abc"}, "damaged"),
        ({"labels": EMOTIONS[:6]}, r"damaged .*probabilities must be \(3, 6\), got \(3, 7\)"),
        ({"labels": None}, "damaged"),
        ({"probabilities": [[1, 0]] * 3}, r"damaged .*got \(3, 2\)"),
        ({"probabilities": [[float("nan")] * 7] * 3}, "damaged .*must sum to 1"),
        ({"probabilities": [[0.5] * 7] * 3}, "damaged .*must sum to 1"),
        ({"probabilities": [[1], [1, 2], []]}, "damaged"),
        ({"surplus": 1}, "damaged"),
    ],
)
def test_a_report_with_damaged_content_is_refused(changes, message):
    plain = json.loads(make([0, 1, 2]).to_json())
    with pytest.raises(FerError, match=message):
        Report.from_json(json.dumps(plain | changes))


@pytest.mark.parametrize("name", json.loads(CASES["all right"].to_json()))
def test_a_report_that_lacks_a_part_is_refused(name):
    plain = json.loads(make([0, 1, 2]).to_json())
    del plain[name]
    with pytest.raises(FerError, match=f"damaged .*{name}"):
        Report.from_json(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"text"', "{}"])
def test_text_that_is_no_report_is_refused(text):
    with pytest.raises(FerError, match="damaged"):
        Report.from_json(text)


def test_a_report_on_no_images_is_refused():
    with pytest.raises(FerError, match="test split of d holds no images to evaluate"):
        make([])
