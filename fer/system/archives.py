"""Safe access to every zip the program opens: data sets, photos and `.keras` files.

`open_checked` checks a zip's directory before anything is unpacked. `read_entry` and `extract` never unpack more than
the directory declares: zipfile stops there and reports a checksum error.
"""

import zipfile
import zlib
from contextlib import nullcontext
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fer.errors import FerError

MOST_ENTRIES = 200_000  # five times the images of FER2013
MOST_BYTES = 2_000_000_000  # unpacked; FER2013's csv is 300 million
METHODS = (ZIP_STORED, ZIP_DEFLATED)  # the only methods for which zipfile limits how much it unpacks at a time
CLUTTER = {"__macosx", "thumbs.db", "desktop.ini"}  # files that operating systems add
_DIRECTORY_BYTES, _END = 5, 9  # where zipfile keeps the directory's size, and the place of the record after it
ENTRY, ZIP64_BYTES = b"PK\x01\x02", 76  # how an entry of the directory begins; what may lie between it and that record
ERRORS = (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)  # raised by zipfile on damaged data


def open_checked(source: Path | BinaryIO, *, name: str, most_entries: int, most_bytes: int) -> ZipFile:
    """Open a zip after checking its directory; use it as a context manager or close it.

    Args:
        name: what error messages call it.
        most_entries, most_bytes: limits on the unpacked contents.

    Raises:
        FerError: for a zip that is damaged, encrypted, too large, or uses an unsupported compression method.
    """
    try:
        _check_directory(source, name, most_entries)
        archive = ZipFile(source)
    except ERRORS as error:
        raise FerError(f"{name} cannot be opened: {error}. Download or create it again.") from error
    try:
        _check(contents(archive), name, most_entries, most_bytes)
    except FerError:
        archive.close()
        raise
    return archive


def _check_directory(source: Path | BinaryIO, name: str, most_entries: int) -> None:
    """Refuse a zip whose directory is too large to be read: as objects, it takes eighteen times the memory. Folders and
    clutter, which don't count, may make up two thirds of it."""
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
        end = zipfile._EndRecData(file)  # pyright: ignore[reportAttributeAccessIssue]
        if not end:  # ZipFile says why
            return
        size, place = end[_DIRECTORY_BYTES], end[_END]
        most = 3 * most_entries + 100
        is_large = size > 100 * most  # bytes of an entry, with its path, times and owner, on average
        if not is_large:
            file.seek(max(0, place - size - ZIP64_BYTES))
            is_large = file.read(size + ZIP64_BYTES).count(ENTRY) > most
    if is_large:
        raise FerError(f"{name} has more than {most_entries:,} files, or very long names. Split it into smaller zips.")


def _check(files: list[ZipInfo], name: str, most_entries: int, most_bytes: int) -> None:
    size = sum(file.file_size for file in files)
    if len(files) > most_entries or size > most_bytes:
        raise FerError(
            f"{name} would unpack to {len(files):,} files and {size:,} bytes; the limits are {most_entries:,} files "
            f"and {most_bytes:,} bytes. If you trust it, unpack it yourself."
        )
    for file in files:
        if file.flag_bits & 1 or file.compress_type not in METHODS:
            raise FerError(
                f"{name} is encrypted or uses an unsupported compression method ({file.filename}). Create it again as "
                "a standard zip without a password."
            )


def contents(archive: ZipFile) -> list[ZipInfo]:
    """The files in a zip in archive order, without folders and clutter."""
    return [entry for entry in archive.infolist() if not (path_in(entry).endswith("/") or is_clutter(path_in(entry)))]


def path_in(entry: ZipInfo) -> str:
    """An entry's path with forward slashes; some Windows programs write backslashes."""
    return entry.filename.replace("\\", "/")


def is_clutter(path: str) -> bool:
    """Whether a file is hidden or added by an operating system, or is inside such a folder."""
    return any(part in CLUTTER or (part[0] == "." and part != "..") for part in PurePosixPath(path.lower()).parts)


def read_entry(archive: ZipFile, entry: ZipInfo, *, most_bytes: int, name: str = "The file") -> bytes:
    """Read one file into memory. Raises FerError if it is damaged or larger than `most_bytes`."""
    if entry.file_size > most_bytes:
        raise FerError(f"{name} has {entry.file_size:,} bytes; the limit is {most_bytes:,}. Use a smaller file.")
    try:
        with archive.open(entry) as content:
            return content.read(entry.file_size)
    except ERRORS as error:
        raise FerError(f"{name} cannot be unpacked: {error}. Download or create the zip again.") from error


def extract(path: Path, folder: str, *, name: str) -> None:
    """Unpack a zip's contents into a folder.

    Args:
        name: what error messages call the zip.

    Raises:
        FerError: as for `open_checked`, for a path that points outside the folder, and for a damaged file.
    """
    with open_checked(path, name=name, most_entries=MOST_ENTRIES, most_bytes=MOST_BYTES) as archive:
        for entry in archive.infolist():
            if leads_out(entry.orig_filename):
                raise FerError(
                    f"{name} contains {entry.orig_filename!r}, which points outside its folder. Don't trust it."
                )
        try:
            archive.extractall(folder, contents(archive))
        except ERRORS as error:
            raise FerError(f"{name} cannot be unpacked: {error}. Download or create it again.") from error


def leads_out(name: str) -> bool:
    """Whether a file's path leads out of the folder that it is to be written into, on any system."""
    windows = PureWindowsPath(name)  # handles both slashes
    return ".." in windows.parts or bool(windows.anchor) or PurePosixPath(name).is_absolute()
