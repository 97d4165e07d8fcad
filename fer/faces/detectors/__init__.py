"""Face detectors, one per file."""

from collections.abc import Callable
from dataclasses import dataclass

from fer.registry import Registry


@dataclass(frozen=True)
class Detector:
    """A face detector.

    Attributes:
        name: the registered name, same as the file's.
        load: returns a thread-safe `detect(image) -> list[Face]`; the image is uint8 (H, W, 3), RGB, and the faces are
            sorted from left to right. It takes `score`, the detection threshold, and `side`, the image's long side in
            pixels for a single pass; by default the detector chooses the resolution.
        summary: one sentence to help users choose.
    """

    name: str
    load: Callable
    summary: str


DETECTORS: Registry[Detector] = Registry("fer.faces.detectors", "detector")
