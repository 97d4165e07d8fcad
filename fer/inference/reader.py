"""Recognize the emotions of all faces in an image: detect, crop, classify."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer.errors import FerError
from fer.faces.crop import crop
from fer.faces.detectors import DETECTORS
from fer.faces.image import read_image
from fer.faces.upright import find_upright
from fer.inference.classifier import Classifier
from fer.inference.ensemble import open_run
from fer.inference.prediction import Prediction
from fer.runs.run import Run
from fer.runs.store import RunStore


class EmotionReader:
    """Reads the emotions of all faces in a photo.

    Args:
        model: a run, its name in `models/`, or an already loaded classifier (default: the default run).
        detector: a name in DETECTORS, or an already loaded detector.
        tta, balance: test-time augmentation, and the correction for the class prior of the training data, as in
            `Classifier.probabilities`.

    Probabilities are calibrated with the run's temperature, if it has one.

    Raises:
        FerError: for an unknown model or detector, and for a run without weights.
    """

    def __init__(
        self,
        model: Run | Classifier | str | None = None,
        *,
        detector: str | Callable = "yunet",
        tta: bool = False,
        balance: bool = True,
    ):
        if isinstance(model, str):
            model = RunStore()[model]
        self.classifier = model if isinstance(model, Classifier) else open_run(model or RunStore().default)
        self.tta, self.balance = tta, balance
        self.detect = detector if callable(detector) else DETECTORS[detector].load()

    @property
    def threshold(self) -> float:
        """Confidence, 0 to 1, below which an answer is "not sure"; 0 if the run's was never fitted."""
        return self.classifier.run.card.correction(tta=self.tta, balance=self.balance).threshold or 0.0

    def read(self, source: str | Path | bytes | np.ndarray, *, upright: bool = False) -> list[Prediction]:
        """Predict the emotion of every face in an image, from left to right.

        Args:
            source: anything `faces.read_image` accepts, or a decoded image: uint8 (H, W, 3), RGB.
            upright: whether the image is known to be upright, as a video's frames are. Others are also searched lying
                on their side and upside down where no face is surely found; every prediction's `turns` tells.

        Raises:
            FerError: for a file that isn't an image, and for any other array.
        """
        if not isinstance(source, str | Path | bytes | np.ndarray):
            raise FerError(f"An image must be a path, bytes or an array, got {type(source).__name__}.")
        image = source if isinstance(source, np.ndarray) else read_image(source)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise FerError(f"An image must be uint8 (H, W, 3), RGB, got {image.dtype} {image.shape}.")
        turns, faces = (0, self.detect(image)) if upright else find_upright(image, self.detect)
        if not faces:
            return []
        crops = np.stack([crop(image, face) for face in faces])
        outputs = self.classifier.probabilities(crops, tta=self.tta, calibrated=True, balance=self.balance)
        labels = self.classifier.labels
        rows = zip(faces, outputs, crops, strict=True)
        return [Prediction(face, labels, probabilities, face_crop, turns) for face, probabilities, face_crop in rows]
