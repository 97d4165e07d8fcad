"""A .zip of any other format, unpacked into a temporary folder for the time of reading."""

import tempfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from fer.data import Rows
from fer.errors import FerError
from fer.formats import FORMATS, Format, recognise

MOST_ENTRIES = 200_000  # five times the images of FER2013
MOST_BYTES = 2_000_000_000  # unpacked; FER2013 has 300 million as csv


def read(path: Path) -> Rows:
    """Unpack, read with the format recognised inside, and clean up.

    Raises:
        FerError: for a name that leads out of the folder, too much content, an encrypted or damaged archive, a zip
            in the zip, and whatever the format inside finds wrong.
    """
    with tempfile.TemporaryDirectory(prefix="fer-") as folder:
        _extract(path, folder)
        try:
            format, inner = recognise(Path(folder))
            if format.name == "zip":
                raise FerError(f"{inner} is a zip in a zip. Unpack the outer one first.")
            return format.read(inner)
        except FerError as error:
            raise FerError(str(error).replace(folder, str(path))) from error


def _extract(path: Path, folder: str) -> None:
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


FORMATS.register(
    Format(
        name="zip",
        matches=lambda path: path.suffix.lower() == ".zip" and path.is_file(),
        read=read,
        summary="a .zip of a csv, an .npz or folders",
    )
)
