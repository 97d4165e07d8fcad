"""Videos frame by frame, through FFmpeg (PyAV): upright, with square pixels and original timestamps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition

from fer.errors import FerError
from fer.system.processor import cores

SUFFIXES = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".wmv", ".flv", ".3gp", ".ogv")
FORMATS = "mov,matroska,avi,mpegts,mpeg,asf,flv,ogg"  # none that opens other files or URLs, as playlists do
THREADS = min(4, cores())  # each buffers some frames; four decode 720p faster than faces are detected
MAX_FRAME_PIXELS = 9_000_000  # 4K has 8.8 million; the decoder keeps several frames at a time
LONGEST_SIDE = 1920  # pixels of the frames that are read and written; faces are searched at 1280 at most
USUAL_RATE = 25  # frames per second, if the file does not say
DECODER = {"max_pixels": str(MAX_FRAME_PIXELS)}  # FFmpeg checks it again if the size changes within the video
MOST_DAMAGED = 100  # damaged packets after which reading stops
SEEK_BY_TIME = ("mpegts", "mpeg")  # FFmpeg lands at a time in these, perhaps between key frames
LEAD = 10.0  # seconds that hold a key frame
CUT_OFF = 1.0  # seconds by which frames may end before the stated duration; audio often lasts that much longer


class Video:
    """An open video.

    Args:
        part: the seconds to read, from the first up to the second; None: up to the end.

    Attributes:
        part: the same, with the end as stated by the file instead of None; None if that is unknown.
        sound: the audio stream, or None.
        duration: seconds, as stated by the file, or None.
        rate: frames per second, as stated by the file; times come from the frames themselves.
        start: time of the first frame in the file's own clock, in seconds.
        warning: a sentence about what could not be read; set at the end, "" if everything was.
    """

    def __init__(self, container: InputContainer, part: tuple[float, float | None] = (0.0, None)):
        self._container, self._stream = container, _video_stream(container)
        self.sound = next((stream for stream in container.streams.audio if stream.codec_context), None)
        self._stream.codec_context.options = DECODER
        self._stream.thread_type, self._stream.codec_context.thread_count = "AUTO", THREADS
        duration, base = self._stream.duration, self._stream.time_base or Fraction(1, av.time_base)
        whole = container.duration / av.time_base if container.duration else None
        self.duration = float(duration * base) if duration else whole
        self.rate = float(self._stream.average_rate or self._stream.guessed_rate or USUAL_RATE)
        self.start = float((self._stream.start_time or 0) * base)
        self._pixel_aspect = float(self._stream.sample_aspect_ratio or 1)  # width by height
        self.warning, self._damaged = "", 0
        self.part = _part(part, self.duration)

    @property
    def length(self) -> float | None:
        """Seconds of the part that is read, or None if the file does not say how long it is."""
        start, end = self.part
        return None if end is None else end - start

    def frames(self, sound: Callable[[av.Packet], None] | None = None) -> Iterator[tuple[float, av.VideoFrame]]:
        """Every readable frame of the part, with its time in seconds since the video's first one; times strictly
        increase.

        Args:
            sound: called with the audio packets as they come between the frames; the last one is empty.
        """
        streams = [self._stream] if sound is None or self.sound is None else [self._stream, self.sound]
        start, end = self.part
        untimed, time, count = self._seek(), -1 / self.rate, 0
        for packet in self._packets(streams):
            if packet.stream is not self._stream:
                if sound:
                    sound(packet)
                continue
            for frame in self._decoded(packet):
                stated = untimed if frame.time is None else max(0.0, frame.time - self.start)
                time = stated if stated > time else time + 1 / self.rate  # carelessly joined files jump back
                if end is not None and time >= end and end != self.duration:
                    self.warning = self._fault(end, count)
                    return
                if time >= start:
                    count += 1
                    yield time, frame
        self.warning = self._fault(time + 1 / self.rate, count)

    def upright(self, frame: av.VideoFrame) -> np.ndarray:
        """The frame as displayed: uint8 (H, W, 3), RGB, rotated by its display matrix, scaled down to LONGEST_SIDE."""
        width, height = max(1.0, frame.width * self._pixel_aspect), frame.height
        scale = min(1.0, LONGEST_SIDE / max(width, height))
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        image = frame.to_ndarray(format="rgb24", width=width, height=height)
        turns = round(frame.rotation / 90) % 4  # counter-clockwise, like np.rot90
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

    def _seek(self) -> float:
        """Go to the last key frame before the part; returns the time of its first frame if frames have none."""
        start, base = self.part[0], self._stream.time_base
        wanted = start - LEAD if self._container.format.name in SEEK_BY_TIME else start
        if wanted <= 0 or not base:
            return 0.0
        try:
            self._container.seek(round((wanted + self.start) / base), stream=self._stream)
        except FFmpegError:  # read from the beginning, and skip
            return 0.0
        return wanted

    def _packets(self, streams: list) -> Iterator[av.Packet]:
        while self._damaged < MOST_DAMAGED:
            try:
                yield from self._container.demux(streams)
                return
            except FFmpegError:  # frames after the damage may be readable
                self._damaged += 1

    def _decoded(self, packet: av.Packet) -> list[av.VideoFrame]:
        try:
            return [frame for frame in packet.decode() if isinstance(frame, av.VideoFrame)]
        except FFmpegError:
            self._damaged += 1
            return []

    def _fault(self, end: float, count: int) -> str:
        if not count and end > 0:  # there are frames, but elsewhere
            raise FerError("No frame of the video lies in this part. Choose a longer one.")
        if not count:
            raise FerError("The video is damaged: no frame in it can be read. Record, copy or download it again.")
        expected = self.part[1]
        if expected and self.duration and expected - end > max(CUT_OFF, 2 / self.rate):
            return f"Only the first {end:.1f} of {self.duration:.1f} seconds could be read; the file may be incomplete."
        return "Parts of the video are damaged and were skipped." if self._damaged else ""


@contextmanager
def open_video(path: str | Path, part: tuple[float, float | None] = (0.0, None)) -> Iterator[Video]:
    """Open a video for reading.

    Args:
        part: the seconds to read, from the first up to the second; None: up to the end.

    Raises:
        FerError: if the file does not exist, is empty, isn't a video, has only audio, or uses an unknown codec; and for
            a part that is empty or not within the video.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise FerError(f"The file cannot be read: {error.strerror}.") from error
    if not head:
        raise FerError("The file is empty (0 bytes). Use another file.")
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    try:
        container = av.open(f"file:{path}", container_options=options, options=DECODER, metadata_errors="replace")
    except FFmpegError as error:
        raise _unreadable(head) from error
    with container:
        yield Video(container, part)


