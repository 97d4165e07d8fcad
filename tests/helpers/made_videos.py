"""Tiny videos that tests make themselves, and a reader that finds a red square in them without a network."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np

from fer.faces.crop import Face, crop
from fer.inference.prediction import Prediction
from fer.video.annotate import annotate_video, read_video

LABELS = ("happy", "sad", "neutral")
COLORS = {"happy": "#00ff00", "sad": "#ffffff", "neutral": "#ffff00"}
RATE = 25
SOUND_RATE = 48_000


def square(x: int, y: int, size: int = 24, width: int = 160, height: int = 96) -> np.ndarray:
    """A red square on blue, uint8 (H, W, 3)."""
    image = np.full((height, width, 3), (20, 20, 120), np.uint8)
    image[y : y + size, x : x + size] = (255, 0, 0)
    return image


def moving(n: int) -> list[np.ndarray]:
    """So many pictures of a square that moves 2 pixels to the right in each."""
    return [square(2 * i % 130, 30) for i in range(n)]


@dataclass
class RedReader:
    """Takes the place of an EmotionReader: the red part of a picture is its face, "happy" by how far right it is."""

    labels: tuple[str, ...] = LABELS
    read_times: int = 0
    threshold: float = 0.0
    sizes: set = field(default_factory=set)

    @property
    def classifier(self):
        return SimpleNamespace(labels=self.labels)

    def read(self, image: np.ndarray, *, upright: bool = False) -> list[Prediction]:
        self.read_times += 1
        self.sizes.add(image.shape)
        ys, xs = np.nonzero((image[..., 0] > 150) & (image[..., 1] < 90) & (image[..., 2] < 90))
        if not len(xs):
            return []
        box = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
        face, happy = Face(box, 0.9), box[0] / image.shape[1]
        shares = np.array([happy, 0.9 - 0.9 * happy, 0.1 - 0.1 * happy])
        return [Prediction(face, self.labels, shares, crop(image, face))]


def video(
    path: Path,
    images: list[np.ndarray],
    *,
    times: list[float] | None = None,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sound: str | None = None,
    rotation: int = 0,
    aspect: Fraction | None = None,
    options: dict | None = None,
) -> Path:
    """Write pictures (25 a second, or at `times`), with a tone coded as `sound`, and the display matrix of a phone
    that was turned by `rotation` degrees counter-clockwise."""
    with av.open(str(path), "w", options=options or {}) as out:
        stream = out.add_stream(codec, rate=RATE)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt, stream.codec_context.time_base = pixels, Fraction(1, 1000)
        stream.codec_context.gop_size = 10  # pictures between those that stand for themselves
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        tone = out.add_stream(sound, rate=SOUND_RATE, layout="mono") if sound else None
        for i, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.pts = round(1000 * (times[i] if times else i / RATE))
            frame.time_base = Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
        if tone:
            write_tone(out, tone, times[-1] if times else len(images) / RATE)
    return path


def write_tone(out, stream, seconds: float) -> None:
    samples = np.sin(2 * np.pi * 440 * np.arange(int(seconds * SOUND_RATE)) / SOUND_RATE) / 4
    frame = av.AudioFrame.from_ndarray(samples.astype(np.float32)[None], "fltp", "mono")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, 0, Fraction(1, SOUND_RATE)
    out.mux(stream.encode(frame))
    out.mux(stream.encode())


def song(path: Path) -> Path:
    """A second of a tone, without pictures."""
    with av.open(str(path), "w") as out:
        write_tone(out, out.add_stream("aac", rate=SOUND_RATE, layout="mono"), 1.0)
    return path


def read(path, **settings) -> list:
    """The frames of a video in which squares are faces."""
    return list(read_video(path, reader=RedReader(), **settings))


def annotated(path, out, **settings) -> list:
    """The frames of a video that was written again with its squares marked."""
    return list(annotate_video(path, out, reader=RedReader(), colors=COLORS, **settings))


def pictures(path) -> list[np.ndarray]:
    """The pictures of a video, uint8 (H, W, 3)."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
