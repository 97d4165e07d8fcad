"""Live video, frame in and frame out, with its readings and speed. One `LiveReader` per visitor."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from fer.faces.detectors import DETECTORS
from fer.inference.classifier import Classifier
from fer.inference.drawing import draw
from fer.inference.prediction import Prediction
from fer.inference.probabilities import log_probabilities, softmax
from fer.inference.reader import EmotionReader
from fer.video.observations import Reading
from fer.video.tracker import Tracked, Tracker

if TYPE_CHECKING:
    import av

WINDOW = 5.0  # seconds over which the speed is measured
KEPT = 200_000  # readings; two hours of one face at 25 a second, 60 MB


@dataclass(frozen=True)
class Settings:
    """How live video is read; may be replaced at any time.

    Attributes:
        score: detection threshold, 0 to 1.
        side: pixels of the long side for face detection; 320 finds faces from 1/12 of the frame's width in 5 ms, 640
            faces half as large in 20 ms.
        smoothing: time constant of the probabilities in seconds; 0 for none.
        every: read every n-th frame; boxes stay in between.
        threshold: confidence below which a prediction counts as not sure, 0 to 1.
        mirrored: whether frames are shown as in a mirror.
        balance: whether answers are corrected for the class prior of the training data.
        shift: added to the log probabilities of each class, float (C,), such as `fer.evaluation.resting` makes.
    """

    score: float = 0.7
    side: int = 320
    smoothing: float = 0.5
    every: int = 1
    threshold: float = 0.0
    mirrored: bool = True
    balance: bool = True
    shift: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Pace:
    """Speed over the last few seconds.

    Attributes:
        frames_per_second: processed.
        latency: median seconds from a frame's arrival to its output; waiting is relative to the fastest frame.
        dropped: frames since the start that were skipped because newer ones had arrived.
        frames: processed since the start.
    """

    frames_per_second: float
    latency: float
    dropped: int
    frames: int


@lru_cache(maxsize=16)
def _detect(score: float, side: int) -> Callable:
    return DETECTORS["yunet"].load(score=score, side=side)


def _reader(classifier: Classifier, settings: Settings) -> EmotionReader:
    return EmotionReader(classifier, detector=_detect(settings.score, settings.side), balance=settings.balance)


def _shifted(prediction: Prediction, shift: tuple[float, ...]) -> Prediction:
    answers = softmax(log_probabilities(prediction.probabilities[None]) + np.array(shift))[0]
    return replace(prediction, probabilities=answers.astype(np.float32))


class LiveReader:
    """Processes frames in streamlit-webrtc's thread while a page shows the readings.

    Args:
        classifier: the model; may be replaced at any time.
        colors: box colour by label.
        settings: may be replaced at any time.
        clock: returns seconds; replaceable for tests.
    """

    def __init__(
        self,
        classifier: Classifier,
        colors: dict[str, str],
        settings: Settings = Settings(),
        *,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.classifier, self.colors, self.settings, self._clock = classifier, colors, settings, clock
        self._lock = threading.Lock()
        self._tracker, self._started = Tracker(), clock()
        self._readings: deque[Reading] = deque(maxlen=KEPT)
        self._now: list[Tracked] = []
        self._paces: deque[tuple[float, float, float]] = deque()  # done at, delay, processing time
        self._frames = self._dropped = 0
        self._latest: np.ndarray | None = None

    async def answer(self, frames: list["av.VideoFrame"]) -> list["av.VideoFrame"]:
        """The newest waiting frame, annotated; older ones are dropped."""
        import av

        arrived, frame = self._clock(), frames[-1]
        image = frame.to_ndarray(format="rgb24")
        if self.settings.mirrored:
            image = np.ascontiguousarray(image[:, ::-1])
        marked = self.read(image, arrived - self._started)
        answer = av.VideoFrame.from_ndarray(marked, format="rgb24")
        self._note(arrived - (frame.time or 0.0), self._clock() - arrived, len(frames) - 1)
        return [answer]

    def read(self, image: np.ndarray, seconds: float) -> np.ndarray:
        """Read one frame and mark its faces.

        Args:
            image: uint8 (H, W, 3), RGB; drawn on.
            seconds: since the start.
        """
        settings, classifier = self.settings, self.classifier
        if self._frames % settings.every == 0:
            predictions = _reader(classifier, settings).read(image, upright=True)
            if settings.shift and len(settings.shift) == len(classifier.labels):
                predictions = [_shifted(prediction, settings.shift) for prediction in predictions]
            self._tracker.smoothing = settings.smoothing
            with self._lock:
                self._now = self._tracker.update(predictions, seconds)
                self._readings.extend(Reading.of(tracked, seconds, classifier.run.id) for tracked in self._now)
        marked = draw(image, [face.mark for face in self._now], self.colors, threshold=settings.threshold)
        self._frames += 1
        self._latest = marked
        return marked

    def _note(self, offset: float, worked: float, dropped: int) -> None:
        with self._lock:
            now = self._clock()
            self._dropped += dropped
            self._paces.append((now, offset, worked))
            while self._paces[0][0] < now - WINDOW:
                self._paces.popleft()

    @property
    def pace(self) -> Pace:
        with self._lock:
            paces, dropped, frames = list(self._paces), self._dropped, self._frames
        now = self._clock()
        recent = [pace for pace in paces if pace[0] >= now - WINDOW]
        seconds = now - recent[0][0] if recent else 0.0
        if not seconds:
            return Pace(0.0, 0.0, dropped, frames)
        fastest = min(offset for _, offset, _ in recent)
        latency = float(np.median([offset - fastest + worked for _, offset, worked in recent]))
        return Pace((len(recent) - 1) / seconds, latency, dropped, frames)

    @property
    def readings(self) -> list[Reading]:
        """All readings, oldest first; at most the last KEPT."""
        with self._lock:
            return list(self._readings)

    @property
    def now(self) -> list[Tracked]:
        """The faces of the latest frame."""
        return self._now

    @property
    def snapshot(self) -> np.ndarray | None:
        """The latest frame with its marks, uint8 (H, W, 3), RGB; None before the first."""
        return self._latest
