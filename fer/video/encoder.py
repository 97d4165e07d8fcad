"""An MP4 that browsers play, written picture by picture; on disk only when it is whole."""

from fractions import Fraction
from math import inf
from pathlib import Path

import av
import numpy as np

from fer.errors import FerError

# H.264 is played everywhere; VP9 by all current browsers, should an FFmpeg come without x264.
CODECS = {
    "libx264": {"preset": "veryfast", "crf": "23"},  # x264's own quality; at half the time of its own speed
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "33", "b": "0"},
}
COPIED = ("aac", "mp3", "opus")  # sound that may stand in an MP4 as it is
SOUND, SOUND_RATE = "aac", 48_000  # what any other sound becomes
TICKS = Fraction(1, 90_000)  # of the pictures' times: MPEG's own, which divides all usual rates
BT709 = 1  # the colours of high definition, by its number in H.273
LIMITED = 1  # 16 to 235, in FFmpeg's AVCOL_RANGE


class Recording:
    """A film on its way to disk: a context that puts the file in its place at its end, and removes it on an error.

    Args:
        path: of the MP4.
        rate: pictures a second, as announced.
        sound: the audio stream that is kept, or None.
        start: seconds in the sound's time at which the pictures begin.

    Raises:
        FerError: for a path that cannot be written, or is not called .mp4.
    """

    def __init__(self, path: str | Path, *, rate: float, sound: av.AudioStream | None = None, start: float = 0.0):
        self.path, self._sound, self._start = Path(path), sound, start
        if self.path.suffix.lower() != ".mp4":
            raise FerError(f"The annotated video must be called .mp4, got {self.path.name!r}.")
        self._rate = Fraction(rate).limit_denominator(1001)
        self._unfinished = self.path.with_name(f".{self.path.name}.unfinished")
        self._early, self._latest, self._picture, self._heard = [], -inf, None, None

    def __enter__(self) -> "Recording":
        try:
            self._unfinished.touch()  # FFmpeg opens it only with the first picture
        except OSError as error:
            raise FerError(f"{self.path} cannot be written: {error.strerror}.") from error
        options = {"movflags": "+faststart"}  # the index first, so that playing begins before all is loaded
        self._container = av.open(f"file:{self._unfinished}", "w", format="mp4", options=options)
        return self

    def __exit__(self, kind, *_) -> None:
        try:
            with self._container:
                if kind is None:
                    self._container.mux(self._picture.encode())
            if kind is None:
                self._unfinished.replace(self.path)
        finally:
            self._unfinished.unlink(missing_ok=True)

    def add(self, image: np.ndarray, time: float) -> None:
        """Append a picture, uint8 (H, W, 3), RGB; one of another size than the first is scaled to it."""
        if self._picture is None:
            self._begin(*image.shape[:2])
        size = {"width": self._picture.width, "height": self._picture.height}
        frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(
            **size, format="yuv420p", dst_colorspace="ITU709", interpolation="BILINEAR"
        )
        frame.pts, frame.time_base = round(time / TICKS), TICKS
        self._container.mux(self._picture.encode(frame))

    def add_sound(self, packet: av.Packet) -> None:
        """Append what comes from the sound's stream."""
        if self._picture is None:  # a file begins with what all its streams are
            self._early.append(packet)
        elif self._is_copied:
            self._copy(packet)
        else:
            self._encode(packet)

    @property
    def _is_copied(self) -> bool:
        return self._sound.codec_context.codec.canonical_name in COPIED

    def _begin(self, height: int, width: int) -> None:
        codec = _codec()
        picture = self._container.add_stream(codec, rate=self._rate, options=CODECS[codec])
        picture.width, picture.height = width + width % 2, height + height % 2  # colours are shared by 2 x 2 pixels
        picture.pix_fmt, context = "yuv420p", picture.codec_context
        context.time_base = picture.time_base = TICKS
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        if self._sound and self._is_copied:
            self._heard = self._container.add_stream_from_template(self._sound)
        elif self._sound:
            layout = "mono" if self._sound.codec_context.channels == 1 else "stereo"
            self._heard = self._container.add_stream(SOUND, rate=SOUND_RATE, layout=layout)
        self._picture, early = picture, self._early
        for packet in early:
            self.add_sound(packet)

    def _copy(self, packet: av.Packet) -> None:
        if packet.pts is None or packet.dts is None or packet.dts <= self._latest:  # the empty one at the end
            return  # has no times; and an MP4 takes none that goes back
        shift, self._latest = round(self._start / packet.time_base), packet.dts
        packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, self._heard
        self._container.mux(packet)

    def _encode(self, packet: av.Packet) -> None:
        try:
            frames = packet.decode()
        except av.FFmpegError:  # a damaged piece is silent
            return
        for frame in frames:
            if frame.pts is not None:
                frame.pts -= round(self._start / frame.time_base)
            self._container.mux(self._heard.encode(frame))
        if packet.dts is None:
            self._container.mux(self._heard.encode())


def _codec() -> str:
    """The first of CODECS that this FFmpeg can write."""
    for name in CODECS:
        try:
            av.Codec(name, "w")
            return name
        except av.codec.codec.UnknownCodecError:
            continue
    raise FerError("This FFmpeg writes no video that browsers play. Install PyAV from PyPI: pip install av")
