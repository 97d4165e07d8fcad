"""Networks, one file each: uint8 greyscale faces in [0, 255] in, logits out, scaling inside the network.

A file imports Keras inside `build` only, so that names and summaries can be listed where Keras must not be loaded.

To add a network: copy `vgg_small.py` to `fer/architectures/<name>.py`, change `name`, `build`, `summary` and
`reference`, and run the tests. It is then in `python -m fer train --architecture` and in the contract tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fer.registry import Registry

BACKBONE = "backbone"


@dataclass(frozen=True)
class Architecture:
    """A network's recipe: how to build it, and where it comes from.

    Attributes:
        name: the registered name, which is also the file's.
        build: `(input_shape, num_classes) -> keras.Model`, functional, plain float32 Keras.
        summary: one sentence for people who choose.
        reference: the paper or page that it follows.
        input_shape: (height, width, channels) of one uint8 image.
        imagenet: for a network that begins with ImageNet's weights, the name of its backbone in `keras.applications`;
            the backbone's layers are named as there, and an `Identity` layer named BACKBONE follows the last of them.
    """

    name: str
    build: Callable
    summary: str
    reference: str
    input_shape: tuple[int, int, int] = (48, 48, 1)
    imagenet: str = ""


ARCHITECTURES: Registry[Architecture] = Registry("fer.architectures", "architecture")
