"""Wraps an external network so that it has this project's input and output."""

import keras
import numpy as np

from fer.errors import FerError, shortened
from fer.faces.crop import IMAGE_SIZE
from fer.inference.probabilities import softmax
from fer.training.imported.litert_file import are_probabilities

SCALES = {"0-255": (1.0, 0.0), "0-1": (1 / 255, 0.0), "-1-1": (1 / 127.5, -1.0)}  # factor and offset of the input
SIDES = range(16, 513)  # pixels, allowed input sizes
SMALLEST = 1e-30  # its logarithm is finite in float32


def wrap(network: keras.Model, classes: int, scale: str | None, images: np.ndarray) -> keras.Model:
    """The network with layers for scaling, resizing and RGB conversion before it, and without its softmax.

    Args:
        classes: its expected number of outputs.
        scale: one of SCALES, if the network does not scale its input.
        images: uint8 (N, 48, 48), to probe its output.

    Returns:
        a network that takes uint8 (N, 48, 48, 1) and returns float32 logits (N, C).

    Raises:
        FerError: for a network that does not fit, with what is expected.
    """
    shape, dtype = _input(network, classes)
    factor, offset = SCALES[_scale(network, dtype, scale)]
    faces = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), dtype="uint8", name="faces")
    x = keras.layers.Rescaling(factor, offset)(faces)
    if shape[:2] != (IMAGE_SIZE, IMAGE_SIZE):
        x = keras.layers.Resizing(*shape[:2])(x)
    if shape[2] == 3:
        x = keras.layers.Concatenate()([x, x, x])
    prepared = keras.Model(faces, x)(images[..., None])
    return keras.Model(faces, _logits(network, prepared, x), name="imported")


def reorder(network: keras.Model, order: list[int]) -> keras.Model:
    """The network with its outputs reordered."""
    return keras.Model(network.input, keras.ops.take(network.output, order, axis=-1), name=network.name)


def _input(network: keras.Model, classes: int) -> tuple[tuple[int, int, int], str]:
    """Height, width and channels of a network's input, and its type."""
    try:
        (taken,), (given,) = network.inputs, network.outputs
    except (AttributeError, TypeError, ValueError) as error:
        raise FerError("The network must have one input and one output whose shapes are known.") from error
    shape = tuple(size or IMAGE_SIZE for size in taken.shape[1:])
    if len(shape) != 3 or shape[2] not in (1, 3) or shape[0] not in SIDES or shape[1] not in SIDES:
        raise FerError(
            f"The network takes {tuple(taken.shape)}, but must take images (N, height, width, 1 or 3) with sides of "
            f"{SIDES[0]} to {SIDES[-1]} pixels, channels last."
        )
    if tuple(given.shape[1:]) != (classes,):
        raise FerError(f"The network returns {tuple(given.shape)}, but {classes} labels were given: (N, {classes}).")
    return shape, taken.dtype


def _scale(network: keras.Model, dtype: str, scale: str | None) -> str:
    if scale not in (None, *SCALES):
        raise FerError(f"--scale must be one of {', '.join(SCALES)}, got {scale!r}.")
    known = "int" in dtype or any(isinstance(layer, keras.layers.Rescaling) for layer in network.layers[:2])
    if known and scale not in (None, "0-255"):
        raise FerError(
            f"The network scales images from 0-255 itself, so --scale {scale} would scale them twice. Leave it out."
        )
    if not known and scale is None:
        raise FerError(
            "The network's input range is unknown. State the one used in its training: --scale 0-1 for images divided "
            "by 255, --scale=-1-1 for a range of -1 to 1, or --scale 0-255."
        )
    return scale or "0-255"


def _logits(network: keras.Model, images: np.ndarray, x):
    """The network applied to `x`, without its final softmax, if any."""
    answers = _called(network, images)
    if not are_probabilities(answers):
        return keras.ops.cast(network(x), "float32")
    last = network.layers[-1]
    if getattr(last, "activation", None) is keras.activations.softmax:
        last.activation = keras.activations.linear
        if np.allclose(softmax(_called(network, images)), answers, atol=1e-4):
            return keras.ops.cast(network(x), "float32")
        last.activation = keras.activations.softmax
    return keras.ops.log(keras.ops.maximum(keras.ops.cast(network(x), "float32"), SMALLEST))


def _called(network: keras.Model, images: np.ndarray) -> np.ndarray:
    try:
        return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(network(images, training=False), "float32")))
    except Exception as error:  # layers raise all kinds of errors
        raise FerError(f"The network fails on an image: {shortened(error)}") from error
