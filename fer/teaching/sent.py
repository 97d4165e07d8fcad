"""What a visitor's browser has recorded, checked, because it comes from outside."""

import base64
import binascii

import numpy as np

from fer.errors import FerError
from fer.teaching.lesson import Recordings

MOST_TAKES = 1_000_000  # counted up in a tab, also those that were thrown out
UNREADABLE = FerError("The recordings did not arrive as expected. Reload the page and record again.")


def recordings(message: object, width: int) -> Recordings:
    """The recordings in a message.

    Args:
        message: {"labels": [name, ...], "classes": [position of each face's class, ...], "takes": [number, ...],
            "features": base64 of float32 (N, width), little-endian}.
        width: features of a face.

    Raises:
        FerError: for anything else, and as for `Recordings`.
    """
    if not isinstance(message, dict):
        raise UNREADABLE
    labels, classes, takes, text = (message.get(name) for name in ("labels", "classes", "takes", "features"))
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels) or not isinstance(text, str):
        raise UNREADABLE
    for numbers in (classes, takes):
        if not isinstance(numbers, list) or not all(_is_position(number) for number in numbers):
            raise UNREADABLE
    try:
        features = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32).reshape(-1, width)
    except (ValueError, binascii.Error) as error:
        raise UNREADABLE from error
    return Recordings(tuple(labels), features, np.array(classes, np.int64), np.array(takes, np.int64))


def _is_position(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MOST_TAKES


def packed(values: np.ndarray) -> str:
    """An array for the browser: base64 of float32, little-endian."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
