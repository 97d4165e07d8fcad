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
from fer.system.text import capital

COLUMNS = ("emotion", "pixels", "Usage")
EMOTION_CODES = {str(index): index for index in range(len(EMOTIONS))}
PIXELS = IMAGE_SIZE * IMAGE_SIZE
CHUNK = 500  # rows; 4 MB of text at a time, so that the arrays fit in the processor's cache
NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
SHOWN = 10  # faults in an error message
LONGEST_LINE = 1 << 20  # bytes, a hundred times a row; limits reading of files without line breaks


class Line(NamedTuple):
    """One row of text: its line in the file, and its three fields."""

    number: int
    emotion: bytes
    pixels: bytes
    usage: bytes


class Faults:
    """Everything that is wrong with a csv, counted; the first ones with their sentences."""

    def __init__(self, source: str):
        self.source, self.count, self.first = source, 0, []

    def add(self, line: int, problem: str) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(f"line {line}: {problem}")

    def refuse(self) -> None:
        """Raise a FerError that tells all faults together, if there are any."""
        if self.count == 1:
            raise FerError(f"{self.source}, {self.first[0]} Fix or remove the line.")
        if self.count:
            rest = f" And {self.count - SHOWN:,} more." if self.count > SHOWN else ""
            told = " ".join(map(capital, self.first))
            raise FerError(f"{self.source} has {self.count:,} faults. {told}{rest} Fix or remove these lines.")


def read(path: Path, name: str) -> Rows:
    """Read the csv chunk by chunk.

    Raises:
        FerError: for a missing column, or with all unknown labels and usages and all pixels that are not 2,304 numbers
            0..255.
    """
    images, labels, usage, faults = [], [], [], Faults(name)
    with path.open("rb") as file:
        lines = _lines(name, file, faults)
        while chunk := list(islice(lines, CHUNK)):
            labels += [_code(line.emotion, EMOTION_CODES, "emotion", line.number, faults) for line in chunk]
            usage += [_code(line.usage, USAGE_CODES, "Usage", line.number, faults) for line in chunk]
            images.append(_pixels(chunk, faults))
    faults.refuse()
    if not images:
        raise FerError(f"{name} has a header but no rows. Download it again, or add rows.")
    return Rows.of(np.concatenate(images), labels, usage)


def has_columns(path: Path) -> bool:
    """Whether the first line names the columns; test.csv and example_submission.csv beside Kaggle's data don't."""
    with path.open("rb") as file:
        header = file.readline(1000)
    return all(column.encode() in header for column in COLUMNS)


def _lines(source: str, file, faults: Faults) -> Iterator[Line]:
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
        fields = _fields(text)
        if len(fields) == len(names):
            yield Line(number, *(fields[index].strip() for index in order))
        elif text.strip():
            faults.add(number, f"expected {len(names)} fields as in the header, got {len(fields)}.")


def _fields(text: bytes) -> list[bytes]:
    if b'"' not in text:
        return text.split(b",")  # six times as fast as the csv module
    try:
        return [field.encode() for field in next(csv.reader([text.decode("utf-8", "replace")]), [])]
    except csv.Error:  # not a csv; the caller reports the missing fields
        return []


def _code(value: bytes, codes: dict[str, int], name: str, line: int, faults: Faults) -> int:
    text = value.decode("utf-8", "replace")
    if text not in codes:
        valid = (f"{key} ({EMOTIONS[code]})" if codes is EMOTION_CODES else key for key, code in codes.items())
        faults.add(line, str(unknown(name, text[:50], valid)))
    return codes.get(text, 0)


def _pixels(lines: list[Line], faults: Faults) -> np.ndarray:
    """uint8 (n, 48, 48): parsed together if well-formed, else line by line to locate the faults."""
    values = None
    if all(line.pixels.count(b" ") == PIXELS - 1 for line in lines):
        values = _tidy_numbers(b" ".join(line.pixels for line in lines) + b" ")
    if values is None:
        values = np.array([_careful_numbers(line, faults) for line in lines], np.uint8)
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


def _careful_numbers(line: Line, faults: Faults) -> list[int]:
    """The pixels of a line; of a faulty one, which is refused in the end, zeros."""
    words = line.pixels.decode("utf-8", "replace").split()
    fault = ""
    if len(words) != PIXELS:
        fault = f"expected {PIXELS} pixels (48 x 48), got {len(words)}."
    elif strange := next((word for word in words if not NUMBER.fullmatch(word)), ""):
        fault = f"a pixel must be a whole number from 0 to 255, got {strange[:50]!r}."
    elif strange := next((word for word in words if not 0 <= int(word) <= 255), ""):
        fault = f"pixels must be 0 to 255, got {strange}."
    if not fault:
        return [int(word) for word in words]
    faults.add(line.number, fault)
    return [0] * PIXELS


FORMATS.register(
    Format(
        name="kaggle_csv",
        read=read,
        summary="Kaggle's fer2013.csv or icml_face_data.csv: columns emotion, pixels, Usage",
        suffix=".csv",
        may_hold_faces=has_columns,
    )
)
