"""Readings of faces over time, in a live session or a video: tables, summaries, strongest moments."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fer.errors import extra
from fer.faces.image import thumbnail
from fer.inference.prediction import Answered, class_columns
from fer.video.tracker import Tracked

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("time", "face", "x1", "y1", "x2", "y2", "label", "confidence")
LONGEST_GAP = 1.0  # seconds between readings of a face, up to which it counts as present
USUAL_GAPS = 3.0  # times the median gap between readings, if that is longer
BRIEF = 0.5  # seconds; expressions last at least as long (Ekman 2003)
THUMBNAIL_SIDE = 160  # pixels
MARGIN = 0.25  # share of the face box added on every side: hair and chin, which the box omits


@dataclass(frozen=True, slots=True)
class Reading(Answered):
    """One face at one time; 0.4 kB, so an hour at five per second takes 7 MB per face.

    Attributes:
        time: seconds.
        number: of the face, as in Tracked.
        box: x1, y1, x2, y2 in pixels; end exclusive.
        probabilities: float32 (C,), smoothed, in the order of `labels`.
        model: the run that made it, where more than one may have.
    """

    time: float
    number: int
    box: tuple[int, int, int, int]
    labels: tuple[str, ...]
    probabilities: np.ndarray
    model: str = ""

    @classmethod
    def of(cls, tracked: Tracked, time: float, model: str = "") -> "Reading":
        prediction = tracked.prediction
        return cls(time, tracked.number, prediction.face.box, prediction.labels, prediction.probabilities, model)

    def probability(self, label: str) -> float:
        """The probability of a class; 0 if the model does not have it."""
        return float(self.probabilities[self.labels.index(label)]) if label in self.labels else 0.0


@dataclass(frozen=True)
class Summary:
    """All readings of one face.

    Attributes:
        first, last: seconds.
        seconds: how long it was visible, without absences.
        readings: their number.
        shares: of the readings by label, most frequent first; sums to 1.
        means: mean probability by class, over the readings of models that have it; sums to 1 where one model made all.
    """

    number: int
    first: float
    last: float
    seconds: float
    readings: int
    shares: dict[str, float]
    means: dict[str, float]

    @property
    def label(self) -> str:
        """The most frequent label."""
        return next(iter(self.shares))


@dataclass(frozen=True)
class Moment:
    """The surest reading with this label, with the face: uint8 (H, W, 3), RGB, at most 160 pixels a side."""

    reading: Reading
    thumbnail: np.ndarray


@dataclass(frozen=True)
class Span:
    """A time in which one face kept the same label.

    Attributes:
        start, end: seconds.
        confidence: the label's mean probability.
        is_sure: whether every reading's confidence reaches the threshold; or else, that none does.
    """

    number: int
    start: float
    end: float
    label: str
    confidence: float
    is_sure: bool = True


def spans(readings: Sequence[Reading], every: float, threshold: float = 0.0) -> list[Span]:
    """The readings of each face joined where its label stays, in the order of faces and times.

    Args:
        readings: oldest first.
        every: usual seconds between readings; a span lasts that much longer than its last reading, and ends where a
            face is absent for more than twice as long.
        threshold: confidence below which a reading is not sure; a span ends where that changes.
    """

    def kind(reading: Reading) -> tuple:
        return reading.number, reading.label, reading.confidence >= threshold

    groups: list[list[Reading]] = []
    for reading in sorted(readings, key=lambda reading: (reading.number, reading.time)):
        last = groups[-1][-1] if groups else None
        if last and kind(last) == kind(reading) and reading.time - last.time <= 2 * every + 1e-6:
            groups[-1].append(reading)
        else:
            groups.append([reading])
    return [
        Span(group[0].number, group[0].time, group[-1].time + every, group[0].label,
             float(np.mean([reading.confidence for reading in group])), group[0].confidence >= threshold)
        for group in groups
    ]  # fmt: skip


def lasting(readings: Sequence[Reading], every: float = 0.0) -> list[Reading]:
    """The readings without those of faces that were seen for less than half a second: mostly false alarms.

    Args:
        every: seconds between readings, which a face lasts beyond its last one.
    """
    kept = {face.number for face in summary(readings) if face.seconds + every >= BRIEF}
    return [reading for reading in readings if reading.number in kept]


def columns(labels: Sequence[str]) -> list[str]:
    """COLUMNS, then one per class; a class named like a column gets "(probability)" appended."""
    return [*COLUMNS, *class_columns(labels, COLUMNS)]


def rows(readings: Iterable[Reading], labels: Sequence[str]) -> list[dict]:
    """One row per reading, keyed by `columns`: time in seconds, number of the face, box in pixels.

    Args:
        labels: of the model. Classes that a reading's model does not have are None.
    """
    names = columns(labels)
    facts = [(r.time, r.number, *r.box, r.label, r.confidence, *_shares(r, labels)) for r in readings]
    return [dict(zip(names, values, strict=True)) for values in facts]


def labels_of(readings: Iterable[Reading]) -> tuple[str, ...]:
    """The classes of all models that made these readings, in the order of their first appearance."""
    return tuple(dict.fromkeys(label for labels in dict.fromkeys(r.labels for r in readings) for label in labels))


def table(readings: Sequence[Reading], labels: Sequence[str]) -> "pd.DataFrame":
    """The rows as a table, with the model of each where it is known; requires pandas, from the extra `app`."""
    with extra("app", "A table"):
        import pandas as pd

    names = columns(labels)
    frame = pd.DataFrame(rows(readings, labels), columns=names).astype(dict.fromkeys(names[len(COLUMNS) :], np.float32))
    if any(reading.model for reading in readings):
        frame.insert(1, "model" if "model" not in names else "model (run)", [reading.model for reading in readings])
    return frame


def _shares(reading: Reading, labels: Sequence[str]) -> list[np.float32 | None]:
    known = dict(zip(reading.labels, reading.probabilities, strict=True))
    return [known.get(label) for label in labels]


def summary(readings: Iterable[Reading]) -> list[Summary]:
    """One summary per face, in the order of their numbers."""
    faces = {}
    for reading in readings:
        faces.setdefault(reading.number, []).append(reading)
    return [_summary(faces[number]) for number in sorted(faces)]


def _summary(readings: list[Reading]) -> Summary:
    counts, labels = Counter(reading.label for reading in readings), labels_of(readings)
    gaps = np.diff([reading.time for reading in readings])
    longest = max(LONGEST_GAP, USUAL_GAPS * float(np.median(gaps))) if len(gaps) else 0.0
    return Summary(
        number=readings[0].number,
        first=readings[0].time,
        last=readings[-1].time,
        seconds=float(gaps[gaps <= longest].sum()),
        readings=len(readings),
        shares={label: count / len(readings) for label, count in counts.most_common()},
        means=dict(zip(labels, _means(readings, labels), strict=True)),
    )


def _means(readings: list[Reading], labels: tuple[str, ...]) -> list[float]:
    if all(reading.labels == labels for reading in readings):
        return np.stack([reading.probabilities for reading in readings]).mean(axis=0, dtype=np.float64).tolist()
    return [float(np.mean([r.probability(label) for r in readings if label in r.labels])) for label in labels]


def keep_strongest(moments: dict[str, Moment], image: np.ndarray, readings: Iterable[Reading]) -> None:
    """Update `moments` with readings that are surer than earlier ones with the same label.

    Args:
        moments: by label; updated in place. Classes that are never the most probable one have none.
        image: uint8 (H, W, 3), RGB, without marks: the frame that was read.
    """
    for reading in readings:
        best = moments.get(reading.label)
        if not best or reading.confidence > best.reading.confidence:
            moments[reading.label] = Moment(reading, _cut_out(image, reading.box))


def _cut_out(image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    (x1, y1, x2, y2), (height, width) = box, image.shape[:2]
    across, down = round(MARGIN * (x2 - x1)), round(MARGIN * (y2 - y1))
    part = image[max(0, y1 - down) : min(height, y2 + down), max(0, x1 - across) : min(width, x2 + across)]
    return thumbnail(part, THUMBNAIL_SIDE)
