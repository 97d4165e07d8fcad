"""Numbers that stay with faces from picture to picture, and probabilities that do not jump.

By hand: the `trackers` package requires opencv-python, whose GUI libraries servers lack, and smooths no probabilities.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product
from math import exp, hypot, inf, sqrt

import numpy as np

from fer.errors import FerError
from fer.inference.prediction import Prediction

OVERLAP = 0.3  # of two boxes of the same face (intersection over union); SORT's default (Bewley et al. 2016)
REACH = 1.0  # face sizes that a centre may be off where boxes do not overlap: 5 a second at five readings a second
MOST_GROWTH = 2.0  # of a face's side between two readings; what differs more is another face
LONGEST_GLIDE = 1.0  # seconds that a face is expected to go on moving as before; people turn round
ANEW = 3.0  # time constants of absence after which what was seen before would weigh 5 %, and is left out

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Tracked:
    """A face with the number that it keeps.

    Attributes:
        number: from 1; never given to another face again.
        prediction: with smoothed probabilities.
        raw: as the model gave it.
        first_seen: seconds.
    """

    number: int
    prediction: Prediction
    raw: Prediction
    first_seen: float

    @property
    def mark(self) -> tuple[int, Prediction]:
        """What is drawn of it."""
        return self.number, self.prediction


@dataclass(eq=False)
class _Track:
    """What is known of a numbered face.

    Attributes:
        velocity: of the centre, in pixels a second.
        present: it was in the latest picture.
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
        """Where it would be if it moved on."""
        seconds = min(time - self.seen, LONGEST_GLIDE)
        dx, dy = (speed * seconds for speed in self.velocity)
        x1, y1, x2, y2 = self.box
        return x1 + dx, y1 + dy, x2 + dx, y2 + dy


class Tracker:
    """Gives faces their numbers, picture by picture. For one thread at a time.

    Args:
        smoothing: time constant in seconds of an exponential average of the probabilities; 0 for none. The attribute
            may be changed at any time.
        memory: seconds after which a face that is gone is forgotten; until then it finds its number again near where
            it was.

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
        """Number the faces of the next picture.

        Args:
            time: of the picture, in seconds; one before that of the last picture counts as the same.

        Returns:
            one a prediction, in their order; no number comes twice.
        """
        self._time = time = max(time, self._time)
        self._tracks = [track for track in self._tracks if time - track.seen <= self.memory]
        found = self._find([prediction.face.box for prediction in predictions], time)
        for track in self._tracks:
            track.present = track.present and track in found.values()
        return [self._follow(found.get(i), prediction, time) for i, prediction in enumerate(predictions)]

    def _find(self, boxes: list[Box], time: float) -> dict[int, _Track]:
        """The known faces by their box's position: first those of the latest picture, first those that overlap."""
        found = {}
        for present in (True, False):
            for likeness in (_overlap, _nearness):
                known = {t.number for t in found.values()}
                tracks = [t for t in self._tracks if t.present == present and t.number not in known]
                left = {i: box for i, box in enumerate(boxes) if i not in found}
                found |= _pairs(tracks, left, lambda track, box, like=likeness: like(track, box, time))
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


def _pairs(tracks: Iterable[_Track], boxes: dict[int, Box], likeness: Callable) -> dict[int, _Track]:
    """Each box's track, the likest first; none twice, and none where the likeness is 0."""
    likes = ((likeness(track, box), i, track) for track, (i, box) in product(tracks, boxes.items()))
    pairs, taken = {}, set()
    for _, i, track in sorted((like for like in likes if like[0] > 0), key=lambda like: -like[0]):
        if i not in pairs and track.number not in taken:
            pairs[i] = track
            taken.add(track.number)
    return pairs


def _overlap(track: _Track, box: Box, time: float) -> float:
    """Intersection over union with where the face is expected; 0 where it is too little."""
    ours = track.expected(time)
    width = min(ours[2], box[2]) - max(ours[0], box[0])
    height = min(ours[3], box[3]) - max(ours[1], box[1])
    shared = max(width, 0) * max(height, 0)
    share = shared / (_side(ours) ** 2 + _side(box) ** 2 - shared)
    return share if share >= OVERLAP else 0.0


def _nearness(track: _Track, box: Box, time: float) -> float:
    """1 where the face was or is expected, 0 from REACH face sizes away and for another size."""
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
    """Of a square as large as the box."""
    return sqrt((box[2] - box[0]) * (box[3] - box[1]))
