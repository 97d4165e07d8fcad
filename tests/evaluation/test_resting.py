"""A resting face counted as neutral."""

import numpy as np
import pytest

from fer.errors import FerError
from fer.evaluation import resting
from fer.evaluation.report import Report
from fer.inference.probabilities import log_probabilities, softmax

LABELS = ("happy", "sad", "neutral")


def report(labels=LABELS) -> Report:
    answers = np.array([[0.8, 0.1, 0.1], [0.1, 0.2, 0.7], [0.2, 0.2, 0.6]], np.float32)
    return Report("", "set", "val", False, labels, np.arange(3), np.array([0, 2, 2]), answers, np.zeros(3, bool), "")


def test_a_resting_face_read_as_sad_becomes_what_neutral_faces_usually_get():
    usual = resting.usual(report())
    person = np.array([[0.1, 0.5, 0.4], [0.1, 0.6, 0.3]])
    shifted = softmax(log_probabilities(person) + resting.shift(usual, person, LABELS))
    assert (shifted.argmax(axis=1) == 2).all()
    average = np.array([[0.1, 0.2, 0.7], [0.2, 0.2, 0.6]])
    assert resting.shift(usual, average, LABELS) == pytest.approx(np.zeros(3), abs=1e-6)


def test_a_smile_is_no_resting_face():
    with pytest.raises(FerError, match="read as happy"):
        resting.shift(resting.usual(report()), np.array([[0.98, 0.01, 0.01]]), LABELS)


def test_a_model_that_does_not_know_neutral_faces_says_so():
    with pytest.raises(FerError, match="knows neutral faces"):
        resting.usual(report(("happy", "sad", "asleep")))
