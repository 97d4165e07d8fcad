"""The whole way from a picture to the emotions of the faces in it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer.errors import FerError
from fer.faces.crop import crop
from fer.faces.detectors import DETECTORS
from fer.faces.image import read_image
from fer.inference.classifier import Classifier
from fer.inference.prediction import Prediction
from fer.runs.run import Run
from fer.runs.store import RunStore


class EmotionReader:
    """Photo in, predictions out.

    Args:
        model: the run that answers or its name in `models/`, or its classifier where that is loaded already (default:
            the default run).
        detector: a name in DETECTORS, or what one of them has loaded.
        tta: test-time augmentation, as in `Classifier.probabilities`.

    Probabilities are calibrated by the run's temperature, where it has one.

    Raises:
        FerError: for an unknown model or detector, and for a run without weights.
    """

    def __init__(
        self, model: Run | Classifier | str | None = None, *, detector: str | Callable = "yunet", tta: bool = False
    ):
        if isinstance(model, str):
            model = RunStore()[model]
        self.classifier = model if isinstance(model, Classifier) else Classifier(model or RunStore().default)
        self.tta = tta
        self.detect = detector if callable(detector) else DETECTORS[detector].load()

    def read(self, source: str | Path | bytes | np.ndarray) -> list[Prediction]:
        """Every face in a picture with its emotion, from left to right.

        Args:
            source: whatever `faces.read_image` takes, or a picture that is read already: uint8 (H, W, 3), RGB.

        Raises:
            FerError: for a file that is no picture, and for any other array.
        """
        image = source if isinstance(source, np.ndarray) else read_image(source)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise FerError(f"A picture must be uint8 (H, W, 3), RGB, got {image.dtype} {image.shape}.")
        found = self.detect(image)
        if not found:
            return []
        crops = np.stack([crop(image, face) for face in found])
        answers = self.classifier.probabilities(crops, tta=self.tta, calibrated=True)
        labels = self.classifier.labels
        rows = zip(found, answers, crops, strict=True)
        return [Prediction(face, labels, probabilities, seen) for face, probabilities, seen in rows]
