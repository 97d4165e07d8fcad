"""Ways of finding faces in a picture, one file each."""

from collections.abc import Callable
from dataclasses import dataclass

from fer.registry import Registry


@dataclass(frozen=True)
class Detector:
    """A way of finding faces.

    Attributes:
        name: the registered name, which is also the file's.
        load: gives `detect(image) -> list[Face]`, safe to call from any thread; the image is uint8 (H, W, 3), RGB, and
            the faces come from left to right. It takes `score`, the least that counts, and `side`, the pixels of the
            long side at which it looks just once; by default it looks as closely as it needs.
        summary: one sentence for people who choose.
    """

    name: str
    load: Callable
    summary: str


DETECTORS: Registry[Detector] = Registry("fer.faces.detectors", "detector")
