"""The cost of a network: multiply-adds, bytes, and milliseconds per face."""

from dataclasses import replace
from math import prod

import keras

from fer.errors import FerError
from fer.inference.timing import milliseconds_a_face
from fer.runs.card import Card
from fer.runs.run import Run
from fer.system import processor
from fer.training.export import keras_file


def measured(run: Run) -> Card:
    """An exported run's card with the cost per face, measured on this machine.

    `macs` is None if an imported network's multiply-adds are unknown; `ms` is as in `milliseconds_a_face`.
    """
    try:
        macs = multiply_adds(keras_file.load(run))
    except FerError:  # imported as .tflite, or built for any image size
        macs = None
    ms = round(milliseconds_a_face(run), 3)
    return replace(run.card, macs=macs, bytes=run.tflite_path.stat().st_size, ms=ms, ms_on=processor.name())


def multiply_adds(network: keras.Model) -> int:
    """Multiply-adds with weights for one image.

    Each kernel counts at every position where it is applied. Excluded, as usual: biases, batch norm, activations, and
    products of two activations, such as attention.

    Raises:
        FerError: if a layer's sizes are not fixed.
    """
    return sum(map(_of_layer, network.layers))


def _of_layer(layer: keras.layers.Layer) -> int:
    calls = layer._inbound_nodes  # `layer.output` fails for a layer that is used twice
    if isinstance(layer, keras.Model):
        return len(calls) * multiply_adds(layer)
    kernels = sum(prod(weight.shape) for weight in layer.weights if weight.name.endswith("kernel"))
    return kernels * sum(_places(layer, call) for call in calls) if kernels else 0


def _places(layer: keras.layers.Layer, call) -> int:
    """How often a layer call applies its kernels to one image: at every step of a recurrent layer's input, or at every
    position of another layer's output."""
    recurrent = isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional)
    sizes = call.input_tensors[0].shape[1:2] if recurrent else call.output_tensors[0].shape[1:-1]
    if None in sizes:
        raise FerError(
            f"Layer {layer.name!r} has no fixed sizes, so its multiply-adds cannot be counted. Fix its input shape."
        )
    return prod(sizes)
