"""Rare classes: drawn as often as asked, and a loss that knows how rare they are."""

import numpy as np
import pytest
from keras import ops
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from fer.data.dataset import Dataset, Split
from fer.runs.config import TrainConfig
from fer.training.balance import AdjustedCrossentropy, draw_rates, epoch_order, logit_offsets
from fer.training.make_card import prior

COUNTS = np.array([400, 40, 250, 700, 0, 110])


def split_of(counts: np.ndarray) -> Split:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    targets = np.eye(len(counts), dtype=np.float32)[labels]
    return Split(np.zeros((len(labels), 48, 48), np.uint8), targets, labels, labels, labels > 99)


SPLIT = split_of(COUNTS)


def drawn(oversample: float, seed: int = 0) -> np.ndarray:
    return epoch_order(SPLIT, TrainConfig(oversample=oversample), np.random.default_rng(seed))


def test_without_oversampling_every_image_is_drawn_once_in_the_order_of_older_runs():
    assert (drawn(0) == np.random.default_rng(0).permutation(len(SPLIT))).all()


@pytest.mark.parametrize("exponent", [0.3, 0.5, 1.0])
def test_classes_are_drawn_in_the_asked_proportion_and_their_images_evenly(exponent):
    order = drawn(exponent)
    expected = np.where(COUNTS, np.maximum(COUNTS, 1) ** (1 - exponent), 0)
    expected = expected / expected.sum() * len(SPLIT)
    assert len(order) == len(SPLIT)
    assert np.abs(np.bincount(SPLIT.labels[order], minlength=6) - expected).max() <= 1
    times = np.bincount(order, minlength=len(SPLIT))
    assert all(np.ptp(times[SPLIT.labels == label]) <= 1 for label in np.flatnonzero(COUNTS))


def test_copies_of_an_image_are_scattered_over_the_epoch():
    order = drawn(1.0)
    halves = [np.bincount(SPLIT.labels[half], minlength=6) for half in np.split(order, 2)]
    assert np.abs(halves[0] - halves[1]).max() < 80 and len(set(order[:96])) > 70


def test_the_order_depends_on_the_seed_alone_and_later_random_numbers_not_on_oversampling():
    assert (drawn(0.5) == drawn(0.5)).all() and (drawn(0.5) != drawn(0.5, seed=1)).any()
    plain, balanced = np.random.default_rng(0), np.random.default_rng(0)
    epoch_order(SPLIT, TrainConfig(), plain), epoch_order(SPLIT, TrainConfig(oversample=1.0), balanced)
    assert plain.random() == balanced.random()


def test_offsets_are_the_logs_of_frequencies():
    assert logit_offsets(SPLIT, TrainConfig()) is None
    config = {"logit_adjustment": 0.5, "label_smoothing": 0.0}
    frequencies = np.bincount(SPLIT.labels, minlength=6) / len(SPLIT)
    expected = [0.5 * np.log(share) if share else 0 for share in frequencies]
    np.testing.assert_allclose(logit_offsets(SPLIT, TrainConfig(**config)), expected, rtol=1e-5)
    smoothed = logit_offsets(SPLIT, TrainConfig(**config | {"label_smoothing": 0.3}))
    expected = np.where(frequencies > 0, 0.5 * np.log(0.7 * frequencies + 0.05), 0)
    np.testing.assert_allclose(smoothed, expected, rtol=1e-5)


def test_offsets_of_classes_that_are_drawn_equally_often_are_equal():
    offsets = logit_offsets(SPLIT, TrainConfig(logit_adjustment=1.0, oversample=1.0, label_smoothing=0.0))
    np.testing.assert_allclose(offsets[COUNTS > 0], np.log(1 / 5), rtol=1e-5)
    assert draw_rates(SPLIT, 1.0).mean() == pytest.approx(1)


def test_the_prior_on_the_card_is_what_the_loss_left_to_the_network():
    there = COUNTS[COUNTS > 0]
    split = split_of(there)
    dataset = Dataset("small", tuple("abcde"), split, split, split, "", "npz", (), "")
    shares = 0.9 * there / len(split) + 0.1 / 5
    np.testing.assert_allclose(prior(dataset, TrainConfig()), shares, atol=1e-6)
    np.testing.assert_allclose(prior(dataset, TrainConfig(logit_adjustment=1.0)), 1 / 5, atol=1e-6)
    half = np.sqrt(shares) / np.sqrt(shares).sum()
    np.testing.assert_allclose(prior(dataset, TrainConfig(logit_adjustment=0.5)), half, atol=1e-6)
    np.testing.assert_allclose(prior(dataset, TrainConfig(class_weights=True)), 1 / 5, atol=1e-6)
    both = 1 / shares / (1 / shares).sum()
    np.testing.assert_allclose(prior(dataset, TrainConfig(class_weights=True, logit_adjustment=1.0)), both, atol=1e-6)


def test_there_is_no_prior_where_a_class_has_no_image():
    dataset = Dataset("small", tuple("abcdef"), SPLIT, SPLIT, SPLIT, "", "npz", (), "")
    assert prior(dataset, TrainConfig()) == () == prior(dataset, TrainConfig(label_smoothing=0.0))


def test_the_loss_is_scikit_learns_of_adjusted_probabilities():
    random = np.random.default_rng(0)
    logits, labels = random.normal(0, 2, (300, 6)).astype(np.float32), random.integers(0, 6, 300)
    offsets = random.normal(0, 1, 6).astype(np.float32)
    powers = np.exp((logits + offsets).astype(np.float64))
    loss = ops.convert_to_numpy(AdjustedCrossentropy(offsets)(np.eye(6, dtype=np.float32)[labels], logits))
    assert loss == pytest.approx(log_loss(labels, powers / powers.sum(axis=1, keepdims=True)), rel=1e-5)


def test_an_adjusted_model_answers_as_one_of_equally_frequent_classes():
    """Two overlapping classes, one ten times as frequent: logistic regression, offsets subtracted, against one that is
    fitted with balanced weights."""
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1], [20_000, 2_000])
    features = random.normal(labels, 1)[:, None]
    counted = split_of(np.array([20_000, 2_000]))
    offsets = logit_offsets(counted, TrainConfig(logit_adjustment=1.0, label_smoothing=0.0))
    plain = LogisticRegression(C=1e6).fit(features, labels)  # its logit is the network's raw output plus the offsets
    raw = plain.decision_function(features) - (offsets[1] - offsets[0])
    balanced = LogisticRegression(C=1e6, class_weight="balanced").fit(features, labels)
    assert np.mean((raw > 0) == balanced.predict(features)) > 0.98
