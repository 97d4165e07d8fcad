"""Emotions in videos: read several frames per second, or write an annotated copy of the video."""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np

from fer.errors import FerError
from fer.inference.drawing import draw
from fer.inference.palette import color_map
from fer.inference.reader import EmotionReader
from fer.video.decoder import Video, open_video
from fer.video.encoder import Recording
from fer.video.observations import Moment, Reading, keep_strongest
from fer.video.tracker import Tracked, Tracker

EVERY = 0.2  # seconds between readings: expressions last at least half a second (Ekman 2003)
SMOOTHING = 0.5  # seconds, time constant of the average over readings
MOST_WAITING = 64_000_000  # pixels held back until the next reading, 96 MB: 2 seconds of 720p
MOST_FRAMES = 500  # held back: tiny ones take 8 kB each
MEMORY = 2.0, 3.0  # seconds, or readings if that is longer, after which an absent face is forgotten
WHOLE = 0.0, None  # the part of a video that is all of it
SAME = 1e-6  # seconds, tolerance for rounding of times


@dataclass(frozen=True)
class Frame:
    """A frame of a video that was read.

    Attributes:
        time: seconds since the first frame.
        image: uint8 (H, W, 3), RGB, upright; with marks if the video is annotated.
        tracked: its faces, from left to right.
        share: of the video read so far, 0 to 1, or None if its length is unknown.
        moments: the surest one of each label so far; all frames of a video share this dictionary.
        warning: in the last frame, what could not be read; "" if everything was.
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
    part: tuple[float, float | None] = WHOLE,
    progress: Callable[[float | None, float], bool | None] = lambda share, seconds: True,
) -> Generator[Frame]:
    """Read the emotions in a video while decoding it; at most two frames are kept in memory.

    Args:
        path: an MP4, WebM, MOV, MKV or AVI file.
        reader: default: the default run with YuNet.
        every: seconds between readings; 0 for every frame.
        smoothing: time constant in seconds of the average over each face's probabilities; 0 for none.
        part: the seconds to read, from the first up to the second (None: the end); times still count from the video's
            first frame.
        progress: called after every reading with the share of the video (None if its length is unknown) and the time
            in seconds; returning False stops the reading.

    Raises:
        FerError: if the file isn't a video or nothing in it can be read, and for a part that is not in it. If only some
            can be read, the last frame's `warning` says so.
    """
    with open_video(path, part) as video:
        yield from _held_back(video, _read(video, _Watch(video, reader, every, smoothing), progress))


def annotate_video(
    path: str | Path,
    out: str | Path,
    *,
    reader: EmotionReader | None = None,
    every: float = EVERY,
    smoothing: float = SMOOTHING,
    part: tuple[float, float | None] = WHOLE,
    colors: dict[str, str] | None = None,
) -> Generator[Frame]:
    """Like `read_video`, and write an MP4 with every face's box, number and label, and with the original audio.

    Faces below the reader's threshold are marked "not sure". The copy starts with the part. Between readings, boxes are
    interpolated and labels stay. Closing the iterator early leaves no file; an existing file is replaced only at the
    end.

    Args:
        out: the MP4 to write.
        colors: by label; default: those of the charts.

    Raises:
        FerError: like `read_video`, and if `out` cannot be written.
    """
    with open_video(path, part) as video:
        watch = _Watch(video, reader, every, smoothing)
        colors = colors or color_map(watch.labels)
        with Recording(out, rate=video.rate, sound=video.sound, start=video.start + video.part[0]) as recording:
            yield from _held_back(video, _annotate(video, watch, recording, colors))


class _Watch:
    """Reads the frames of one video that are due."""

    def __init__(self, video: Video, reader: EmotionReader | None, every: float, smoothing: float):
        if not 0 <= every < float("inf"):
            raise FerError(f"every must be 0 or more seconds between readings, got {every}.")
        self._video, self._reader, self.every = video, reader or EmotionReader(), every
        memory = max(MEMORY[0], MEMORY[1] * every)
        self._tracker, self._due = Tracker(smoothing=smoothing, memory=memory), 0.0
        self.moments: dict[str, Moment] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        return self._reader.classifier.labels

    def mark(self, image: np.ndarray, faces: list[Tracked], colors: dict[str, str]) -> np.ndarray:
        return draw(image, [face.mark for face in faces], colors, threshold=self._reader.threshold)

    def is_due(self, time: float) -> bool:
        return time >= self._due - SAME

    def read(self, decoded: av.VideoFrame, time: float) -> Frame:
        if self.every:
            self._due = self.every * ((time + SAME) // self.every + 1)
        image = self._video.upright(decoded)
        tracked = self._tracker.update(self._reader.read(image, upright=True), time)
        length, start = self._video.length, self._video.part[0]
        share = min(1.0, (time - start) / length) if length else None
        frame = Frame(time, image, tracked, share, self.moments)
        keep_strongest(self.moments, image, frame.readings)
        return frame


def _read(video: Video, watch: _Watch, progress: Callable[[float | None, float], bool | None]) -> Generator[Frame]:
    for time, decoded in video.frames():
        if watch.is_due(time):
            frame = watch.read(decoded, time)
            yield frame
            if progress(frame.share, time) is False:
                return


def _annotate(video: Video, watch: _Watch, recording: Recording, colors: dict[str, str]) -> Generator[Frame]:
    """Write every frame; those between two readings once the second reading is known."""
    before: Frame | None = None
    waiting: list[tuple[float, av.VideoFrame]] = []

    def write(after: Frame | None) -> None:
        for time, decoded in waiting:
            faces = _between(before, after, time) if before else []
            recording.add(watch.mark(video.upright(decoded), faces, colors), time - video.part[0])
        waiting.clear()

    for time, decoded in video.frames(recording.add_sound):
        if watch.is_due(time):
            frame = watch.read(decoded, time)
            write(after=frame)
            before = frame
            recording.add(watch.mark(frame.image, frame.tracked, colors), time - video.part[0])
            yield frame
        else:
            waiting.append((time, decoded))
            if len(waiting) >= MOST_FRAMES or len(waiting) * decoded.width * decoded.height > MOST_WAITING:
                write(after=None)
    write(after=None)


def _between(before: Frame, after: Frame | None, time: float) -> list[Tracked]:
    """The faces of the previous frame, interpolated towards the next; unmoved if they are not in it, or it is not read
    yet."""
    boxes = {tracked.number: tracked.raw.face.box for tracked in after.tracked} if after else {}
    share = (time - before.time) / (after.time - before.time) if after else 0.0
    return [_moved(tracked, boxes.get(tracked.number), share) for tracked in before.tracked]


def _moved(tracked: Tracked, end_box: tuple[int, int, int, int] | None, share: float) -> Tracked:
    if end_box is None:
        return tracked
    face = tracked.prediction.face
    x1, y1, x2, y2 = (round(start + share * (end - start)) for start, end in zip(face.box, end_box, strict=True))
    return replace(tracked, prediction=replace(tracked.prediction, face=replace(face, box=(x1, y1, x2, y2))))


def _held_back(video: Video, frames: Generator[Frame]) -> Generator[Frame]:
    """Each frame once the next one is known, so that the last one can carry the video's warning."""
    held = None
    with closing(frames):
        for frame in frames:
            if held:
                yield held
            held = frame
    if held:
        yield replace(held, warning=video.warning)
