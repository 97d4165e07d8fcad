"""Atomic file writes, and readers that report damaged files."""

import json
import os
import tempfile
from pathlib import Path

from fer.errors import FerError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file atomically: readers see either the old content or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(fresh, 0o644)  # mkstemp's 0600 would hide a run from other users of a shared machine
        os.replace(fresh, path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def read_text(path: Path) -> str:
    """A file's text, with undecodable bytes replaced; empty if there is no file."""
    return path.read_text(errors="replace") if path.is_file() else ""


def read_object(path: Path) -> dict | None:
    """The JSON object in a file, or None if there is no file. Raises FerError for any other content."""
    try:
        value = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:  # not JSON, or not even text
        raise damaged(path, error) from error
    if not isinstance(value, dict):
        raise damaged(path, f"expected a JSON object, got {type(value).__name__}")
    return value


def read_lines(path: Path) -> list[dict]:
    """The JSON values in a file, one per line; empty if there is no file. Raises FerError for invalid lines."""
    try:
        return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    except ValueError as error:
        raise damaged(path, error) from error


def damaged(path: Path, why: object) -> FerError:
    """The error for an unreadable file of a run."""
    return FerError(f"{path} is damaged ({why}). Delete the run or restore the file.")
