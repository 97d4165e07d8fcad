"""Dataclasses as JSON, in text and in files, and back with every type checked."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from fer.system.files import damaged, write_atomically

Record = TypeVar("Record")
Upgrade = Callable[[dict], dict]  # from the plain values of an older version to the present one's


def to_json(record: Any) -> str:
    """A dataclass as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(asdict(record)), indent=2).decode()


def from_json(text: str | bytes, kind: type[Record], *, upgrade: Upgrade = dict) -> Record:
    """The record that JSON text holds; keys that it does not know are left out.

    Args:
        kind: a dataclass.

    Raises:
        ValueError: for text that is no JSON object, or a value of the wrong type, saying where.
    """
    try:
        plain = msgspec.json.decode(text)
        if not isinstance(plain, dict):
            raise ValueError(f"a JSON object is expected, got {type(plain).__name__}")
        return msgspec.convert(upgrade(plain), kind)
    except (msgspec.MsgspecError, AttributeError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def read_record(path: Path, kind: type[Record], *, upgrade: Upgrade = dict) -> Record | None:
    """The record in a file, None where there is no file. Raises FerError where it holds anything else."""
    try:
        return from_json(path.read_bytes(), kind, upgrade=upgrade)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise damaged(path, error) from error


def read_records(path: Path, kind: type[Record]) -> list[Record]:
    """The records in a file, one a line; none where there is no file. Raises FerError for any other line."""
    try:
        return [from_json(line, kind) for line in path.read_bytes().splitlines()]
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise damaged(path, error) from error


def write_record(path: Path, record: Any) -> None:
    write_atomically(path, to_json(record))


def write_records(path: Path, records: Iterable[Any]) -> None:
    """One JSON object a line."""
    write_atomically(path, b"".join(msgspec.json.encode(asdict(record)) + b"\n" for record in records))
