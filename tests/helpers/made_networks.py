"""Small networks as other projects make them, and which of this project's are large."""

from collections.abc import Iterable

import keras
import pytest
from keras import layers

LARGE = {"densenet", "mobilenet_v2", "resnet18", "resnet50", "se_resnet", "vgg", "vgg16"}  # seconds for each contract


def large_are_slow(architectures: Iterable[str]) -> list:
    """The names as parameters of a test, those of large networks marked `slow`."""
    return [pytest.param(name, marks=pytest.mark.slow) if name in LARGE else name for name in architectures]


def network(shape=(48, 48, 1), *, classes=7, end=None, first=(), dtype="float32") -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape, dtype=dtype)
    x = inputs
    for layer in first:
        x = layer(x)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 5, strides=4, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(classes, activation=end, kernel_initializer="orthogonal")(x))
