"""Type-checked conversion of dataclasses to and from JSON text and files.

The types below also limit values, so that no damaged file can hold a number or name that a page cannot show.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from fer.system.files import damaged, read_bytes, write_atomically

Count = Annotated[int, Meta(ge=0, le=2**53)]  # exact in float64 as well
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]  # also refuses infinity
Amount = Annotated[float, Meta(ge=0, le=1e15)]
Share = Annotated[float, Meta(ge=0, le=1)]
Text = Annotated[str, Meta(max_length=100_000)]
Name = Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]  # can be part of a path

Record = TypeVar("Record")
Upgrade = Callable[[dict], dict]  # converts the plain values of an older version


def to_json(record: Any) -> str:
    """A dataclass as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(asdict(record)), indent=2).decode()


def from_json(text: str | bytes, kind: type[Record], *, upgrade: Upgrade = dict) -> Record:
    """The record in a JSON text; unknown keys are ignored.

    Args:
        kind: a dataclass.

    Raises:
        ValueError: for text that isn't a JSON object, or for a value of the wrong type, with its location.
    """
    try:
        plain = msgspec.json.decode(text)
        if not isinstance(plain, dict):
            raise ValueError(f"expected a JSON object, got {type(plain).__name__}")
        return msgspec.convert(upgrade(plain), kind)
    except (msgspec.MsgspecError, AttributeError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error


def read_record(path: Path, kind: type[Record], *, upgrade: Upgrade = dict) -> Record | None:
    """The record in a file, or None if there is no file. Raises FerError for any other content."""
    content = read_bytes(path)
    try:
        return None if content is None else from_json(content, kind, upgrade=upgrade)
    except ValueError as error:
        raise damaged(path, error) from error


def read_records(path: Path, kind: type[Record]) -> list[Record]:
    """The records in a file, one per line; empty if there is no file. Raises FerError for invalid lines."""
    try:
        return [from_json(line, kind) for line in (read_bytes(path) or b"").splitlines()]
    except ValueError as error:
        raise damaged(path, error) from error


def write_record(path: Path, record: Any, *, durable: bool = True) -> None:
    write_atomically(path, to_json(record), durable=durable)


def write_records(path: Path, records: Iterable[Any]) -> None:
    """Write one JSON object per line."""
    write_atomically(path, b"".join(msgspec.json.encode(asdict(record)) + b"\n" for record in records))
