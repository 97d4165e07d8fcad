"""The one guard through which every zip is opened: data sets, photos and `.keras` files.

`open_checked` looks at a zip's directory before anything in it is unpacked; `read_entry` and `extract` unpack no more
than the directory declares, since zipfile stops there and then finds the checksum wrong.
"""

import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fer.errors import FerError

MOST_ENTRIES = 200_000  # five times the images of FER2013
MOST_BYTES = 2_000_000_000  # unpacked; FER2013 has 300 million as csv
METHODS = (ZIP_STORED, ZIP_DEFLATED)  # in these alone zipfile unpacks no more at once than it is asked for
CLUTTER = {"__macosx", "thumbs.db", "desktop.ini"}  # what systems leave among files
ERRORS = (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)  # what zipfile raises on damaged data


def open_checked(source: Path | BinaryIO, *, name: str, most_entries: int, most_bytes: int) -> ZipFile:
    """A zip whose directory declares nothing that would do harm; to be closed, best as a context.

    Args:
        name: what messages call it.
        most_entries, most_bytes: of its contents, unpacked.

    Raises:
        FerError: for a zip that is damaged, encrypted, too large, or compressed in a rare way.
    """
    try:
        archive = ZipFile(source)
    except ERRORS as error:
        raise FerError(f"{name} cannot be opened: {error}. Download or create it again.") from error
    try:
        _check(contents(archive), name, most_entries, most_bytes)
    except FerError:
        archive.close()
        raise
    return archive


def _check(files: list[ZipInfo], name: str, most_entries: int, most_bytes: int) -> None:
    size = sum(file.file_size for file in files)
    if len(files) > most_entries or size > most_bytes:
        raise FerError(
            f"{name} would unpack to {len(files):,} files and {size:,} bytes; at most {most_entries:,} files and "
            f"{most_bytes:,} bytes are unpacked. If you trust it, unpack it yourself."
        )
    for file in files:
        if file.flag_bits & 1 or file.compress_type not in METHODS:
            raise FerError(
                f"{name} is encrypted or compressed in a rare way ({file.filename}). Create it again as an ordinary "
                "zip without a password."
            )


def contents(archive: ZipFile) -> list[ZipInfo]:
    """The files in a zip, in its order; neither folders nor clutter."""
    return [entry for entry in archive.infolist() if not (path_in(entry).endswith("/") or is_clutter(path_in(entry)))]


def path_in(entry: ZipInfo) -> str:
    """An entry's path with forward slashes; some programs of Windows write the others."""
    return entry.filename.replace("\\", "/")


def is_clutter(path: str) -> bool:
    """Whether a file is hidden, or one that an operating system leaves, or in such a folder."""
    return any(part in CLUTTER or (part[0] == "." and part != "..") for part in PurePosixPath(path.lower()).parts)


def read_entry(archive: ZipFile, entry: ZipInfo, *, most_bytes: int, name: str = "The file") -> bytes:
    """The content of one file in memory. Raises FerError where it is damaged or declares more than most_bytes."""
    if entry.file_size > most_bytes:
        raise FerError(f"{name} has {entry.file_size:,} bytes; at most {most_bytes:,} are read.")
    try:
        with archive.open(entry) as content:
            return content.read(entry.file_size)
    except ERRORS as error:
        raise FerError(f"{name} cannot be unpacked: {error}. Download or create the zip again.") from error


def extract(path: Path, folder: str) -> None:
    """Unpack a zip's contents into a folder.

    Raises:
        FerError: as `open_checked`, for a name that leads out of the folder, and for a file that is damaged.
    """
    with open_checked(path, name=str(path), most_entries=MOST_ENTRIES, most_bytes=MOST_BYTES) as archive:
        for entry in archive.infolist():
            if _leads_out(entry.orig_filename):
                raise FerError(f"{path} holds {entry.orig_filename!r}, which leads out of its folder. Do not trust it.")
        try:
            archive.extractall(folder, contents(archive))
        except ERRORS as error:
            raise FerError(f"{path} cannot be unpacked: {error}. Download or create it again.") from error


def _leads_out(name: str) -> bool:
    windows = PureWindowsPath(name)  # knows both slashes
    return ".." in windows.parts or bool(windows.anchor) or PurePosixPath(name).is_absolute()
