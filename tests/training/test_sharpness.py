"""Sharpness-aware minimisation against the paper's two lines of algebra in NumPy."""

import keras
import numpy as np
import pytest

from fer.runs.config import TrainConfig
from fer.training.sharpness import stepper

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(size=(32, 5)).astype(np.float32)
TARGETS = np.eye(3, dtype=np.float32)[RANDOM.integers(0, 3, 32)]


def softmax_regression(*layers, weight_decay: float = 0.0) -> keras.Model:
    keras.utils.set_random_seed(1)
    penalty = keras.regularizers.L2(weight_decay) if weight_decay else None
    inputs = outputs = keras.Input((5,))
    for layer in (*layers, keras.layers.Dense(3, kernel_regularizer=penalty)):
        outputs = layer(outputs)
    network = keras.Model(inputs, outputs)
    network.compile(
        optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.CategoricalAccuracy(), keras.metrics.CategoricalCrossentropy(from_logits=True)],
        jit_compile=False,
    )
    return network


def gradients(kernel, bias, sample_weight, weight_decay):
    logits = FEATURES @ kernel + bias
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    errors = sample_weight[:, None] * (powers / powers.sum(axis=1, keepdims=True) - TARGETS) / len(FEATURES)
    return [FEATURES.T @ errors + 2 * weight_decay * kernel, errors.sum(axis=0)]


@pytest.mark.parametrize(("radius", "weight_decay"), [(0.05, 0.0), (0.5, 0.01)])
def test_the_weights_are_those_of_the_papers_algorithm(radius, weight_decay):
    network = softmax_regression(weight_decay=weight_decay)
    weights = [np.array(weight, np.float64) for weight in network.get_weights()]
    momentum = [np.zeros_like(weight) for weight in weights]
    sample_weight = RANDOM.uniform(0.5, 2, len(FEATURES)).astype(np.float32)
    step = stepper(network, TrainConfig(sam=radius))
    for _ in range(5):
        step(FEATURES, TARGETS, sample_weight=sample_weight)
        uphill = gradients(*weights, sample_weight, weight_decay)
        length = np.sqrt(sum((part**2).sum() for part in uphill))
        worst = [weight + radius * part / length for weight, part in zip(weights, uphill, strict=True)]
        for i, part in enumerate(gradients(*worst, sample_weight, weight_decay)):
            momentum[i] = 0.9 * momentum[i] - 0.1 * part
            weights[i] += 0.9 * momentum[i] - 0.1 * part  # Nesterov
    for ours, expected in zip(network.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, expected, atol=2e-6)


def test_a_radius_of_almost_nothing_is_plain_training():
    plain, sharp = softmax_regression(), softmax_regression()
    step = stepper(sharp, TrainConfig(sam=1e-6))
    for _ in range(3):
        logs = plain.train_on_batch(FEATURES, TARGETS)
        np.testing.assert_allclose(step(FEATURES, TARGETS), logs, rtol=1e-4)
    for ours, theirs in zip(sharp.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_batch_statistics_are_those_of_one_pass_at_the_usual_weights():
    plain, sharp = (softmax_regression(keras.layers.Dense(4), keras.layers.BatchNormalization()) for _ in range(2))
    plain.train_on_batch(FEATURES, TARGETS)
    stepper(sharp, TrainConfig(sam=1.0))(FEATURES, TARGETS)
    for ours, theirs in zip(sharp.non_trainable_weights, plain.non_trainable_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_frozen_weights_stay_and_the_radius_counts_the_others_alone():
    network = softmax_regression(keras.layers.Dense(4, name="frozen"))
    network.get_layer("frozen").trainable = False
    network.compile(network.optimizer, network.loss, metrics=[keras.metrics.CategoricalAccuracy()])
    before = network.get_layer("frozen").get_weights()
    step = stepper(network, TrainConfig(sam=0.3))
    step(FEATURES, TARGETS)
    assert all((a == b).all() for a, b in zip(before, network.get_layer("frozen").get_weights(), strict=True))
    climbed = [keras.ops.convert_to_numpy(part) for part in step.__self__.ascent.steps]
    assert np.sqrt(sum((part**2).sum() for part in climbed)) == pytest.approx(0.3, rel=1e-5)


def test_without_a_radius_it_is_keras_own_step():
    network = softmax_regression()
    assert stepper(network, TrainConfig()) == network.train_on_batch
