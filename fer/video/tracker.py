"""Tracking: stable face numbers from frame to frame, and smoothed probabilities.

Implemented here because the `trackers` package requires opencv-python, whose GUI libraries servers lack, and does not
smooth probabilities.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product
from math import exp, hypot, inf, sqrt

import numpy as np

from fer.errors import FerError
from fer.inference.prediction import Prediction

OVERLAP = 0.3  # minimum intersection over union for the same face; SORT's default (Bewley et al. 2016)
REACH = 1.0  # face sizes a centre may move without overlap: 5 per second at five readings per second
MOST_GROWTH = 2.0  # largest change of a face's side between readings; beyond it, a different face
LONGEST_GLIDE = 1.0  # seconds for which motion is extrapolated; people turn round
ANEW = 3.0  # time constants of absence after which earlier readings would weigh 5%, and are dropped

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Tracked:
    """A face with its stable number.

    Attributes:
        number: from 1; never reused.
        prediction: with smoothed probabilities.
        raw: the model's own prediction.
        first_seen: seconds.
    """

    number: int
    prediction: Prediction
    raw: Prediction
    first_seen: float

    @property
    def mark(self) -> tuple[int, Prediction]:
        """What is drawn for it."""
        return self.number, self.prediction


@dataclass(eq=False)
class _Track:
    """The state of a tracked face.

    Attributes:
        velocity: of the centre, in pixels per second.
        present: whether it was in the latest frame.
        probabilities: float64 (C,), smoothed, in the order of `labels`.
    """

    number: int
    first_seen: float
    seen: float
    box: Box
    labels: tuple[str, ...]
    probabilities: np.ndarray
    velocity: tuple[float, float] = (0.0, 0.0)
    present: bool = True

    def expected(self, time: float) -> Box:
        """Its extrapolated position."""
        seconds = min(time - self.seen, LONGEST_GLIDE)
        dx, dy = (speed * seconds for speed in self.velocity)
        x1, y1, x2, y2 = self.box
        return x1 + dx, y1 + dy, x2 + dx, y2 + dy


class Tracker:
    """Numbers faces, frame by frame. Not thread-safe.

    Args:
        smoothing: time constant in seconds of an exponential average of the probabilities; 0 for none. The attribute
            may be changed at any time.
        memory: seconds after which an absent face is forgotten; until then it gets its number back near where it was.

    Raises:
        FerError: for negative seconds.
    """

    def __init__(self, *, smoothing: float = 0.5, memory: float = 2.0):
        for name, seconds in (("smoothing", smoothing), ("memory", memory)):
            if not 0 <= seconds < inf:
                raise FerError(f"{name} must be 0 or more seconds, got {seconds}.")
        self.smoothing, self.memory = smoothing, memory
        self._tracks: list[_Track] = []
        self._numbers, self._time = 0, -inf

    def update(self, predictions: list[Prediction], time: float) -> list[Tracked]:
        """Number the faces of the next frame.

        Args:
            time: of the frame, in seconds; earlier than the last frame counts as the same time.

        Returns:
            one per prediction, in the same order, with unique numbers.
        """
        self._time = time = max(time, self._time)
        self._tracks = [track for track in self._tracks if time - track.seen <= self.memory]
        found = self._find([prediction.face.box for prediction in predictions], time)
        for track in self._tracks:
            track.present = track.present and track in found.values()
        return [self._follow(found.get(i), prediction, time) for i, prediction in enumerate(predictions)]

    def _find(self, boxes: list[Box], time: float) -> dict[int, _Track]:
        """The known face of each box, by its index: present faces first, and overlapping ones first."""
        found = {}
        for present in (True, False):
            for similarity in (_overlap, _nearness):
                known = {t.number for t in found.values()}
                tracks = [t for t in self._tracks if t.present == present and t.number not in known]
                left = {i: box for i, box in enumerate(boxes) if i not in found}
                found |= _pairs(tracks, left, lambda track, box, score=similarity: score(track, box, time))
        return found

    def _follow(self, track: _Track | None, prediction: Prediction, time: float) -> Tracked:
        box, labels, latest = prediction.face.box, prediction.labels, prediction.probabilities.astype(np.float64)
        if track is None:
            self._numbers += 1
            track = _Track(self._numbers, time, time, box, labels, latest)
            self._tracks.append(track)
        else:
            seconds = time - track.seen
            track.velocity = _velocity(track.box, box, seconds) if track.present else (0.0, 0.0)
            away = not track.present and seconds > ANEW * self.smoothing
            kept = 0.0 if away or track.labels != labels or not self.smoothing else exp(-seconds / self.smoothing)
            track.probabilities = latest + kept * (track.probabilities - latest) if kept else latest
            track.seen, track.box, track.labels, track.present = time, box, labels, True
        smoothed = replace(prediction, probabilities=track.probabilities.astype(np.float32))
        return Tracked(track.number, smoothed, prediction, track.first_seen)


def _pairs(tracks: Iterable[_Track], boxes: dict[int, Box], similarity: Callable) -> dict[int, _Track]:
    """The track of each box, most similar first; each track once, and none with a similarity of 0."""
    scored = ((similarity(track, box), i, track) for track, (i, box) in product(tracks, boxes.items()))
    pairs, taken = {}, set()
    for _, i, track in sorted((entry for entry in scored if entry[0] > 0), key=lambda entry: -entry[0]):
        if i not in pairs and track.number not in taken:
            pairs[i] = track
            taken.add(track.number)
    return pairs


def _overlap(track: _Track, box: Box, time: float) -> float:
    """Intersection over union with the expected position; 0 below OVERLAP."""
    ours = track.expected(time)
    width = min(ours[2], box[2]) - max(ours[0], box[0])
    height = min(ours[3], box[3]) - max(ours[1], box[1])
    shared = max(width, 0) * max(height, 0)
    share = shared / (_side(ours) ** 2 + _side(box) ** 2 - shared)
    return share if share >= OVERLAP else 0.0


def _nearness(track: _Track, box: Box, time: float) -> float:
    """1 at the last or expected position, 0 from REACH face sizes away or for a different size."""
    sides = _side(track.box), _side(box)
    if max(sides) > MOST_GROWTH * min(sides):
        return 0.0
    (x, y), size = _centre(box), sum(sides) / 2
    places = (_centre(track.box), _centre(track.expected(time)))
    distance = min(hypot(x - place[0], y - place[1]) for place in places)
    return max(0.0, 1 - distance / size / REACH)


def _velocity(before: Box, after: Box, seconds: float) -> tuple[float, float]:
    (x, y), (old_x, old_y) = _centre(after), _centre(before)
    return ((x - old_x) / seconds, (y - old_y) / seconds) if seconds > 0 else (0.0, 0.0)


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _side(box: Box) -> float:
    """Side of a square with the box's area."""
    return sqrt((box[2] - box[0]) * (box[3] - box[1]))