def _part(part: tuple[float, float | None], duration: float | None) -> tuple[float, float | None]:
    start, end = part
    if start < 0 or (end is not None and end <= start):
        raise FerError(f"A part must start at 0 or later and end after its start, got {start} to {end} seconds.")
    if duration and start >= duration:
        raise FerError(f"The part starts at {start:.1f} seconds, but the video has only {duration:.1f}.")
    return start, min(end, duration) if end and duration else end or duration


def _unreadable(head: bytes) -> FerError:
    if head[4:] == b"ftyp":  # an MP4 or MOV, whose index is usually at the end
        return FerError("The video is incomplete: its index is missing. Record, copy or download it again.")
    return FerError("This file isn't a readable video. Use an MP4, WebM, MOV, MKV or AVI file.")


def _video_stream(container: InputContainer) -> av.VideoStream:
    """The first video stream; cover art does not count."""
    covers = Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not streams:
        raise FerError("The file has no video" + (", only audio." if container.streams.audio else "."))
    context = streams[0].codec_context
    if context is None:
        raise FerError("The video's codec is not supported. Convert it to MP4 with H.264.")
    if context.width * context.height > MAX_FRAME_PIXELS:
        raise FerError(
            f"The video has {context.width} × {context.height} pixels, but at most "
            f"{MAX_FRAME_PIXELS // 10**6} megapixels are supported, as in 4K. Reduce its resolution first."
        )
    return streams[0]
