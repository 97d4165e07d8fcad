"""Schematic drawn faces, so that training and tests work without any data."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from fer.data.dataset import Rows
from fer.data.formats import FORMATS, Format
from fer.data.labels import EMOTIONS
from fer.faces.crop import IMAGE_SIZE

PER_CLASS = 300  # 2,100 images: drawn in seconds, and enough to train a small network
SEED = 2013
SHARES = (0.7, 0.15, 0.15)  # train, val, test, for each class
FINER = 2  # faces are drawn at twice the size and scaled down to smooth lines
TURN = np.linspace(0, 2 * np.pi, 28, endpoint=False)
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)], axis=1)
ACROSS = np.linspace(-1, 1, 9)


@dataclass(frozen=True)
class Expression:
    """A facial expression, in units of half the face's width; positive is up, or open.

    The values follow the action units of Ekman and Friesen's FACS (1978), exaggerated like a cartoon.
    """

    brow_height: float = 0.0
    brow_inner: float = 0.0  # the inner end above the outer end
    brow_arch: float = 0.06
    eye_open: float = 0.13
    mouth_width: float = 0.34
    mouth_corners: float = 0.0  # above the middle of the mouth
    mouth_open: float = 0.0
    mouth_skew: float = 0.0  # one corner above the other
    nose_wrinkles: float = 0.0


EXPRESSIONS = {
    "angry": Expression(brow_height=-0.13, brow_inner=-0.26, brow_arch=-0.02, eye_open=0.09, mouth_corners=-0.14),
    "disgust": Expression(
        brow_height=-0.12,
        brow_inner=-0.08,
        brow_arch=0.0,
        eye_open=0.045,
        mouth_corners=-0.1,
        mouth_open=0.05,
        mouth_skew=0.2,
        nose_wrinkles=1.0,
    ),
    "fear": Expression(
        brow_height=0.1,
        brow_inner=0.2,
        brow_arch=0.0,
        eye_open=0.2,
        mouth_width=0.4,
        mouth_corners=-0.13,
        mouth_open=0.1,
    ),
    "happy": Expression(
        brow_height=0.04, brow_arch=0.1, eye_open=0.1, mouth_width=0.45, mouth_corners=0.24, mouth_open=0.1
    ),
    "sad": Expression(brow_inner=0.22, eye_open=0.07, mouth_width=0.3, mouth_corners=-0.18),
    "surprise": Expression(brow_height=0.2, brow_arch=0.14, eye_open=0.21, mouth_width=0.17, mouth_open=0.23),
    "neutral": Expression(),
}


def draw(per_class: int, seed: int, size: int = IMAGE_SIZE) -> tuple[np.ndarray, np.ndarray]:
    """Draw faces, cycling through the seven expressions; a seed gives the same faces at any size.

    Returns:
        uint8 (7 * per_class, size, size) images and int64 labels, positions in EMOTIONS.
    """
    random = np.random.default_rng(seed)
    labels = np.arange(per_class * len(EMOTIONS)) % len(EMOTIONS)
    faces = np.stack([_face(EXPRESSIONS[EMOTIONS[label]], random, size) for label in labels])
    return _light(faces, random), labels


class _Pen:
    """Draws in face units on a canvas with a random pose; x points right, y points down."""

    def __init__(self, random: np.random.Generator, size: int):
        self.paper, self.skin, self.ink = _tones(random)
        self.image = Image.new("L", (FINER * size, FINER * size), self.paper)
        self.canvas = ImageDraw.Draw(self.image)
        scale = FINER * size * random.uniform(0.33, 0.42)
        tilt = random.normal(0, 0.13)  # radians, 7 degrees
        turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
        self.pose = turn * scale * random.normal(1, 0.05, (1, 2))
        self.centre = FINER * size * (0.5 + random.uniform(-0.06, 0.06, 2))
        self.width = max(1, round(scale * random.uniform(0.05, 0.1)))

    def place(self, points: np.ndarray) -> list[float]:
        return (points @ self.pose + self.centre).ravel().tolist()

    def line(self, points: np.ndarray) -> None:
        self.canvas.line(self.place(points), fill=self.ink, width=self.width, joint="curve")

    def shape(self, points: np.ndarray, fill: int) -> None:
        corners = self.place(points)
        self.canvas.polygon(corners, fill=fill)
        self.canvas.line(corners + corners[:4], fill=self.ink, width=max(1, self.width * 2 // 3), joint="curve")


def _tones(random: np.random.Generator) -> tuple[int, int, int]:
    """Grey levels of background, skin and lines; one face in four has light lines on dark."""
    paper, skin, ink = random.uniform(60, 230), random.uniform(140, 215), random.uniform(10, 70)
    if random.random() >= 0.75:
        paper, skin, ink = 255 - paper, 255 - skin, 255 - ink
    return round(paper), round(skin), round(ink)


def _face(expression: Expression, random: np.random.Generator, size: int) -> np.ndarray:
    """uint8 (size, size), before lighting and noise."""
    pen, expression = _Pen(random, size), _vary(expression, random)
    gaze = random.uniform(-0.05, 0.05, 2)
    pen.shape(CIRCLE * (0.95, 1.15), pen.skin)
    for side in (-1, 1):
        _eye(pen, expression, side, gaze)
        _brow(pen, expression, side)
    _nose(pen, expression)
    _mouth(pen, expression)
    return np.asarray(pen.image.resize((size, size), Image.Resampling.BOX))


def _vary(expression: Expression, random: np.random.Generator) -> Expression:
    """The same expression with random strength and slight variation in every part."""
    strength, rest = random.uniform(0.6, 1.15), Expression()
    changes = {}
    for name, value in vars(expression).items():
        usual = getattr(rest, name)
        changes[name] = usual + strength * (value - usual) + random.normal(0, 0.02)
    return replace(expression, **changes)


def _eye(pen: _Pen, expression: Expression, side: int, gaze: np.ndarray) -> None:
    centre = np.array([0.38 * side, -0.2])
    height = max(expression.eye_open, 0.02)
    light, dark = max(pen.skin, pen.ink), min(pen.skin, pen.ink)
    pen.shape(CIRCLE * (0.17, height) + centre, min(255, light + 40))
    pupil = CIRCLE * (0.075, min(0.085, height)) + centre + gaze * (1, 0.3)
    pen.canvas.polygon(pen.place(pupil), fill=dark)


def _brow(pen: _Pen, expression: Expression, side: int) -> None:
    inner = -ACROSS * side  # 1 at the nose, -1 at the temple
    up = expression.brow_height + expression.brow_inner * inner / 2 + expression.brow_arch * (1 - ACROSS**2)
    pen.line(np.stack([0.38 * side + 0.22 * ACROSS, -0.48 - up], axis=1))


def _nose(pen: _Pen, expression: Expression) -> None:
    pen.line(np.array([[0.03, -0.1], [-0.09, 0.2], [0.07, 0.22]]))
    if expression.nose_wrinkles > 0.3:
        for height in (-0.22, -0.1):
            pen.line(np.array([[-0.11, height - 0.05], [0, height], [0.11, height - 0.05]]))
        for side in (-1, 1):
            pen.line(np.array([[0.16 * side, 0.12], [0.3 * side, 0.22], [0.37 * side, 0.4]]))


def _mouth(pen: _Pen, expression: Expression) -> None:
    """A curve through the corners; an open mouth is the shape between two curves."""
    middle = 0.58 + expression.mouth_corners / 2 - expression.mouth_corners * ACROSS**2
    middle = middle - expression.mouth_skew * ACROSS / 2
    gap = max(expression.mouth_open, 0) * np.sqrt(1 - ACROSS**2)
    across = expression.mouth_width * ACROSS
    if expression.mouth_open < 0.03:
        pen.line(np.stack([across, middle], axis=1))
    else:
        upper, lower = np.stack([across, middle - gap], axis=1), np.stack([across, middle + gap], axis=1)
        pen.shape(np.concatenate([upper, lower[::-1]]), min(pen.skin, pen.ink))


def _light(faces: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Add light from a random direction and noise to uint8 (N, H, W)."""
    count, size = len(faces), faces.shape[1]
    angle, strength = random.uniform(0, 2 * np.pi, count), random.uniform(0, 0.35, count)
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    down, right = (strength * np.sin(angle)).astype(np.float32), (strength * np.cos(angle)).astype(np.float32)
    light = 1 + down[:, None, None] * ramp[:, None] + right[:, None, None] * ramp
    noise = random.standard_normal(faces.shape, dtype=np.float32)
    noise *= random.uniform(2, 14, (count, 1, 1)).astype(np.float32)
    return (faces * light + noise).clip(0, 255).astype(np.uint8)


def read(path: Path, name: str) -> Rows:
    """The synthetic data set, always the same."""
    images, labels = draw(PER_CLASS, SEED)
    edges = np.cumsum(SHARES)[:2] * PER_CLASS
    usage = np.searchsorted(edges, np.arange(len(labels)) // len(EMOTIONS), side="right")
    return Rows.of(images, labels, usage)


FORMATS.register(
    Format(
        name="synthetic",
        matches=lambda path: path == Path("synthetic"),
        read=read,
        summary="schematic drawn faces, not photos: for a first try and for tests",
        cached=False,
    )
)
