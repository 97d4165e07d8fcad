"""A model's prediction for one face."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from fer.faces.crop import Face


class Answered:
    """Properties derived from `labels` and their `probabilities`."""

    labels: tuple[str, ...]
    probabilities: np.ndarray

    __slots__ = ()

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.labels[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """The probability of `label`."""
        return float(self.probabilities.max())


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Prediction(Answered):
    """A model's prediction for one face.

    Attributes:
        probabilities: float32 (C,), sums to 1, in the order of `labels`.
        crop: uint8 (48, 48), the network's grey input, kept for explanations and quality hints.
        turns: counter-clockwise quarter turns after which its image is upright; the face's box and landmarks are in the
            image as it was given.
    """

    face: Face
    labels: tuple[str, ...]
    probabilities: np.ndarray
    crop: np.ndarray = field(repr=False)
    turns: int = 0

    def is_sure(self, threshold: float | None) -> bool:
        """Whether the calibrated confidence reaches the run's threshold (`Card.threshold`).

        Always True if the threshold is None, because then it was never fitted.
        """
        return threshold is None or self.confidence >= threshold

    def top(self, k: int) -> list[tuple[str, float]]:
        """The k most probable labels with their probabilities, most probable first."""
        order = np.argsort(-self.probabilities, kind="stable")[:k]
        return [(self.labels[i], float(self.probabilities[i])) for i in order]

    def as_dict(self) -> dict:
        """Plain values: box, label, confidence, probabilities."""
        return {
            "box": list(self.face.box),
            "label": self.label,
            "confidence": round(self.confidence, 6),
            "probabilities": {
                label: round(float(p), 6) for label, p in zip(self.labels, self.probabilities, strict=True)
            },
        }


def class_columns(labels: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Column names for the classes, avoiding names already in the table."""
    taken = set(taken)
    return [f"{label} (probability)" if label in taken else label for label in labels]
