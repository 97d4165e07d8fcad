"""Heads taught on recordings, against scikit-learn, and how honestly they are judged."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from fer.errors import FerError
from fer.teaching.lesson import PENALTY, Recordings, fit, teach

LABELS = ("smile", "frown", "asleep")


def recordings(takes: int = 4, faces: int = 20, *, apart: float = 3.0, drift: float = 0.0, seed: int = 0):
    """Takes of three classes with 40 features: classes lie apart, and the takes of a class drift."""
    make = np.random.default_rng(seed)
    centres = apart * make.normal(size=(3, 40))
    features, classes, numbers = [], [], []
    for take in range(3 * takes):
        centre = centres[take % 3] + drift * make.normal(size=40)
        features.append(centre + make.normal(size=(faces, 40)))
        classes += [take % 3] * faces
        numbers += [take] * faces
    return Recordings(LABELS, np.concatenate(features).astype(np.float32), np.array(classes), np.array(numbers))


def test_the_head_is_scikit_learns_logistic_regression():
    given = recordings(apart=0.3)
    kernel, bias = fit(given.features, given.classes, 3)
    x = (given.features - given.features.mean(0)) / given.features.std(0)
    oracle = LogisticRegression(C=1 / (PENALTY * len(x)), tol=1e-8, max_iter=2000).fit(x, given.classes)
    logits = given.features @ kernel.T + bias
    expected = oracle.decision_function(x)
    centred = logits - logits.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(centred, expected - expected.mean(axis=1, keepdims=True), atol=0.02)


def test_classes_that_lie_apart_are_told_apart_and_the_interval_counts_takes():
    lesson = teach(recordings(takes=4))
    assert lesson.judgement and lesson.judgement.accuracy == 1
    low, high = lesson.judgement.interval
    assert lesson.judgement.takes == 12 and 0.74 < low < 0.76 and high == 1
    assert lesson.judgement.confusion.tolist() == [[80, 0, 0], [0, 80, 0], [0, 0, 80]]


def test_what_only_tells_takes_apart_is_no_accuracy():
    """Only frames of the same take are alike here: apart from it, a frame is answered rightly, a whole take is not."""
    given = recordings(takes=4, apart=0.0, drift=3.0)
    lesson = teach(given)
    assert lesson.judgement and lesson.judgement.accuracy < 0.65
    shuffled = Recordings(LABELS, given.features, given.classes, np.arange(len(given.classes)))
    assert teach(shuffled).judgement.accuracy > 0.95


def test_a_class_with_a_single_take_is_taught_but_nothing_is_judged():
    given = recordings(takes=2)
    lesson = teach(Recordings(LABELS, given.features, given.classes, np.where(given.classes == 1, 1, given.takes)))
    assert lesson.judgement is None and lesson.unjudged == ("frown",)


def test_a_class_with_more_faces_weighs_no_more():
    given = recordings(apart=0.5)
    rows = np.flatnonzero((given.classes != 0) | (np.arange(len(given.classes)) % 10 == 0))
    few = Recordings(LABELS, given.features[rows], given.classes[rows], given.takes[rows])
    kernel, bias = fit(few.features, few.classes, 3)
    answers = (given.features @ kernel.T + bias).argmax(axis=1)
    assert (answers[given.classes == 0] == 0).mean() > 0.7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ("smile", "Smile", "x")}, "Two classes have the same name"),
        ({"labels": tuple(f"class {i}" for i in range(11))}, "At most 10 classes are allowed, got 11"),
        ({"classes": np.full(240, 7)}, "Classes must be 0 to 2"),
        ({"classes": np.zeros(240, np.int64)}, "frown, asleep: record at least 3 faces"),
        ({"features": np.full((240, 40), np.nan, np.float32)}, "must be finite"),
        ({"takes": np.zeros(3, np.int64)}, "a class and a take"),
    ],
)
def test_recordings_that_make_no_sense_are_refused(change, message):
    given = recordings()
    values = {"labels": LABELS, "features": given.features, "classes": given.classes, "takes": given.takes} | change
    with pytest.raises(FerError, match=message):
        Recordings(**values)
