"""Type-checked conversion of dataclasses to and from JSON text and files."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from fer.system.files import damaged, write_atomically

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
    except (msgspec.MsgspecError, AttributeError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def read_record(path: Path, kind: type[Record], *, upgrade: Upgrade = dict) -> Record | None:
    """The record in a file, or None if there is no file. Raises FerError for any other content."""
    try:
        return from_json(path.read_bytes(), kind, upgrade=upgrade)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise damaged(path, error) from error


def read_records(path: Path, kind: type[Record]) -> list[Record]:
    """The records in a file, one per line; empty if there is no file. Raises FerError for invalid lines."""
    try:
        return [from_json(line, kind) for line in path.read_bytes().splitlines()]
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise damaged(path, error) from error


def write_record(path: Path, record: Any) -> None:
    write_atomically(path, to_json(record))


def write_records(path: Path, records: Iterable[Any]) -> None:
    """Write one JSON object per line."""
    write_atomically(path, b"".join(msgspec.json.encode(asdict(record)) + b"\n" for record in records))
