"""The weights that a training begins with where they are not random: another run's, or ImageNet's."""

import keras

from fer.architectures import ARCHITECTURES, Architecture
from fer.data.catalog import DATA
from fer.errors import FerError, shortened
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training.export import keras_file

SUFFIX = ".weights.h5"  # Keras insists on it


def begin(network: keras.Model, run: Run, labels: tuple[str, ...]) -> None:
    """Give a new network the weights that its run's recipe names.

    Args:
        labels: the classes that it is to answer.

    Raises:
        FerError: where another run's weights do not fit, or ImageNet's cannot be had.
    """
    config, architecture = run.config, ARCHITECTURES[run.config.architecture]
    if config.start_from:
        take_weights(network, RunStore.around(run)[config.start_from], labels)
    elif config.imagenet and architecture.imagenet:
        take_imagenet(network, architecture)


def take_weights(network: keras.Model, other: Run, labels: tuple[str, ...]) -> None:
    """Take another run's weights; but for those of the last layer, where that run answers other classes."""
    weights = keras_file.load(other).get_weights()
    if other.labels != labels:
        last = next(layer for layer in reversed(network.layers) if layer.weights)
        weights[-len(last.weights) :] = last.get_weights()
    try:
        network.set_weights(weights)
    except ValueError as error:
        raise FerError(
            f"The weights of {other.id!r}, a {other.config.architecture}, do not fit {network.name}."
        ) from error


def take_imagenet(network: keras.Model, architecture: Architecture) -> None:
    """Take ImageNet's weights from `data/weights/`, or have Keras download them."""
    path = DATA / "weights" / f"{architecture.name}{SUFFIX}"
    source = getattr(keras.applications, architecture.imagenet)
    try:
        backbone = source(include_top=False, weights=path if path.is_file() else "imagenet", input_shape=(96, 96, 3))
    except Exception as error:  # a failed download has no type of its own, nor has a file that does not fit
        what = f"{path} is damaged or holds others" if path.is_file() else "they cannot be downloaded"
        raise FerError(
            f"ImageNet's weights for {architecture.name} are not to be had: {what} ({shortened(error)}). Put those of "
            f"keras.applications.{architecture.imagenet} (without top) as {path}, or train without them: --no-imagenet."
        ) from error
    for layer in backbone.layers:
        if layer.weights:
            network.get_layer(layer.name).set_weights(layer.get_weights())
