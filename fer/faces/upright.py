"""Photos that lie on their side or upside down, as phones without EXIF leave them: find out, and turn them upright.

YuNet finds faces upside down too, and takes their mouths for eyes, but is less sure of them. So its score decides. On
411 of FER2013's training images (every 70th; enlarged to 200 pixels, each in all four positions), the limits below
leave 99.0% of the upright ones as they are, and turn 94.2% of the others upright.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fer.faces.crop import Face

SURE = 0.9  # a score that no wrong position reached for more than 0.3% of the images
MARGIN = 0.03  # by which another position must be better


def find_upright(image: np.ndarray, detect: Callable) -> tuple[int, list[Face]]:
    """Find faces in an image that may lie on its side or upside down.

    Args:
        image: uint8 (H, W, 3).
        detect: a detector; called three times more unless a face is surely upright.

    Returns:
        By how many counter-clockwise quarter turns the image gets upright, 0 to 3, and its faces, in the coordinates
        of the image as it is, from left to right.
    """
    faces = detect(image)
    if _best(faces) >= SURE:
        return 0, faces
    found = {0: faces} | {turns: detect(turned(image, turns)) for turns in (1, 2, 3)}
    turns = max(found, key=lambda turns: _best(found[turns]))
    if _best(found[turns]) < _best(faces) + MARGIN:
        return 0, faces
    shape = turned(image, turns).shape
    back = [turned_face(face, shape, -turns) for face in found[turns]]
    return turns, sorted(back, key=lambda face: face.box[0])


def turned(image: np.ndarray, turns: int) -> np.ndarray:
    """The image, uint8 (H, W, 3), after counter-clockwise quarter turns."""
    return np.ascontiguousarray(np.rot90(image, turns)) if turns % 4 else image


def turned_face(face: Face, shape: tuple[int, ...], turns: int) -> Face:
    """A face's place after the image was turned.

    Args:
        shape: of the image before, (height, width, ...).
    """
    (height, width), (x1, y1, x2, y2), points = shape[:2], face.box, face.landmarks
    for _ in range(turns % 4):
        x1, y1, x2, y2 = y1, width - x2, y2, width - x1
        points = tuple((y, width - x) for x, y in points)
        height, width = width, height
    return replace(face, box=(x1, y1, x2, y2), landmarks=points)


def _best(faces: Sequence[Face]) -> float:
    return max((face.score for face in faces), default=0.0)
