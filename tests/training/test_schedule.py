"""The numbers that a recipe means: rates, weights of classes, and how a network is judged."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from fer.data.dataset import Split
from fer.runs.config import TrainConfig
from fer.training.schedule import class_weights, learning_rate
from fer.training.validation import judged_by, predict

COSINE = TrainConfig(epochs=10, warmup_epochs=2, learning_rate=0.1)


@pytest.mark.parametrize(
    ("config", "epoch", "rate"),
    [
        (COSINE, 0, 0.0005),
        (COSINE, 1, 0.05),
        (COSINE, 2, 0.1),
        (COSINE, 6, 0.05),
        (COSINE, 10, 0.0),
        (COSINE, 11, 0.0),
        (replace(COSINE, schedule="plateau"), 1, 0.05),
        (replace(COSINE, schedule="plateau"), 9.9, 0.1),
        (replace(COSINE, warmup_epochs=0), 0, 0.1),
        (replace(COSINE, warmup_epochs=20), 10, 0.05),
        (replace(COSINE, warmup_epochs=0.001), 0, 0.1),
    ],
)
def test_the_rate_climbs_and_then_falls_or_stays(config, epoch, rate):
    assert learning_rate(config, epoch) == pytest.approx(rate, abs=1e-12)


def test_the_rate_never_rises_again_after_its_climb():
    rates = [learning_rate(COSINE, epoch) for epoch in np.linspace(2, 10, 50)]
    assert (np.diff(rates) <= 0).all() and max(rates) == 0.1


def test_class_weights_are_scikit_learns_balanced_ones():
    from sklearn.utils import compute_class_weight

    labels = np.repeat(np.arange(7), [1, 2, 3, 4, 5, 6, 0])
    split = Split(np.zeros((21, 48, 48), np.uint8), np.eye(7, dtype=np.float32)[labels], labels, labels, labels > 9)
    wanted = compute_class_weight("balanced", classes=np.arange(6), y=labels)
    np.testing.assert_allclose(class_weights(split), [*wanted, 0], rtol=1e-6)


def test_validation_is_scikit_learns():
    random = np.random.default_rng(0)
    logits, labels = random.normal(0, 3, (600, 7)).astype(np.float32), random.integers(0, 7, 600)
    split = Split(np.arange(600).reshape(600, 1, 1), np.eye(7)[labels], labels, labels, labels > 9)

    class Network:
        def predict_on_batch(self, images):
            assert images.shape[1:] == (1, 1, 1) and len(images) <= 256
            return logits[images.ravel()]

    judged, answers = judged_by(predict(Network(), split.images), split.labels), logits.argmax(axis=1)
    powers = np.exp(logits.astype(np.float64))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    assert judged["val_loss"] == pytest.approx(metrics.log_loss(labels, probabilities), rel=1e-6)
    assert judged["val_accuracy"] == pytest.approx(metrics.accuracy_score(labels, answers))
    assert judged["val_confusion"] == metrics.confusion_matrix(labels, answers).tolist()
    assert judged["val_recall"] == pytest.approx(metrics.recall_score(labels, answers, average=None), abs=1e-4)
