"""Learning rate, class weights and optimizer of a TrainConfig."""

import math

import keras
import numpy as np

from fer.data.dataset import Split
from fer.runs.config import TrainConfig


def learning_rate(config: TrainConfig, epoch: float) -> float:
    """The rate at a (fractional) epoch: linear warmup, then cosine decay to 0 (arXiv 1608.03983) or constant."""
    if epoch < config.warmup_epochs:
        return config.learning_rate * min(max(epoch, 0.01) / config.warmup_epochs, 1)
    if config.schedule == "plateau":
        return config.learning_rate
    done = (epoch - config.warmup_epochs) / max(config.epochs - config.warmup_epochs, 1e-9)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * min(done, 1)))


def class_weights(split: Split) -> np.ndarray:
    """float32 (C,): inverse frequencies, so that all classes have equal total weight; 0 for a class without images."""
    counts = split.counts
    present = counts > 0
    return np.where(present, len(split) / np.maximum(counts, 1) / present.sum(), 0).astype(np.float32)


def optimizer(config: TrainConfig) -> keras.Optimizer:
    """AdamW has decoupled weight decay, on kernels only; SGD's is in the network (`networks.training_copy`)."""
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(config.learning_rate, momentum=0.9, nesterov=True)
    adamw = keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    adamw.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return adamw
