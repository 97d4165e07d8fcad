"""Atomic, durable file writes, readers that report damaged files, and locks.

A file or folder that `write_atomically` or `put` has written survives a power cut: its content is on the disk before it
gets its name, and the name is on the disk before they return.
"""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from fer.errors import IN_THE_WAY, FerError, disk_error

MOST_BYTES = 256 * 2**20  # of a file of a run that is read as a whole; a report on 100,000 images has 15 MB


def write_atomically(path: Path, content: str | bytes, *, durable: bool = True) -> None:
    """Write a file atomically: readers see either the old content or the new.

    Args:
        durable: False saves the wait for the disk where a power cut may cost the content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(fresh, 0o644)  # mkstemp's 0600 would hide a run from other users of a shared machine
        put(Path(fresh), path) if durable else os.replace(fresh, path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def put(fresh: Path, path: Path, *, keep: Path | None = None) -> None:
    """Give a file or folder that is completely written its final name, durably.

    Args:
        keep: a second name, under which the file that is replaced stays.
    """
    for written in [fresh, *fresh.rglob("*")] if fresh.is_dir() else [fresh]:
        sync(written)
    if keep and path.exists():
        os.replace(path, keep)
    os.replace(fresh, path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, are on the disk."""
    if os.name == "nt" and path.is_dir():  # Windows cannot open folders, and writes names on its own
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_folder(path: Path) -> None:
    """Delete a folder so that no half of it can be seen: it loses its name first."""
    fresh = Path(tempfile.mkdtemp(dir=path.parent, prefix=".deleted-"))
    try:
        os.replace(path, fresh / path.name)
    except OSError:
        fresh.rmdir()
        raise
    shutil.rmtree(fresh)


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock of this file."""
    try:
        with FileLock(path).acquire(blocking=False):
            return False
    except Timeout:
        return True


def read_bytes(path: Path) -> bytes | None:
    """A file's content, or None if there is no file. Raises FerError for anything else than a readable file."""
    try:
        facts = os.stat(path)
        if not stat.S_ISREG(facts.st_mode):  # a pipe would be waited for
            raise damaged(path, "it is not a file")
        if facts.st_size > MOST_BYTES:
            raise damaged(path, f"it has {facts.st_size:,} bytes, of at most {MOST_BYTES:,}")
        return path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise damaged(path, "it is a link to nowhere") from None
        return None
    except OSError as error:
        known = None if error.errno in IN_THE_WAY else disk_error(error, path)
        raise known or damaged(path, error.strerror or type(error).__name__) from error


def read_text(path: Path) -> str:
    """A file's text, with undecodable bytes replaced; empty if there is no file. Raises FerError as `read_bytes`."""
    return (read_bytes(path) or b"").decode(errors="replace")


def read_object(path: Path) -> dict | None:
    """The JSON object in a file, or None if there is no file. Raises FerError for any other content."""
    content = read_bytes(path)
    if content is None:
        return None
    try:
        value = msgspec.json.decode(content)  # refuses NaN and surrogates, which Python's own reader lets through
    except (ValueError, RecursionError) as error:  # not JSON, or not even text
        raise damaged(path, error) from error
    if not isinstance(value, dict):
        raise damaged(path, f"expected a JSON object, got {type(value).__name__}")
    return value


class DamagedError(FerError):
    """A file of a run that cannot be read: which one, and why."""

    def __init__(self, path: Path, why: object):
        super().__init__(f"{path} is damaged ({why}). Delete the run or restore the file.")
        self.path, self.why = path, why


def damaged(path: Path, why: object) -> DamagedError:
    """The error for an unreadable file of a run."""
    return DamagedError(path, why)
