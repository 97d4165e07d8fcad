"""Labelled photos of any size, made into the faces that a network reads."""

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fer.errors import FerError
from fer.faces.image import MAX_BYTES, read_bytes
from fer.system.archives import MOST_BYTES, MOST_ENTRIES

CLUTTER = {"__macosx", "thumbs.db", "desktop.ini"}  # what systems leave among photos
METHODS = (ZIP_STORED, ZIP_DEFLATED)  # in these alone zipfile unpacks no more at once than it is asked for
ZIP_ERRORS = (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)


@dataclass(frozen=True)
class Photo:
    """A file by its path with forward slashes ("happy/anna.jpg"); `read` raises FerError where it is damaged."""

    name: str
    read: Callable[[], bytes]


@contextmanager
def in_zip(content: bytes | BinaryIO | Path) -> Iterator[list[Photo]]:
    """The files of a zip sorted by name, readable until the context ends; nothing is unpacked to disk.

    Raises:
        FerError: for an archive that is damaged, encrypted, too large or empty.
    """
    try:
        archive = ZipFile(BytesIO(content) if isinstance(content, bytes) else content)
    except ZIP_ERRORS as error:
        raise FerError(f"The zip cannot be opened: {error}. Download or pack it again.") from error
    with archive:
        named = {entry: entry.filename.replace("\\", "/") for entry in archive.infolist()}
        files = [entry for entry, name in named.items() if not (name.endswith("/") or is_hidden(name))]
        _check(files)
        yield [Photo(named[file], partial(_unpack, archive, file)) for file in sorted(files, key=named.get)]


def in_folder(folder: Path) -> list[Photo]:
    """The files of a folder and of those in it, sorted by their paths from there; hidden ones are left out."""
    files = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    named = {file.relative_to(folder).as_posix(): file for file in files}
    return [Photo(name, partial(read_bytes, named[name])) for name in sorted(named) if not is_hidden(name)]


def is_hidden(name: str) -> bool:
    return any(part in CLUTTER or (part[0] == "." and part != "..") for part in PurePosixPath(name.lower()).parts)


def _check(files: list[ZipInfo]) -> None:
    if not files:
        raise FerError(
            "The zip holds no photos. Pack some into it; to judge a model by them, in folders named after the classes."
        )
    if (size := sum(file.file_size for file in files)) > MOST_BYTES or len(files) > MOST_ENTRIES:
        most = f"at most {MOST_ENTRIES:,} files and {MOST_BYTES:,} bytes"
        raise FerError(f"The zip would unpack to {len(files):,} files and {size:,} bytes; {most} are read.")
    if any(file.flag_bits & 1 or file.compress_type not in METHODS for file in files):
        raise FerError("The zip is encrypted or packed in a rare way. Pack it again as an ordinary zip, no password.")


def _unpack(archive: ZipFile, file: ZipInfo) -> bytes:
    if file.file_size > MAX_BYTES:
        raise FerError(f"The file has {file.file_size:,} bytes; at most {MAX_BYTES:,} are read.")
    try:
        with archive.open(file) as content:
            return content.read(file.file_size)
    except ZIP_ERRORS as error:
        raise FerError(f"It cannot be unpacked: {error}. Download or pack the zip again.") from error
