"""Export of `model.keras` to `model.tflite`, checked against it, with class activation maps if the network has them."""

import keras
import numpy as np

from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.card import ExportCheck
from fer.runs.run import Run
from fer.system.files import put
from fer.training.export.keras_file import load

CHECKED_IMAGES = 256
TOLERANCE = 1e-3


def export(run: Run) -> None:
    """Write `model.tflite`: float32, uint8 in, logits out, any batch size; also activation maps, if available.

    Raises:
        FerError: without a trained network, or if Keras's backend cannot export.
    """
    need_tensorflow()
    fresh = run.path / ".fresh.tflite"  # Keras requires the suffix
    try:
        with_activation_maps(load(run)).export(fresh, format="litert", verbose=False)
        put(fresh, run.tflite_path)
    finally:
        fresh.unlink(missing_ok=True)


def with_activation_maps(network: keras.Model) -> keras.Model:
    """The network with a second output, its class activation maps (Zhou et al. 2016, arXiv 1512.04150).

    The network must end in global average pooling and at most one linear dense layer; others are returned unchanged.
    The maps are float32 (N, h, w, C): the dense layer applied at every position instead of to the mean. Their mean over
    h and w is therefore the logits, including the bias. They add 1% to the inference time (vgg_small).
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
    """Raise FerError if Keras's backend cannot export."""
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise FerError(f"Exporting needs the TensorFlow backend, not {backend}. Unset KERAS_BACKEND and try again.")


def check(run: Run, images: np.ndarray) -> ExportCheck:
    """Compare LiteRT with Keras on up to 256 images.

    Args:
        images: uint8 (N, 48, 48).

    Raises:
        FerError: if a predicted class differs, or a probability by more than 0.001.
    """
    images = np.asarray(images[:CHECKED_IMAGES])
    logits = keras.ops.convert_to_tensor(load(run).predict(images[..., None], verbose=0))  # pyright: ignore[reportArgumentType] # int or "auto"
    expected = np.asarray(keras.ops.convert_to_numpy(keras.ops.softmax(logits)))
    got = Classifier(run).probabilities(images)
    difference = float(np.abs(expected - got).max())
    if difference > TOLERANCE or (expected.argmax(axis=1) != got.argmax(axis=1)).any():
        raise FerError(
            f"The exported model of {run.id!r} differs from the trained one, in probabilities by up to "
            f"{difference:.4f}. Export again; if this persists, report it."
        )
    return ExportCheck(len(images), difference)
