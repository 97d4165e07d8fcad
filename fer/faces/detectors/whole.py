"""Treats the whole image as one face, for photos that are already cropped."""

from fer.faces.crop import Face
from fer.faces.detectors import DETECTORS, Detector


def load(*, score: float = 0.0, side: int | None = None):
    return lambda image: [Face((0, 0, image.shape[1], image.shape[0]), 1.0)]


DETECTORS.register(Detector(name="whole", load=load, summary="Treats the whole photo as one face."))
