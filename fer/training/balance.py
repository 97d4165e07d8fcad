"""Rare classes: how often their images are drawn, and what the loss knows of class frequencies."""

import keras
import numpy as np
from keras import ops

from fer.data.dataset import Split
from fer.runs.config import TrainConfig
from fer.training.schedule import class_weights


def epoch_order(split: Split, config: TrainConfig, random: np.random.Generator) -> np.ndarray:
    """int64 (N,): the images of an epoch in random order: each once, or with oversampling as often as `draw_rates`
    says, rounded up or down at random."""
    order = random.permutation(len(split))
    if not config.oversample:
        return order
    apart = random.spawn(1)[0]
    by_class = order[np.argsort(split.labels[order], kind="stable")]
    ends = np.cumsum(draw_rates(split, config.oversample)[by_class])
    points = (np.arange(len(order)) + apart.random()) * ends[-1] / len(order)  # systematic sampling: evenly spaced
    return apart.permutation(by_class[np.searchsorted(ends, points, side="right")])


def draw_rates(split: Split, exponent: float) -> np.ndarray:
    """float64 (N,): how often each image is drawn in an epoch on average: 1 / class frequency to the power of
    `exponent`, scaled to a mean of 1."""
    rates = split.counts[split.labels] ** -float(exponent)
    return rates / rates.mean()


def smoothed(targets: np.ndarray, config: TrainConfig) -> np.ndarray:
    """Targets (..., C) after label smoothing."""
    return targets * (1 - config.label_smoothing) + config.label_smoothing / targets.shape[-1]


def mean_target(split: Split, config: TrainConfig, *, weighted: bool = False) -> np.ndarray:
    """float64 (C,): the mean training target, as drawn and smoothed.

    Args:
        weighted: each target counts as class weights make it count in the loss.
    """
    rates = draw_rates(split, config.oversample)
    if weighted:
        rates = rates * (split.targets @ class_weights(split))
    return smoothed(rates @ split.targets / rates.sum(), config)


def logit_offsets(split: Split, config: TrainConfig) -> np.ndarray | None:
    """float32 (C,) to add to the logits in the loss: `logit_adjustment` times the log of the mean training target;
    None if it is off. 0 for a class that no target names."""
    if not config.logit_adjustment:
        return None
    prior = mean_target(split, config)
    return (config.logit_adjustment * np.log(np.where(split.targets.any(axis=0), prior, 1))).astype(np.float32)


class AdjustedCrossentropy(keras.losses.Loss):
    """Cross-entropy of logits plus offsets (logit-adjusted loss, arXiv 2007.07314)."""

    def __init__(self, offsets: np.ndarray):
        super().__init__(name="adjusted_crossentropy")
        self.offsets = offsets

    def call(self, y_true, y_pred):
        offsets = ops.convert_to_tensor(self.offsets, dtype=y_pred.dtype)
        return ops.categorical_crossentropy(y_true, y_pred + offsets, from_logits=True)
