"""Sharpness-aware minimisation (SAM, arXiv 2010.01412), on every Keras backend.

A step is two: a step uphill to the worst weights nearby, and the optimizer's step from the usual weights with the
gradient at those. Both are Keras's own training steps, of two models that share their layers.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from fer.runs.config import TrainConfig


def stepper(network: keras.Model, config: TrainConfig) -> Callable[..., list]:
    """What trains a compiled network on a batch, and returns its objective and metrics: `train_on_batch`, or with SAM
    a function with the same arguments."""
    return SharpnessAware(network, config.sam).train_on_batch if config.sam else network.train_on_batch


class SharpnessAware:
    """A compiled network, and a second model of the same layers that climbs.

    Args:
        radius: how far it climbs: the Euclidean length of the step through all trainable weights.
    """

    def __init__(self, network: keras.Model, radius: float):
        self.network = network
        self.climber = keras.Model(network.input, network.output)
        self.ascent = Ascent(radius)
        self.climber.compile(
            optimizer=self.ascent,  # pyright: ignore[reportArgumentType]
            loss=network.loss,
            metrics=[keras.metrics.CategoricalAccuracy(), keras.metrics.CategoricalCrossentropy(from_logits=True)],
            jit_compile=network.jit_compile,  # pyright: ignore[reportArgumentType]
        )
        self.ascent.build(self.climber.trainable_variables)

    def train_on_batch(self, images, targets, sample_weight=None) -> list:
        """One SAM step. Returns the objective and metrics at the usual weights, not at the worst ones."""
        logs = self.climber.train_on_batch(images, targets, sample_weight=sample_weight)
        statistics = [(one, np.array(ops.convert_to_numpy(one))) for one in self.network.non_trainable_weights]
        self.network.train_on_batch(images, targets, sample_weight=sample_weight)
        for variable, value in statistics:  # batch norm's, which must not average over the worst weights
            variable.assign(value)
        for variable, step in zip(self.climber.trainable_variables, self.ascent.steps, strict=True):
            variable.assign_sub(step)
        return logs


class Ascent(keras.optimizers.Optimizer):
    """Moves the weights by `radius` along the gradient, and keeps the move in `steps` so that it can be undone."""

    def __init__(self, radius: float):
        super().__init__(learning_rate=radius, name="ascent")
        self.steps: list[keras.Variable] = []

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        self.steps = [self.add_variable_from_reference(one, name="step") for one in variables]

    def apply(self, grads, trainable_variables=None) -> None:
        length = ops.sqrt(ops.sum(ops.stack([ops.sum(ops.square(gradient)) for gradient in grads])))
        super().apply([ops.divide_no_nan(gradient, length) for gradient in grads], trainable_variables)

    def update_step(self, gradient, variable, learning_rate) -> None:
        step = ops.cast(gradient * learning_rate, variable.dtype)
        self.assign(self.steps[self._get_variable_index(variable)], step)
        self.assign_add(variable, step)
