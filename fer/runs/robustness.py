"""The content of a run's `robustness.json`, as typed records that refuse anything a page could not show."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from fer.system.files import damaged, read_object
from fer.system.records import Amount, Count, Name, Number, Share, Text


@dataclass(frozen=True)
class Point:
    """Accuracy at one strength, and its change from unchanged images."""

    strength: Number
    accuracy: Share
    interval: tuple[Share, Share]
    change: Number
    change_interval: tuple[Number, Number]
    macro_f1: Amount = 0.0


@dataclass(frozen=True)
class Kind:
    """One kind of change, at every strength."""

    unit: Text
    points: Annotated[tuple[Point, ...], Meta(min_length=1)]
    meaning: Text = ""  # empty in files of the first version


@dataclass(frozen=True)
class Robustness:
    """What pages read; other keys may be present."""

    split: Name
    n: Count
    judged_on: Text
    kinds: Annotated[dict[Name, Kind], Meta(min_length=1)]
    fingerprint: Text = ""
    seed: Count | None = None


def read(path: Path) -> dict:
    """The plain values in a file, empty if there is none. Raises FerError for any other content."""
    measured = read_object(path)
    if measured is None:
        return {}
    try:
        msgspec.convert(measured, Robustness)
    except msgspec.ValidationError as error:
        raise damaged(path, error) from error
    return measured
