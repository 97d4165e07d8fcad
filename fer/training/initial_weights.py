"""Initial weights other than random ones: from another run, or from ImageNet."""

import keras

from fer.architectures import ARCHITECTURES, Architecture
from fer.data.catalog import DATA, WEIGHTS
from fer.data.dataset import Dataset
from fer.errors import FerError, shortened
from fer.runs.run import Run, card_of
from fer.runs.store import RunStore
from fer.training.export import keras_file

SUFFIX = ".weights.h5"  # required by Keras


def begin(network: keras.Model, run: Run, dataset: Dataset) -> None:
    """Give a new network the initial weights named in its run's recipe.

    Args:
        dataset: what it will be trained on.

    Raises:
        FerError: if another run's weights do not fit or know the validation images, or ImageNet's could not be loaded.
    """
    config, architecture = run.config, ARCHITECTURES[run.config.architecture]
    if config.start_from:
        other = RunStore.around(run)[config.start_from]
        _require_unseen(other, dataset)
        take_weights(network, other, dataset.labels)
    elif config.imagenet and architecture.imagenet:
        take_imagenet(network, architecture)


def _require_unseen(other: Run, dataset: Dataset) -> None:
    """Refuse a run that was trained on what validates this one. Carving is stratified by class and draws from all
    images, so with another seed, other classes or more images it takes others."""
    data = other.card.data if card_of(other) else None
    if not data or not data.carved or (dataset.name != data.name and dataset.fingerprint != data.fingerprint):
        return
    if (data.fingerprint, other.config.split_seed) != (dataset.fingerprint, dataset.seed):
        raise FerError(
            f"{other.id} was trained on other splits of {dataset.name}, carved with split seed "
            f"{other.config.split_seed} for {data.classes or 'all classes'}, so it has seen images that would validate "
            "this run. Give this run the same split seed and classes, on unchanged data."
        )


def take_weights(network: keras.Model, other: Run, labels: tuple[str, ...]) -> None:
    """Take another run's weights, except those of the last layer if that run has other classes."""
    weights = keras_file.load(other).get_weights()
    if other.labels != labels:
        last = next(layer for layer in reversed(network.layers) if layer.weights)
        weights[-len(last.weights) :] = last.get_weights()
    try:
        network.set_weights(weights)
    except ValueError as error:
        raise FerError(
            f"The weights of {other.id!r}, a {other.config.architecture}, do not fit {network.name}. "
            "Start from a run of the same network."
        ) from error


def take_imagenet(network: keras.Model, architecture: Architecture) -> None:
    """Take ImageNet weights from `data/weights/`, or let Keras download them."""
    path = DATA / WEIGHTS / f"{architecture.name}{SUFFIX}"
    source = getattr(keras.applications, architecture.imagenet)
    try:
        backbone = source(include_top=False, weights=path if path.is_file() else "imagenet", input_shape=(96, 96, 3))
    except Exception as error:  # failed downloads and unsuitable files have no specific type
        what = f"{path} is damaged or of another network" if path.is_file() else "they cannot be downloaded"
        raise FerError(
            f"ImageNet weights for {architecture.name} could not be loaded: {what} ({shortened(error)}). Save those of "
            f"keras.applications.{architecture.imagenet} (without top) as {path}, or train without: --no-imagenet."
        ) from error
    for layer in backbone.layers:
        if layer.weights:
            network.get_layer(layer.name).set_weights(layer.get_weights())
