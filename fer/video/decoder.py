"""Videos picture by picture, through FFmpeg (PyAV): upright, with square pixels, at their own times."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np

from fer.errors import FerError
from fer.faces.image import MAX_PIXELS

SUFFIXES = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".wmv", ".flv", ".3gp", ".ogv")
FORMATS = "mov,matroska,avi,mpegts,mpeg,asf,flv,ogg"  # none that opens other files or addresses, as playlists do
THREADS = min(4, os.cpu_count() or 1)  # each holds some pictures; four decode 720 lines faster than faces are found
USUAL_RATE = 25  # pictures a second, where a file does not say
MOST_DAMAGED = 100  # pieces of a file after which it is given up where it is
CUT_OFF = 1.0  # seconds that a film may end before its announced end; sound often lasts that much longer


class Film:
    """An open video.

    Attributes:
        sound: its audio stream, or None.
        duration: seconds as the file announces them, or None where it does not.
        rate: pictures a second, as announced; times are told by the pictures themselves.
        start: seconds in the file's own time at which its pictures begin.
        warning: what could not be read, as a sentence for people; known at the end, "" where all is well.
    """

    def __init__(self, container: av.container.InputContainer):
        self._container, self._stream = container, _pictures_of(container)
        self.sound = next((stream for stream in container.streams.audio if stream.codec_context), None)
        self._stream.thread_type, self._stream.codec_context.thread_count = "AUTO", THREADS
        announced, base = self._stream.duration, self._stream.time_base
        whole = container.duration / av.time_base if container.duration else None
        self.duration = float(announced * base) if announced else whole
        self.rate = float(self._stream.average_rate or self._stream.guessed_rate or USUAL_RATE)
        self.start = float((self._stream.start_time or 0) * base)
        self._pixel_aspect = float(self._stream.sample_aspect_ratio or 1)  # width by height
        self.warning, self._damaged = "", 0

    def pictures(self, sound: Callable[[av.Packet], None] | None = None) -> Iterator[tuple[float, av.VideoFrame]]:
        """Every picture that can be read, with its time in seconds after the first one; times grow.

        Args:
            sound: is given the packets of `sound` as they come between the pictures, the last one empty.
        """
        streams = [self._stream] if sound is None or self.sound is None else [self._stream, self.sound]
        time, frames = -1 / self.rate, 0
        for packet in self._packets(streams):
            if packet.stream is not self._stream:
                sound(packet)
                continue
            for frame in self._decoded(packet):
                said = time if frame.time is None else max(0.0, frame.time - self.start)
                time = said if said > time else time + 1 / self.rate  # also in files joined without care
                frames += 1
                yield time, frame
        self.warning = self._fault(time + 1 / self.rate, frames)

    def upright(self, frame: av.VideoFrame) -> np.ndarray:
        """A picture as people see it: uint8 (H, W, 3), RGB, turned as its display matrix says, writable."""
        width = max(1, round(frame.width * self._pixel_aspect))
        image = frame.to_ndarray(format="rgb24", width=width, height=frame.height)
        turns = round(frame.rotation / 90) % 4  # counter-clockwise, as numpy turns
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

    def _packets(self, streams: list) -> Iterator[av.Packet]:
        while self._damaged < MOST_DAMAGED:
            try:
                yield from self._container.demux(streams)
                return
            except av.FFmpegError:  # behind the damage it may go on
                self._damaged += 1

    def _decoded(self, packet: av.Packet) -> list[av.VideoFrame]:
        try:
            return packet.decode()
        except av.FFmpegError:
            self._damaged += 1
            return []

    def _fault(self, end: float, frames: int) -> str:
        if not frames:
            raise FerError("The video is damaged: no picture in it can be read. Record, copy or download it again.")
        if self.duration and self.duration - end > max(CUT_OFF, 2 / self.rate):
            return f"Only the first {end:.1f} of {self.duration:.1f} seconds have pictures; the file may be cut off."
        return "Parts of the video are damaged and were left out." if self._damaged else ""


@contextmanager
def open_film(path: str | Path) -> Iterator[Film]:
    """Open a video for reading.

    Raises:
        FerError: for a file that does not exist, is empty, is no video, has sound alone, or is coded in a way that is
            not known.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise FerError(f"The file cannot be read: {error.strerror}.") from error
    if not head:
        raise FerError("The file is empty (0 bytes).")
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    try:
        container = av.open(f"file:{path}", container_options=options, metadata_errors="replace")
    except av.FFmpegError as error:
        raise _unreadable(head) from error
    with container:
        yield Film(container)


def _unreadable(head: bytes) -> FerError:
    if head[4:] == b"ftyp":  # an mp4 or mov, whose index usually stands at its end
        return FerError("The video is cut off: its index is missing. Record, copy or download it again.")
    return FerError(
        "This is no video that can be read, whatever its name says. Give an MP4, WebM, MOV, MKV or AVI file."
    )


def _pictures_of(container: av.container.InputContainer) -> av.VideoStream:
    """The stream of moving pictures; a cover on a song is none."""
    covers = av.stream.Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not streams:
        raise FerError("The file holds no video" + (", only sound." if container.streams.audio else "."))
    context = streams[0].codec_context
    if context is None:
        raise FerError("The video is coded in a way that is not known here. Convert it to MP4 with H.264.")
    if context.width * context.height > MAX_PIXELS:
        raise FerError(
            f"The video has {context.width} x {context.height} pixels; at most {MAX_PIXELS // 10**6} megapixels are "
            "read. Make it smaller first."
        )
    return streams[0]
