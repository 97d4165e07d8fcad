"""Zips of photos are read in memory, and damaged ones are reported."""

import io
import tracemalloc
import zipfile

import pytest
from helpers.made_photos import ASTRONAUT, DRAWN, HOPPER, found_in, packed, png

from fer.data.labelled_photos import Failure
from fer.errors import FerError
from fer.faces import photos
from fer.faces.photos import Photo, in_zip


def flipped(archive: bytes, name: str) -> bytes:
    """An archive with one byte of a stored file's content changed."""
    place = archive.index(name.encode()) + len(name) + 100
    return archive[:place] + bytes([archive[place] ^ 0xFF]) + archive[place + 1 :]


def encrypted(archive: bytes) -> bytes:
    """An archive whose directory marks its only file as encrypted."""
    flags = archive.index(b"PK\x01\x02") + 8
    return archive[:flags] + bytes([archive[flags] | 1]) + archive[flags + 1 :]


def test_a_zip_can_be_bytes_a_file_or_a_path(tmp_path):
    content = packed({"happy/b.png": DRAWN, "happy/a.png": HOPPER})
    (tmp_path / "photos.zip").write_bytes(content)
    for source in (content, io.BytesIO(content), tmp_path / "photos.zip"):
        with in_zip(source) as found:
            assert [(photo.name, photo.read()) for photo in found] == [("happy/a.png", HOPPER), ("happy/b.png", DRAWN)]


def test_photos_of_one_name_are_told_apart():
    names = ("a.jpg", "a.jpg", "b/a.jpg", "a.jpg", "a (2).jpg", "none", "none")
    apart = [photo.name for photo in photos.told_apart(Photo(name, bytes) for name in names)]
    assert apart == ["a.jpg", "a (2).jpg", "b/a.jpg", "a (3).jpg", "a (2) (2).jpg", "none", "none (2)"]


GOOD = packed({"happy/a.jpg": ASTRONAUT}, zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (b"", "cannot be opened"),
        (b"no zip at all", "cannot be opened: File is not a zip file"),
        (GOOD[: len(GOOD) // 2], "cannot be opened"),
        (packed({}), "contains no photos. Add some"),
        (packed({"happy/": b"", "__MACOSX/happy/._a.jpg": b"x", "Thumbs.db": b"x"}), "contains no photos"),
        (encrypted(GOOD), "encrypted or uses an unsupported compression method"),
        (packed({"happy/a.jpg": ASTRONAUT}, zipfile.ZIP_LZMA), "encrypted or uses an unsupported compression method"),
    ],
    ids=["empty", "text", "cut", "no file", "only clutter", "encrypted", "lzma"],
)
def test_an_unusable_archive_is_refused(archive, message):
    with pytest.raises(FerError, match=message), in_zip(archive):
        pass


def test_a_missing_zip_is_reported(tmp_path):
    with pytest.raises(FerError, match="cannot be opened"), in_zip(tmp_path / "none.zip"):
        pass


@pytest.mark.parametrize(("most", "most_bytes"), [(10, 1_000_000), (1, photos.MOST_BYTES)])
def test_a_zip_bomb_is_refused_by_its_declared_size(most, most_bytes, monkeypatch):
    archive = packed({"happy/a.png": bytes(600_000), "happy/b.png": bytes(600_000)})
    monkeypatch.setattr(photos, "MOST_BYTES", most_bytes)
    message = r"2 files and 1,200,000 bytes; the limits are .* files and"
    with pytest.raises(FerError, match=message), in_zip(archive, most=most):
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


def test_a_damaged_file_in_a_zip_does_not_affect_the_others():
    files = {"happy/a.png": png(300, 300), "sad/b.jpg": HOPPER}
    result = found_in(flipped(packed(files, zipfile.ZIP_STORED), "happy/a.png"), detector="whole")
    assert result.names == ("sad/b.jpg",)
    (failure,) = result.failures
    assert isinstance(failure, Failure) and failure.reason.startswith("The file cannot be unpacked: Bad CRC-32")


def test_errors_raised_while_reading_photos_are_not_blamed_on_the_archive():
    with pytest.raises(ValueError, match="mine"), in_zip(GOOD):
        raise ValueError("mine")
