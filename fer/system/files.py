"""Files that are never seen half-written, and what is told of those that cannot be read."""

import json
import os
import tempfile
from pathlib import Path

from fer.errors import FerError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(fresh, 0o644)  # mkstemp's 0600 would hide a run from the other users of a shared machine
        os.replace(fresh, path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def read_text(path: Path) -> str:
    """What a file says, whatever bytes are in it; empty where there is none."""
    return path.read_text(errors="replace") if path.is_file() else ""


def read_object(path: Path) -> dict | None:
    """The JSON object in a file, None where there is no file. Raises FerError where it holds anything else."""
    try:
        value = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:  # no JSON, or no text at all
        raise damaged(path, error) from error
    if not isinstance(value, dict):
        raise damaged(path, f"a JSON object is expected, got {type(value).__name__}")
    return value


def read_lines(path: Path) -> list[dict]:
    """The JSON values in a file, one a line; none where there is no file. Raises FerError for any other line."""
    try:
        return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    except ValueError as error:
        raise damaged(path, error) from error


def damaged(path: Path, why: object) -> FerError:
    """The error for a file of a run that cannot be read."""
    return FerError(f"{path} is damaged ({why}). Delete the run or restore the file.")
