"""Crop faces from images, the same way everywhere."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from fer.errors import FerError
from fer.faces.image import MAX_PIXELS

IMAGE_SIZE = 48  # pixels, as in FER2013; every format scales to it
MOST_PADDED = 4 * MAX_PIXELS  # bytes of the padded square; a box a million pixels long would take a terabyte

# Most accurate on PublicTest, and slightly tighter than its own images: there, YuNet's landmarks are 1 / 4.2 of the
# side from their mean (root mean square), which is 0.08 below the centre. See docs/experiments.md for other crops.
SPREADS = 4.05  # landmark spreads per side
RISE = 0.06  # of the side, from the landmarks' mean up to the centre
FINER = 2  # a large face is rotated at this multiple of the output size: higher is slower, lower is blurry


@dataclass(frozen=True)
class Face:
    """A detected face.

    Attributes:
        box: x1, y1, x2, y2 in image pixels; x2 and y2 are exclusive.
        score: the detector's confidence, 0 to 1.
        landmarks: ((x, y), ...) if the detector provides them, named as seen in an upright image: left eye, right eye,
            nose, left and right corners of the mouth.
    """

    box: tuple[int, int, int, int]
    score: float
    landmarks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Square:
    """A square to crop: centre and side in pixels, and its clockwise rotation in degrees."""

    x: float
    y: float
    side: float
    turn: float = 0.0


def crop(image: np.ndarray, face: Face, size: int = IMAGE_SIZE) -> np.ndarray:
    """The face as the networks expect it, uint8 (size, size)."""
    return cut(image, square_of(face), size)


def square_of(face: Face) -> Square:
    """An upright square around the landmarks; without landmarks, one with the side of the box's longer side.

    The rotation combines the lines through the eyes, through the corners of the mouth, and between the two.
    """
    if not face.landmarks:
        x1, y1, x2, y2 = face.box
        return Square((x1 + x2) / 2, (y1 + y2) / 2, max(x2 - x1, y2 - y1))
    points = np.array(face.landmarks)
    x, y = points.mean(axis=0)
    side = max(SPREADS * np.hypot(*points.std(axis=0)), 1)  # never 0, even if all landmarks coincide
    down = points[3:].mean(axis=0) - points[:2].mean(axis=0)
    right = points[1] - points[0] + points[4] - points[3] + (down[1], -down[0])
    turn = np.arctan2(right[1], right[0])
    return Square(x + RISE * side * np.sin(turn), y - RISE * side * np.cos(turn), side, np.degrees(turn))


def cut(image: np.ndarray, square: Square, size: int = IMAGE_SIZE) -> np.ndarray:
    """Crop a square, rotate it upright, convert to grey and scale; edge pixels are repeated outside the image.

    Args:
        image: uint8 (H, W, 3), RGB.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size).

    Raises:
        FerError: for a square that doesn't fit in memory.
    """
    turn = np.radians(square.turn)
    half = square.side / 2
    reach = (
        half * (abs(np.cos(turn)) + abs(np.sin(turn))) + square.side / size
    )  # one output pixel more, for smooth rotation
    extent = int(np.ceil(2 * reach)) + 1
    if extent**2 > MOST_PADDED:
        raise FerError("The image is too long and thin to be a face. Crop it first.")
    left, top = int(np.floor(square.x - reach)), int(np.floor(square.y - reach))
    around = Image.fromarray(_part(image, left, top, extent))
    x, y = square.x - left, square.y - top
    if square.turn:
        shown = min(extent, int(np.ceil(extent * FINER * size / square.side)))
        x, y, half = (length * shown / extent for length in (x, y, half))
        around = around.resize((shown, shown), Image.Resampling.BICUBIC, reducing_gap=2.0)
        around = around.rotate(square.turn, Image.Resampling.BICUBIC, center=(x, y))
    box = x - half, y - half, x + half, y + half
    return np.asarray(around.resize((size, size), Image.Resampling.BICUBIC, box))


def _part(image: np.ndarray, left: int, top: int, extent: int) -> np.ndarray:
    """uint8 (extent, extent), grey; edge pixels are repeated outside the image."""
    rows = np.arange(top, top + extent).clip(0, image.shape[0] - 1)
    columns = np.arange(left, left + extent).clip(0, image.shape[1] - 1)
    inside = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    grey = np.asarray(Image.fromarray(inside).convert("L"))
    return grey.take(rows - rows[0], axis=0).take(columns - columns[0], axis=1)
