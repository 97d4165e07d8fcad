"""Photos in, faces out: reading any picture, and the only crop in the house."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from fer.errors import FerError
from fer.faces.image import MAX_PIXELS

IMAGE_SIZE = 48  # FER2013's; every format scales to it


MOST_PADDED = 4 * MAX_PIXELS  # of the square around a face; around a line of a million pixels it would be a terabyte


# What the networks read best on PublicTest, a little nearer than its images are: in those YuNet's landmarks lie 1 / 4.2
# of the side from their mean (root mean square), and that 0.08 below the middle. docs/experiments.md has other crops.
SPREADS = 4.05  # a side
RISE = 0.06  # of the side, from the landmarks' mean to the middle
FINER = 2  # a large face is turned at so many times the size it is wanted in: finer is slower, coarser blurs


@dataclass(frozen=True)
class Face:
    """Where a face is.

    Attributes:
        box: x1, y1, x2, y2 in pixels of the picture; the end is exclusive.
        score: the detector's confidence, 0 to 1.
        landmarks: where the detector has them, as ((x, y), ...): the eye that is left in an upright picture, the
            right one, the nose, the left and the right corner of the mouth.
    """

    box: tuple[int, int, int, int]
    score: float
    landmarks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Square:
    """What is cut out of a picture: centre and side in pixels, and how far it is turned clockwise, in degrees."""

    x: float
    y: float
    side: float
    turn: float = 0.0


def crop(image: np.ndarray, face: Face, size: int = IMAGE_SIZE) -> np.ndarray:
    """The face as the networks want it, uint8 (size, size): `square_of` the face, cut out by `cut`."""
    return cut(image, square_of(face), size)


def square_of(face: Face) -> Square:
    """Around the landmarks and upright; without landmarks the square on the box's longer side.

    Upright are the line through the eyes, the one through the mouth's corners and the one between both, taken together.
    """
    if not face.landmarks:
        x1, y1, x2, y2 = face.box
        return Square((x1 + x2) / 2, (y1 + y2) / 2, max(x2 - x1, y2 - y1))
    points = np.array(face.landmarks)
    x, y = points.mean(axis=0)
    side = max(SPREADS * np.hypot(*points.std(axis=0)), 1)  # never none, wherever the landmarks are
    down = points[3:].mean(axis=0) - points[:2].mean(axis=0)
    right = points[1] - points[0] + points[4] - points[3] + (down[1], -down[0])
    turn = np.arctan2(right[1], right[0])
    return Square(x + RISE * side * np.sin(turn), y - RISE * side * np.cos(turn), side, np.degrees(turn))


def cut(image: np.ndarray, square: Square, size: int = IMAGE_SIZE) -> np.ndarray:
    """A square of a picture, turned upright, grey and scaled; the edge repeated outside the picture.

    Args:
        image: uint8 (H, W, 3), RGB.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size).

    Raises:
        FerError: for a square that would not fit into memory.
    """
    turn = np.radians(square.turn)
    half = square.side / 2
    reach = half * (abs(np.cos(turn)) + abs(np.sin(turn))) + square.side / size  # a pixel more, for turning smoothly
    extent = int(np.ceil(2 * reach)) + 1
    if extent**2 > MOST_PADDED:
        raise FerError("The picture is too long and thin to be a face. Cut it first.")
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
    """uint8 (extent, extent), grey; where it lies outside the picture it repeats the picture's edge."""
    rows = np.arange(top, top + extent).clip(0, image.shape[0] - 1)
    columns = np.arange(left, left + extent).clip(0, image.shape[1] - 1)
    inside = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    grey = np.asarray(Image.fromarray(inside).convert("L"))
    return grey.take(rows - rows[0], axis=0).take(columns - columns[0], axis=1)
