"""Puts layers around another one's network, so that it takes and gives what this project's networks do."""

import keras
import numpy as np

from fer.errors import FerError, shortened
from fer.faces.crop import IMAGE_SIZE
from fer.inference.probabilities import softmax

SCALES = {"0-255": (1.0, 0.0), "0-1": (1 / 255, 0.0), "-1-1": (1 / 127.5, -1.0)}  # factor and offset of a picture
SIDES = range(16, 513)  # pixels of the pictures that a network may want
SMALLEST = 1e-30  # whose logarithm float32 can still tell


def wrap(network: keras.Model, classes: int, scale: str | None, images: np.ndarray) -> keras.Model:
    """The network in layers that scale, resize and triple a grey picture as it wants it, without its softmax.

    Args:
        classes: how many numbers it must answer.
        scale: of SCALES, where the network does not tell it by itself.
        images: uint8 (N, 48, 48), to see how it answers.

    Returns:
        a network that takes uint8 (N, 48, 48, 1) and gives float32 logits (N, C).

    Raises:
        FerError: for a network that does not fit, with what was expected.
    """
    shape, dtype = _input(network, classes)
    factor, offset = SCALES[_scale(network, dtype, scale)]
    faces = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), dtype="uint8", name="faces")
    x = keras.layers.Rescaling(factor, offset)(faces)
    if shape[:2] != (IMAGE_SIZE, IMAGE_SIZE):
        x = keras.layers.Resizing(*shape[:2])(x)
    if shape[2] == 3:
        x = keras.layers.Concatenate()([x, x, x])
    pictures = keras.Model(faces, x)(images[..., None])
    return keras.Model(faces, _logits(network, pictures, x), name="imported")


def reorder(network: keras.Model, order: list[int]) -> keras.Model:
    """The same with its answers in another order."""
    return keras.Model(network.input, keras.ops.take(network.output, order, axis=-1), name=network.name)


def _input(network: keras.Model, classes: int) -> tuple[tuple[int, int, int], str]:
    """Height, width and channels of the pictures that a network takes, and their type."""
    try:
        (wanted,), (given,) = network.inputs, network.outputs
    except (AttributeError, TypeError, ValueError) as error:
        raise FerError("The network must have one input and one output whose shapes are known.") from error
    shape = tuple(size or IMAGE_SIZE for size in wanted.shape[1:])
    if len(shape) != 3 or shape[2] not in (1, 3) or shape[0] not in SIDES or shape[1] not in SIDES:
        raise FerError(
            f"The network takes {tuple(wanted.shape)}, but must take pictures (N, height, width, 1 or 3) with sides of "
            f"{SIDES[0]} to {SIDES[-1]} pixels, channels last."
        )
    if tuple(given.shape[1:]) != (classes,):
        raise FerError(f"The network answers {tuple(given.shape)}, but {classes} labels were given: (N, {classes}).")
    return shape, wanted.dtype


def _scale(network: keras.Model, dtype: str, scale: str | None) -> str:
    if scale not in (None, *SCALES):
        raise FerError(f"--scale must be one of {', '.join(SCALES)}, got {scale!r}.")
    tells = "int" in dtype or any(isinstance(layer, keras.layers.Rescaling) for layer in network.layers[:2])
    if tells and scale not in (None, "0-255"):
        raise FerError(f"The network scales pictures from 0-255 by itself; --scale {scale} would scale them twice.")
    if not tells and scale is None:
        raise FerError(
            "The network takes numbers and does not tell their scale. Say what its training gave it: --scale 0-1 where "
            "pictures were divided by 255, --scale=-1-1 where they ended at -1 and 1, or --scale 0-255."
        )
    return scale or "0-255"


def _logits(network: keras.Model, pictures: np.ndarray, x):
    """The network applied to `x`, without the softmax at its end, if it has one."""
    answers = _called(network, pictures)
    if not are_probabilities(answers):
        return keras.ops.cast(network(x), "float32")
    last = network.layers[-1]
    if getattr(last, "activation", None) is keras.activations.softmax:
        last.activation = keras.activations.linear
        if np.allclose(softmax(_called(network, pictures)), answers, atol=1e-4):
            return keras.ops.cast(network(x), "float32")
        last.activation = keras.activations.softmax
    return keras.ops.log(keras.ops.maximum(keras.ops.cast(network(x), "float32"), SMALLEST))


def _called(network: keras.Model, pictures: np.ndarray) -> np.ndarray:
    try:
        return keras.ops.convert_to_numpy(keras.ops.cast(network(pictures, training=False), "float32"))
    except Exception as error:  # layers raise whatever they like
        raise FerError(f"The network fails on a picture: {shortened(error)}") from error


def are_probabilities(answers: np.ndarray) -> bool:
    """Whether answers are a softmax's; logits if not. Raises FerError for what is neither."""
    if not np.isfinite(answers).all():
        raise FerError("The network answers NaN or infinity on faces; its weights, or --scale, must be wrong.")
    if answers.min() < 0 or answers.max() > 1:
        return False
    if np.allclose(answers.sum(axis=1), 1, atol=1e-3):
        return True
    raise FerError(
        "The network answers numbers between 0 and 1 that do not sum to 1, as of a sigmoid. Its last layer must be a "
        "softmax, or have no activation."
    )
