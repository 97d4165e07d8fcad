"""The one guard through which every zip is unpacked."""

import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from fer.errors import FerError

MOST_ENTRIES = 200_000  # five times the images of FER2013
MOST_BYTES = 2_000_000_000  # unpacked; FER2013 has 300 million as csv


def extract(path: Path, folder: str) -> None:
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            _check(path, entries)
            archive.extractall(folder, [entry for entry in entries if not _hidden(entry)])
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise FerError(f"{path} cannot be unpacked: {error}. Download or pack it again.") from error


def _check(path: Path, entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise FerError(f"{path} has {len(entries):,} entries; at most {MOST_ENTRIES:,} are unpacked.")
    size = sum(entry.file_size for entry in entries)  # zipfile stops an entry at its declared size
    if size > MOST_BYTES:
        raise FerError(
            f"{path} ({path.stat().st_size:,} bytes) would unpack to {size:,} bytes; at most {MOST_BYTES:,} are "
            "unpacked. Unpack it yourself if you trust it, and give the folder."
        )
    for entry in entries:
        if _leads_out(entry.orig_filename):
            raise FerError(f"{path} holds {entry.orig_filename!r}, which leads out of its folder. Do not trust it.")
        if entry.flag_bits & 1:
            raise FerError(f"{path} is encrypted ({entry.filename}). Unpack it yourself and give the folder.")


def _leads_out(name: str) -> bool:
    windows = PureWindowsPath(name)  # knows both slashes
    return ".." in windows.parts or bool(windows.anchor) or PurePosixPath(name).is_absolute()


def _hidden(entry: ZipInfo) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(entry.filename).parts)
