"""Data sets that a visitor uploads are checked by another process, with limits."""

import io
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fer.data import catalog
from fer.errors import FerError
from fer.system import process


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(catalog, "DATA", tmp_path / "data")
    return tmp_path / "data"


def npz(**arrays) -> io.BytesIO:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    buffer.seek(0)
    return buffer


def zipped(entries: dict[str, bytes]) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    buffer.seek(0)
    return buffer


def lying_header() -> bytes:
    """An .npy whose header promises a terabyte."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": "|u1", "fortran_order": False, "shape": (10**12 // 2304, 48, 48)}
    )
    return buffer.getvalue() + b"0" * 99


def test_what_was_checked_is_stored_with_its_cache(small_rows, folder, monkeypatch):
    content = npz(images=small_rows.images, labels=small_rows.labels, usage=small_rows.usage)
    assert catalog.keep("mine", "npz", content) == "mine"
    assert {path.name for path in folder.iterdir()} == {"mine.npz", ".mine.npz.cache", ".keeping.lock"}
    monkeypatch.setattr("fer.data.formats.npz.read", lambda *_: pytest.fail("the cache was not used"))
    assert len(catalog.open_rows("mine")[0].labels) == len(small_rows.labels)


def test_a_folder_may_have_a_dot_in_its_name_and_imagenets_weights_are_no_data_set(small_rows, write_folders, folder):
    folder.mkdir()
    write_folders(small_rows).rename(folder / "raf.v2")
    (folder / "weights").mkdir()
    assert catalog.available() == ["raf.v2"] and catalog.stamp("raf.v2")
    assert catalog.open_dataset("raf.v2").name == "raf.v2" == catalog.open_dataset(folder / "raf.v2").name


def test_of_two_uploads_with_one_name_the_later_is_refused(small_rows, folder, monkeypatch):
    arrays = {"images": small_rows.images, "labels": small_rows.labels}

    def check(*_, **__):  # meanwhile somebody else's is stored
        monkeypatch.setattr(catalog, "check", lambda *_, **__: None)
        catalog.keep("mine", "npz", npz(**arrays, usage=small_rows.usage))

    monkeypatch.setattr(catalog, "check", check)
    with pytest.raises(FerError, match="A data set named mine already exists"):
        catalog.keep("mine", "npz", npz(**arrays))
    assert "usage" in np.load(folder / "mine.npz")


@pytest.mark.parametrize("wrap", [lambda content: content, lambda content: zipped({"a.npz": content.read()})])
def test_a_tiny_npz_of_four_gigabytes_is_refused(wrap, folder):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("images.npy", "w") as member:
        np.lib.format.write_array_header_1_0(
            member, {"descr": "|u1", "fortran_order": False, "shape": (300_000, 48, 48)}
        )
        for _ in range(300):
            member.write(bytes(2_304_000))
    content.seek(0)
    suffix = "npz" if wrap(io.BytesIO(content.getvalue())).getvalue() == content.getvalue() else "zip"
    with pytest.raises(FerError, match=r"would unpack to 1 files and 691,200,128 bytes; the limits are"):
        catalog.keep("bomb", suffix, wrap(content))
    assert list(folder.iterdir()) == []


def test_a_header_that_promises_more_than_the_file_holds_is_refused():
    content = zipped({"images.npy": lying_header(), "labels.npy": lying_header()})
    with pytest.raises(FerError, match=r"liar.npz: images should have 999,999,998,208 bytes, but only 227 are there"):
        catalog.keep("liar", "npz", content)


def test_pictures_in_a_zip_have_the_same_limit_as_photos():
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(buffer, "PNG")
    with pytest.raises(FerError, match=r"faces.zip has 1 image \(happy/a.png\).*more than 24 megapixels"):
        catalog.keep("faces", "zip", zipped({"happy/a.png": buffer.getvalue()}))


def test_a_check_that_dies_ends_in_a_sentence_and_leaves_no_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(FerError, match=r"^x.zip could not be checked: it needs more than 1.5 GB of memory"):
        process.check("no_such_module", name="x.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_check_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(process, "COMMAND_SECONDS", 0.01)
    with pytest.raises(FerError, match=r"^Checking x.zip took longer than 0.01 s and was stopped"):
        process.check("fer.data.check", "x.zip", "x.zip", name="x.zip")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory differently, or not at all")
def test_a_process_cannot_allocate_more_than_its_limit():
    with pytest.raises(FerError, match=r"^x.zip could not be checked: it needs more than 1.5 GB of memory"):
        process.check("timeit", "-n1", "-r1", "bytearray(1_600_000_000)", name="x.zip")
    process.check("timeit", "-n1", "-r1", "bytearray(1_000_000_000)", name="x.zip")


@pytest.mark.parametrize("name", ["z" * 300, "x\0y", "-x", "a/b", "..", ".x", "a\nb", ""])
def test_names_that_no_file_can_have_end_in_a_sentence(name, folder):
    with pytest.raises(FerError):
        catalog.find(name if name not in ("..", "a/b") else f"none/{name}")
    with pytest.raises(FerError, match=r"^A data set's name must be 1 to 64 letters"):
        catalog.keep(name, "csv", io.BytesIO(b""))
