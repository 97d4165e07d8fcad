"""What a model says of one face."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from fer.faces.crop import Face


class Answered:
    """What follows from `labels` and their `probabilities`."""

    __slots__ = ()

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.labels[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """The probability of `label`."""
        return float(self.probabilities.max())


@dataclass(frozen=True)
class Prediction(Answered):
    """What a model says of one face.

    Attributes:
        probabilities: float32 (C,), sums to 1, in the order of `labels`.
        crop: uint8 (48, 48), the grey face that the network saw; made once, for whoever explains or checks it later.
    """

    face: Face
    labels: tuple[str, ...]
    probabilities: np.ndarray
    crop: np.ndarray = field(compare=False, repr=False)

    def is_sure(self, threshold: float | None) -> bool:
        """Whether the confidence, of calibrated probabilities, reaches the run's threshold (`Card.threshold`).

        Always True where the threshold is None: how sure such a run may be believed is not known.
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
    """Names of the classes' columns in a table that has others already."""
    taken = set(taken)
    return [f"{label} (probability)" if label in taken else label for label in labels]
