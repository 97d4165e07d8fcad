"""Kaggle's fer2013.csv, and icml_face_data.csv, whose columns are named ` Usage` and ` pixels`."""

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fer.data.dataset import USAGE_CODES, Rows
from fer.data.formats import FORMATS, Format
from fer.data.labels import EMOTIONS
from fer.errors import FerError, unknown
from fer.faces.crop import IMAGE_SIZE

COLUMNS = ("emotion", "pixels", "Usage")
EMOTION_CODES = {str(index): index for index in range(len(EMOTIONS))}
PIXELS = IMAGE_SIZE * IMAGE_SIZE
CHUNK = 500  # rows; 4 MB of text at a time, so that the arrays fit in the processor's cache
NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
LONGEST_LINE = 1 << 20  # bytes, a hundred times a row; limits reading of files without line breaks


class Line(NamedTuple):
    """One row of text: its location for error messages, and its three fields."""

    place: str
    emotion: bytes
    pixels: bytes
    usage: bytes


def read(path: Path, name: str) -> Rows:
    """Read the csv chunk by chunk.

    Raises:
        FerError: for a missing column, an unknown label or usage, or pixels that are not 2,304 numbers 0..255.
    """
    images, labels, usage = [], [], []
    with path.open("rb") as file:
        lines = _lines(name, file)
        while chunk := list(islice(lines, CHUNK)):
            labels += [_code(line.emotion, EMOTION_CODES, "emotion", line.place) for line in chunk]
            usage += [_code(line.usage, USAGE_CODES, "Usage", line.place) for line in chunk]
            images.append(_pixels(chunk))
    if not images:
        raise FerError(f"{name} has a header but no rows. Download it again, or add rows.")
    return Rows.of(np.concatenate(images), labels, usage)


def has_columns(path: Path) -> bool:
    """Whether the first line names the columns; test.csv and example_submission.csv beside Kaggle's data don't."""
    with path.open("rb") as file:
        header = file.readline(1000)
    return all(column.encode() in header for column in COLUMNS)


def _lines(source: str, file) -> Iterator[Line]:
    header = file.readline(LONGEST_LINE).removeprefix(BOM_UTF8)
    if not header:
        raise FerError(f"{source} is empty. Download it again.")
    names = [field.decode("utf-8", "replace").strip() for field in _fields(header)]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        has = ", ".join(map(repr, names))
        raise FerError(
            f"{source} has no column {', '.join(missing)}; its first line has {has[:200] or 'no text'}. "
            "It needs the columns emotion, pixels and Usage."
        )
    order = [names.index(name) for name in COLUMNS]
    for number, text in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=2):
        place, fields = f"{source}, line {number}", _fields(text)
        if len(fields) == len(names):
            yield Line(place, *(fields[index].strip() for index in order))
        elif text.strip():
            raise FerError(
                f"{place}: expected {len(names)} fields as in the header, got {len(fields)}. Fix or remove the line."
            )


def _fields(text: bytes) -> list[bytes]:
    if b'"' not in text:
        return text.split(b",")  # six times as fast as the csv module
    try:
        return [field.encode() for field in next(csv.reader([text.decode("utf-8", "replace")]), [])]
    except csv.Error:  # not a csv; the caller reports the missing fields
        return []


def _code(value: bytes, codes: dict[str, int], name: str, place: str) -> int:
    text = value.decode("utf-8", "replace")
    if text not in codes:
        valid = (f"{key} ({EMOTIONS[code]})" if codes is EMOTION_CODES else key for key, code in codes.items())
        raise FerError(f"{place}: {unknown(name, text[:50], valid)}")
    return codes[text]


def _pixels(lines: list[Line]) -> np.ndarray:
    """uint8 (n, 48, 48): parsed together if well-formed, else line by line to locate the error."""
    values = None
    if all(line.pixels.count(b" ") == PIXELS - 1 for line in lines):
        values = _tidy_numbers(b" ".join(line.pixels for line in lines) + b" ")
    if values is None:
        values = np.array([_careful_numbers(line) for line in lines], np.uint8)
    return values.reshape(-1, IMAGE_SIZE, IMAGE_SIZE)


def _tidy_numbers(text: bytes) -> np.ndarray | None:
    """uint8 values of numbers each followed by one space; None if any isn't 0..255 in one to three digits."""
    digits = np.frombuffer(text, np.uint8) - np.uint8(ord("0"))  # a space becomes 240
    ends = np.flatnonzero(digits == 240)
    length = np.diff(ends, prepend=-1) - 1
    if length.min() < 1 or length.max() > 3 or np.count_nonzero(digits < 10) + len(ends) != len(digits):
        return None
    values = digits[ends - 1].astype(np.int16)
    values += digits[ends - 2] * (length > 1) * np.int16(10)  # index -1 or -2 wraps around, but is multiplied by 0
    values += digits[ends - 3] * (length > 2) * np.int16(100)
    return values.astype(np.uint8) if values.max() <= 255 else None


def _careful_numbers(line: Line) -> list[int]:
    words = line.pixels.decode("utf-8", "replace").split()
    if len(words) != PIXELS:
        raise FerError(f"{line.place}: expected {PIXELS} pixels (48 x 48), got {len(words)}. Fix or remove the line.")
    for word in words:
        if not NUMBER.fullmatch(word):
            raise FerError(f"{line.place}: a pixel must be a whole number from 0 to 255, got {word[:50]!r}.")
        if not 0 <= int(word) <= 255:
            raise FerError(f"{line.place}: pixels must be 0 to 255, got {word}.")
    return [int(word) for word in words]


FORMATS.register(
    Format(
        name="kaggle_csv",
        read=read,
        summary="Kaggle's fer2013.csv or icml_face_data.csv: columns emotion, pixels, Usage",
        suffix=".csv",
        may_hold_faces=has_columns,
    )
)
