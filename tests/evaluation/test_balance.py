"""Answers that are corrected for the class prior of the training data."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fer.evaluation import stored
from fer.evaluation.balance import EXPONENTS, balanced_report, fit_exponent
from fer.inference.classifier import Classifier
from fer.inference.probabilities import balanced
from fer.runs.card import Card
from fer.runs.correction import Correction
from fer.runs.store import RunStore

PRIOR = np.array([0.7, 0.2, 0.1])


def test_a_full_correction_is_bayes_rule_for_equally_frequent_classes():
    random = np.random.default_rng(0)
    likelihood = random.dirichlet(np.ones(3), 50)
    posterior = likelihood * PRIOR / (likelihood * PRIOR).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(balanced(posterior, PRIOR, 1.0), likelihood, atol=1e-9)
    np.testing.assert_allclose(balanced(posterior, PRIOR, 0.0), posterior, atol=1e-9)


def test_the_exponent_is_the_largest_that_costs_no_more_than_allowed():
    report = stored.report(RunStore()["vgg_small"], "fer2013", "val")
    prior = np.bincount(report.targets, minlength=7) / len(report)
    accuracy = {e: (balanced(report.probabilities, prior, e).argmax(1) == report.targets).mean() for e in EXPONENTS}
    exponent = fit_exponent(report.targets, report.probabilities, prior)
    assert accuracy[exponent] >= accuracy[0.0] - 0.001
    assert all(accuracy[later] < accuracy[0.0] - 0.001 for later in EXPONENTS if later > exponent)
    assert balanced_report(report, prior, exponent).balanced_accuracy > report.balanced_accuracy


def test_a_correction_that_costs_nothing_at_all_is_made_in_full():
    labels = np.arange(3).repeat(5)
    assert fit_exponent(labels, np.eye(3)[labels] * 0.9 + 0.03, PRIOR) == 1.0


@pytest.mark.parametrize("tta", [False, True])
def test_the_classifier_corrects_before_the_temperature(tta, monkeypatch):
    classifier = Classifier(RunStore()["mini_xception"])
    images = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    raw = classifier.probabilities(images, tta=tta)
    prior = (0.1, 0.02, 0.1, 0.3, 0.2, 0.1, 0.18)
    plain = json.loads(classifier.run.card.to_json())
    both = Correction(0.5, 2.0, 0.4)
    card = Card.from_json(json.dumps({**plain, "prior": prior}))
    monkeypatch.setattr(type(classifier.run), "card", replace(card, balanced=both, balanced_tta=both))
    expected = balanced(raw, np.array(prior), 0.5)
    np.testing.assert_allclose(classifier.probabilities(images, tta=tta, balance=True), expected, atol=1e-6)
    powers = expected**0.5
    calibrated = classifier.probabilities(images, tta=tta, balance=True, calibrated=True)
    np.testing.assert_allclose(calibrated, powers / powers.sum(axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(classifier.probabilities(images, tta=tta), raw, atol=1e-6)


def test_a_card_without_a_prior_corrects_nothing():
    card = RunStore()["mini_xception"].card
    assert Card(card.labels, "x", 1, card.data).correction() == Correction()


@pytest.mark.parametrize("prior", [[0.5, 0.5], [0.0] + [1 / 6] * 6])
def test_a_prior_that_does_not_fit_the_classes_is_refused(prior):
    plain = json.loads(RunStore()["mini_xception"].card.to_json())
    with pytest.raises(ValueError, match="prior must have a positive share"):
        Card.from_json(json.dumps({**plain, "prior": prior}))
