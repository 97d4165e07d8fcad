"""From the trained `model.keras` to `model.tflite`, checked against each other, with class activation maps beside the
logits where the network's ending gives them."""

import os

import keras
import numpy as np

from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.card import ExportCheck
from fer.runs.run import Run
from fer.training.export.keras_file import load

CHECKED_IMAGES = 256
TOLERANCE = 1e-3


def export(run: Run) -> None:
    """Write `model.tflite`: float32, uint8 in, logits out, any batch size; activation maps too, where there are any.

    Raises:
        FerError: where there is no trained network, or Keras runs on a backend that cannot export.
    """
    need_tensorflow()
    fresh = run.path / ".fresh.tflite"  # Keras insists on the suffix
    with_activation_maps(load(run)).export(fresh, format="litert", verbose=False)
    os.replace(fresh, run.tflite_path)


def with_activation_maps(network: keras.Model) -> keras.Model:
    """The network with a second output, its class activation maps (Zhou et al. 2016, arXiv 1512.04150).

    A network must end in global average pooling and at most one linear dense layer; any other is given back as it is.
    The maps are float32 (N, h, w, C): the dense layer applied to every place instead of to the mean over all places.
    Their mean over h and w is therefore the logits, the bias with it. An answer takes 1 % longer for them (vgg_small).
    """
    makers = {id(layer.output): layer for layer in network.layers}
    layer, dense = makers.get(id(network.output)), None
    if isinstance(layer, keras.layers.Dense) and layer.activation is keras.activations.linear:
        dense, layer = layer, makers.get(id(layer.input))
    while isinstance(layer, keras.layers.Dropout):
        layer = makers.get(id(layer.input))
    if not isinstance(layer, keras.layers.GlobalAveragePooling2D) or layer.data_format != "channels_last":
        return network
    maps = dense(layer.input) if dense else layer.input
    return keras.Model(network.input, [network.output, maps], name=network.name)


def need_tensorflow() -> None:
    """Raise FerError where Keras runs on a backend that cannot export."""
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise FerError(f"Exporting needs the TensorFlow backend, not {backend}. Unset KERAS_BACKEND and try again.")


def check(run: Run, images: np.ndarray) -> ExportCheck:
    """Compare LiteRT with Keras on up to 256 images.

    Args:
        images: uint8 (N, 48, 48).

    Raises:
        FerError: where an answer or a probability differs by more than 0.001.
    """
    images = np.asarray(images[:CHECKED_IMAGES])
    logits = keras.ops.convert_to_tensor(load(run).predict(images[..., None], verbose=0))
    wanted = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    got = Classifier(run).probabilities(images)
    difference = float(np.abs(wanted - got).max())
    if difference > TOLERANCE or (wanted.argmax(axis=1) != got.argmax(axis=1)).any():
        raise FerError(
            f"The exported model of {run.id!r} answers otherwise than the trained one (by {difference:.4f})."
        )
    return ExportCheck(len(images), difference)
