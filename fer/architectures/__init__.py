"""Networks, one file each: input uint8 greyscale faces in [0, 255], output logits, with scaling inside the network.

Files import Keras only inside functions, so that names and summaries can be listed without loading Keras.

To add a network: copy `vgg_small.py` to `fer/architectures/<name>.py`, change `name`, `build`, `summary` and
`reference`, and run the tests. It then appears in `python -m fer train --architecture` and in the contract tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fer.registry import Registry

BACKBONE = "backbone"


@dataclass(frozen=True)
class Architecture:
    """A registered network: how to build it, and its source.

    Attributes:
        name: the registered name, identical to the file name.
        build: `(input_shape, num_classes) -> keras.Model`, functional, plain float32 Keras.
        summary: one sentence to help users choose.
        reference: the paper or page it is based on.
        input_shape: (height, width, channels) of one uint8 image.
        imagenet: for a network pretrained on ImageNet, the name of its backbone in `keras.applications`; the backbone's
            layers keep their names, and an `Identity` layer named BACKBONE follows the last of them.
        any_size: whether it can also be trained on shrunk images; False if its weights depend on their size.
    """

    name: str
    build: Callable
    summary: str
    reference: str
    input_shape: tuple[int, int, int] = (48, 48, 1)
    imagenet: str = ""
    any_size: bool = True


ARCHITECTURES: Registry[Architecture] = Registry("fer.architectures", "architecture")
