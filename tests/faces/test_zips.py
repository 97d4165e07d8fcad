"""A zip of photos is read in memory, and what is wrong with one is told."""

import io
import tracemalloc
import zipfile

import pytest
from helpers.made_photos import ASTRONAUT, DRAWN, HOPPER, found_in, packed, png

from fer.data.labelled_photos import Failure
from fer.errors import FerError
from fer.faces import photos
from fer.faces.photos import in_zip


def flipped(archive: bytes, name: str) -> bytes:
    """An archive with one byte of a stored file's content changed."""
    place = archive.index(name.encode()) + len(name) + 100
    return archive[:place] + bytes([archive[place] ^ 0xFF]) + archive[place + 1 :]


def encrypted(archive: bytes) -> bytes:
    """An archive whose directory says of its one file that it is encrypted."""
    flags = archive.index(b"PK\x01\x02") + 8
    return archive[:flags] + bytes([archive[flags] | 1]) + archive[flags + 1 :]


def test_a_zip_may_be_bytes_a_file_or_a_path(tmp_path):
    content = packed({"happy/b.png": DRAWN, "happy/a.png": HOPPER})
    (tmp_path / "photos.zip").write_bytes(content)
    for source in (content, io.BytesIO(content), tmp_path / "photos.zip"):
        with in_zip(source) as found:
            assert [(photo.name, photo.read()) for photo in found] == [("happy/a.png", HOPPER), ("happy/b.png", DRAWN)]


GOOD = packed({"happy/a.jpg": ASTRONAUT}, zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (b"", "cannot be opened"),
        (b"no zip at all", "cannot be opened: File is not a zip file"),
        (GOOD[: len(GOOD) // 2], "cannot be opened"),
        (packed({}), "holds no photos. Pack some into it"),
        (packed({"happy/": b"", "__MACOSX/happy/._a.jpg": b"x", "Thumbs.db": b"x"}), "holds no photos"),
        (encrypted(GOOD), "encrypted or compressed in a rare way"),
        (packed({"happy/a.jpg": ASTRONAUT}, zipfile.ZIP_LZMA), "encrypted or compressed in a rare way"),
    ],
    ids=["empty", "text", "cut", "no file", "clutter alone", "encrypted", "lzma"],
)
def test_an_archive_that_cannot_be_used_is_refused(archive, message):
    with pytest.raises(FerError, match=message), in_zip(archive):
        pass


def test_a_missing_zip_is_told(tmp_path):
    with pytest.raises(FerError, match="cannot be opened"), in_zip(tmp_path / "none.zip"):
        pass


@pytest.mark.parametrize(("limit", "value"), [("MOST_BYTES", 1_000_000), ("MOST_ENTRIES", 1)])
def test_a_zip_bomb_is_refused_by_what_it_declares(limit, value, monkeypatch):
    archive = packed({"happy/a.png": bytes(600_000), "happy/b.png": bytes(600_000)})
    monkeypatch.setattr(photos, limit, value)
    with pytest.raises(FerError, match=r"2 files and 1,200,000 bytes; at most .* are unpacked"), in_zip(archive):
        pass


def test_a_file_that_unpacks_to_more_than_it_declares_stays_small_in_memory():
    archive = bytearray(packed({"happy/a.png": bytes(50_000_000)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = archive.index(signature) + offset
        archive[place : place + 4] = (1000).to_bytes(4, "little")
    tracemalloc.start()
    try:
        result = found_in(bytes(archive))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000 and len(result.failures) == 1


def test_one_damaged_file_in_a_zip_fails_alone():
    files = {"happy/a.png": png(300, 300), "sad/b.jpg": HOPPER}
    result = found_in(flipped(packed(files, zipfile.ZIP_STORED), "happy/a.png"), detector="whole")
    assert result.names == ("sad/b.jpg",)
    (failure,) = result.failures
    assert isinstance(failure, Failure) and failure.reason.startswith("The file cannot be unpacked: Bad CRC-32")


def test_an_error_of_who_reads_the_photos_is_not_taken_for_the_archives():
    with pytest.raises(ValueError, match="mine"), in_zip(GOOD):
        raise ValueError("mine")
