"""Emotions in videos: read some pictures of every second, or write the film again with marks on every picture."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np

from fer.errors import FerError
from fer.inference.drawing import draw
from fer.inference.reader import EmotionReader
from fer.video.decoder import Film, open_film
from fer.video.encoder import Recording
from fer.video.observations import Moment, Reading, keep_strongest
from fer.video.tracker import Tracked, Tracker

EVERY = 0.2  # seconds between readings: expressions last from half a second on (Ekman 2003)
SMOOTHING = 0.5  # seconds, the time constant of the average over readings
MOST_WAITING = 64_000_000  # pixels that wait for the next reading, 96 MB: 2 seconds of 720 lines
MEMORY = 2.0, 3.0  # seconds, or readings where those are more, after which an absent face is forgotten
SAME = 1e-6  # seconds by which times may differ in their rounding alone


@dataclass(frozen=True)
class Frame:
    """A picture of a film that was read.

    Attributes:
        time: seconds after the film's first picture.
        image: uint8 (H, W, 3), RGB, upright; with marks where the film is annotated.
        tracked: its faces, from left to right.
        share: of the film that is read, 0 to 1, or None where its length is not known.
        moments: for each class the strongest one so far; the same dictionary in all frames of a film.
        warning: in the last frame, what of the film could not be read; "" where all is well.
    """

    time: float
    image: np.ndarray
    tracked: list[Tracked]
    share: float | None
    moments: dict[str, Moment] = field(repr=False)
    warning: str = ""

    @property
    def readings(self) -> list[Reading]:
        return [Reading.of(tracked, self.time) for tracked in self.tracked]


def read_video(
    path: str | Path,
    *,
    reader: EmotionReader | None = None,
    every: float = EVERY,
    smoothing: float = SMOOTHING,
    progress: Callable[[float | None, float], bool | None] = lambda share, seconds: True,
) -> Iterator[Frame]:
    """The emotions in a film, read while it is decoded; no more than two pictures are kept.

    Args:
        path: an MP4, WebM, MOV, MKV or AVI file.
        reader: whatever answers (default: the default run with YuNet).
        every: seconds between readings; 0 for every picture.
        smoothing: time constant in seconds of the average over each face's probabilities; 0 for none.
        progress: called after every reading with the share of the film (None where its length is not known) and its
            seconds; False ends the reading.

    Raises:
        FerError: for a file that is no video, or of which nothing can be read. Where a part can, the last frame's
            `warning` says so.
    """
    with open_film(path) as film:
        yield from _held_back(film, _read(film, _Watch(film, reader, every, smoothing), progress))


def annotate_video(
    path: str | Path,
    out: str | Path,
    *,
    reader: EmotionReader | None = None,
    every: float = EVERY,
    smoothing: float = SMOOTHING,
    colors: dict[str, str] | None = None,
) -> Iterator[Frame]:
    """Read a film as `read_video` does and write it as an MP4 with every face's box, number and label, and its sound.

    Between two readings the boxes move evenly from one to the next, and the labels stay. Closing the iterator before
    its end leaves no file; one that was there before is replaced only at the end.

    Args:
        out: the MP4 to write.
        colors: of the labels (default: those of the charts).

    Raises:
        FerError: as `read_video` does, and where `out` cannot be written.
    """
    with open_film(path) as film:
        watch = _Watch(film, reader, every, smoothing)
        colors = colors or _colors(watch.labels)
        with Recording(out, rate=film.rate, sound=film.sound, start=film.start) as recording:
            yield from _held_back(film, _annotate(film, watch, recording, colors))


def _colors(labels: tuple[str, ...]) -> dict[str, str]:
    from fer.inference.palette import color_map  # brings Plotly, which reading a film does not need

    return color_map(labels)


class _Watch:
    """Reads the pictures of one film that are due."""

    def __init__(self, film: Film, reader: EmotionReader | None, every: float, smoothing: float):
        if not 0 <= every < float("inf"):
            raise FerError(f"every must be 0 or more seconds between readings, got {every}.")
        self._film, self._reader, self.every = film, reader or EmotionReader(), every
        memory = max(MEMORY[0], MEMORY[1] * every)
        self._tracker, self._due = Tracker(smoothing=smoothing, memory=memory), 0.0
        self.moments: dict[str, Moment] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        return self._reader.classifier.labels

    def is_due(self, time: float) -> bool:
        return time >= self._due - SAME

    def read(self, picture: av.VideoFrame, time: float) -> Frame:
        if self.every:
            self._due = self.every * ((time + SAME) // self.every + 1)
        image = self._film.upright(picture)
        tracked = self._tracker.update(self._reader.read(image), time)
        share = min(1.0, time / self._film.duration) if self._film.duration else None
        frame = Frame(time, image, tracked, share, self.moments)
        keep_strongest(self.moments, image, frame.readings)
        return frame


def _read(film: Film, watch: _Watch, progress: Callable[[float | None, float], bool | None]) -> Iterator[Frame]:
    for time, picture in film.pictures():
        if watch.is_due(time):
            frame = watch.read(picture, time)
            yield frame
            if progress(frame.share, time) is False:
                return


def _annotate(film: Film, watch: _Watch, recording: Recording, colors: dict[str, str]) -> Iterator[Frame]:
    """Write every picture, those between two readings when the second of them is known."""
    before, waiting, pixels = None, [], 0

    def write(after: Frame | None) -> None:
        for time, picture in waiting:
            recording.add(
                draw(film.upright(picture), [face.mark for face in _between(before, after, time)], colors), time
            )
        waiting.clear()

    for time, picture in film.pictures(recording.add_sound):
        pixels = picture.width * picture.height
        if watch.is_due(time):
            frame = watch.read(picture, time)
            write(after=frame)
            before = frame
            recording.add(draw(frame.image, [face.mark for face in frame.tracked], colors), time)
            yield frame
        else:
            waiting.append((time, picture))
            if len(waiting) * pixels > MOST_WAITING:
                write(after=None)
    write(after=None)


def _between(before: Frame, after: Frame | None, time: float) -> list[Tracked]:
    """The faces of the frame before, moved towards where they are after; still where they are not there, or nothing is
    known of it yet."""
    places = {tracked.number: tracked.raw.face.box for tracked in after.tracked} if after else {}
    share = (time - before.time) / (after.time - before.time) if after else 0.0
    return [_moved(tracked, places.get(tracked.number), share) for tracked in before.tracked]


def _moved(tracked: Tracked, place: tuple[int, int, int, int] | None, share: float) -> Tracked:
    if place is None:
        return tracked
    face = tracked.prediction.face
    box = tuple(round(start + share * (end - start)) for start, end in zip(face.box, place, strict=True))
    return replace(tracked, prediction=replace(tracked.prediction, face=replace(face, box=box)))


def _held_back(film: Film, frames: Iterator[Frame]) -> Iterator[Frame]:
    """Each frame when the next is there, so that the last can carry the film's warning."""
    held = None
    with closing(frames):
        for frame in frames:
            if held:
                yield held
            held = frame
    if held:
        yield replace(held, warning=film.warning)
