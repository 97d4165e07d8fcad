"""An MP4 that browsers can play, written frame by frame; on disk only once complete."""

from fractions import Fraction
from math import inf
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.codec.codec import UnknownCodecError
from av.error import FFmpegError
from av.video.stream import VideoStream

from fer.errors import FerError

# H.264 plays everywhere; VP9 in all current browsers, in case FFmpeg lacks x264.
CODECS = {
    "libx264": {"preset": "veryfast", "crf": "23"},  # x264's default quality, in half the time of its default speed
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "33", "b": "0"},
}
COPIED = ("aac", "mp3", "opus")  # audio that an MP4 can hold unchanged
SOUND, SOUND_RATE = "aac", 48_000  # what any other audio is converted to
PRIMING = 0.1  # seconds by which audio may begin before the first frame: encoders put silence there
TICKS = Fraction(1, 90_000)  # time base of the frames: MPEG's own, divisible by all common rates
BT709 = 1  # the colour space of HD video, its code in H.273
LIMITED = 1  # luma 16 to 235, FFmpeg's AVCOL_RANGE_MPEG


class Recording:
    """A video being written: a context manager that moves the file into place at the end and deletes it on errors.

    Args:
        path: the MP4 to write.
        rate: frames per second, as stated in the file.
        sound: the audio stream to keep, or None.
        start: time of the first frame in the audio's clock, in seconds.

    Raises:
        FerError: if the path cannot be written, or does not end in .mp4.
    """

    def __init__(self, path: str | Path, *, rate: float, sound: AudioStream | None = None, start: float = 0.0):
        self.path, self._sound, self._start = Path(path), sound, start
        if self.path.suffix.lower() != ".mp4":
            raise FerError(f"The annotated video must be an .mp4 file, got {self.path.name!r}.")
        self._rate = Fraction(rate).limit_denominator(1001)
        self._unfinished = self.path.with_name(f".{self.path.name}.unfinished")
        self._early: list[av.Packet] = []  # audio before the first frame
        self._latest = -inf
        self._video_out: VideoStream | None = None
        self._audio_out: AudioStream | None = None

    def __enter__(self) -> "Recording":
        try:
            self._unfinished.touch()  # FFmpeg opens it only with the first frame
        except OSError as error:
            raise FerError(f"{self.path} cannot be written: {error.strerror}.") from error
        options = {"movflags": "+faststart"}  # index first, so that playback starts before all is loaded
        self._container = av.open(f"file:{self._unfinished}", "w", format="mp4", options=options)
        return self

    def __exit__(self, kind, *_) -> None:
        try:
            with self._container:
                if kind is None and self._video_out:
                    self._container.mux(self._video_out.encode())
            if kind is None:
                self._unfinished.replace(self.path)
        finally:
            self._unfinished.unlink(missing_ok=True)

    def add(self, image: np.ndarray, time: float) -> None:
        """Append a frame, uint8 (H, W, 3), RGB; scaled to the size of the first one if it differs."""
        video = self._video_out or self._begin(*image.shape[:2])
        frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(
            video.width, video.height, format="yuv420p", dst_colorspace="ITU709", interpolation="BILINEAR"
        )
        frame.pts, frame.time_base = round(time / TICKS), TICKS
        self._container.mux(video.encode(frame))

    def add_sound(self, packet: av.Packet) -> None:
        """Append a packet of the audio stream, unless it ends before the first frame."""
        if packet.pts is not None and (packet.pts + (packet.duration or 0)) * packet.time_base < self._start - PRIMING:
            return
        if not self._video_out:  # the header must name all streams
            self._early.append(packet)
        elif self._is_copied:
            self._copy(packet)
        else:
            self._encode(packet)

    @property
    def _is_copied(self) -> bool:
        return self._sound is not None and self._sound.codec_context.codec.canonical_name in COPIED

    def _begin(self, height: int, width: int) -> VideoStream:
        codec = _codec()
        video = cast(VideoStream, self._container.add_stream(codec, rate=self._rate, options=CODECS[codec]))
        video.width, video.height = width + width % 2, height + height % 2  # 2 × 2 pixels share their colour
        video.pix_fmt, context = "yuv420p", video.codec_context
        context.time_base = video.time_base = TICKS
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        if self._sound and self._is_copied:
            self._audio_out = self._container.add_stream_from_template(self._sound)
        elif self._sound:
            layout = "mono" if self._sound.codec_context.channels == 1 else "stereo"
            self._audio_out = cast(AudioStream, self._container.add_stream(SOUND, rate=SOUND_RATE, layout=layout))
        self._video_out = video
        for packet in self._early:
            self.add_sound(packet)
        return video

    def _copy(self, packet: av.Packet) -> None:
        if packet.pts is None or packet.dts is None or packet.dts <= self._latest:  # the empty last packet
            return  # has no times, and an MP4 rejects times that go back
        shift, self._latest = round(self._start / packet.time_base), packet.dts
        packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, self._audio_out
        self._container.mux(packet)

    def _encode(self, packet: av.Packet) -> None:
        audio = self._audio_out
        if audio is None:
            return
        try:
            frames = [frame for frame in packet.decode() if isinstance(frame, av.AudioFrame)]
        except FFmpegError:  # skip damaged audio
            return
        for frame in frames:
            if frame.pts is not None and frame.time_base:
                frame.pts -= round(self._start / frame.time_base)
            self._container.mux(audio.encode(frame))
        if packet.dts is None:
            self._container.mux(audio.encode())


def _codec() -> str:
    """The first of CODECS that this FFmpeg supports."""
    for name in CODECS:
        try:
            av.Codec(name, "w")
            return name
        except UnknownCodecError:
            continue
    raise FerError("This FFmpeg supports no video codec that browsers can play. Install PyAV from PyPI: pip install av")
