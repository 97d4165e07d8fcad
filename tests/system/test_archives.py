"""Safe access to zip archives; the callers' own limits are tested with the callers."""

import zipfile
from io import BytesIO

import pytest
from helpers.made_photos import packed

from fer.errors import FerError
from fer.system.archives import contents, extract, is_clutter, open_checked, path_in, read_entry

FILES = {"a/one.txt": b"one " * 100, "a/": b"", "__MACOSX/a/._one.txt": b"x", "b\\two.txt": b"two"}


def opened(content: bytes, *, most_entries: int = 10, most_bytes: int = 1000) -> zipfile.ZipFile:
    return open_checked(BytesIO(content), name="mine.zip", most_entries=most_entries, most_bytes=most_bytes)


def test_folders_and_clutter_are_not_counted():
    with opened(packed(FILES), most_entries=2, most_bytes=403) as archive:
        assert [path_in(entry) for entry in contents(archive)] == ["a/one.txt", "b/two.txt"]
        assert read_entry(archive, archive.getinfo("a/one.txt"), most_bytes=400) == b"one " * 100
        with pytest.raises(FerError, match=r"^The file has 400 bytes; the limit is 399"):
            read_entry(archive, archive.getinfo("a/one.txt"), most_bytes=399)


@pytest.mark.parametrize("limit", [{"most_entries": 1}, {"most_bytes": 402}])
def test_a_zip_over_either_limit_is_refused_with_both_limits(limit):
    with pytest.raises(
        FerError, match=r"^mine.zip would unpack to 2 files and 403 bytes; the limits are .* If you trust it"
    ):
        opened(packed(FILES), **limit)


@pytest.mark.parametrize("number", [131, 300])  # many short entries, and more bytes than any have
def test_a_directory_that_would_fill_the_memory_is_refused_before_it_is_read(number, monkeypatch, tmp_path):
    content = packed({f"{i}.txt": b"" for i in range(number)})
    (tmp_path / "mine.zip").write_bytes(content)
    monkeypatch.setattr("fer.system.archives.ZipFile", lambda _: pytest.fail("it was read"))
    for source in (BytesIO(content), tmp_path / "mine.zip"):
        with pytest.raises(FerError, match=r"^mine.zip has more than 10 files, .* Split it into smaller zips"):
            open_checked(source, name="mine.zip", most_entries=10, most_bytes=1000)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_methods_without_bounded_reads_are_refused(method, tmp_path):
    (tmp_path / "rare.zip").write_bytes(packed({"a.csv": b"x"}, method))
    with pytest.raises(FerError, match=r"rare.zip is encrypted or uses an unsupported compression method \(a.csv\)"):
        extract(tmp_path / "rare.zip", str(tmp_path / "out"), name="rare.zip")
    assert not (tmp_path / "out").exists()


def test_extracting_skips_clutter_and_reports_damage(tmp_path):
    content = packed({"a/one.txt": b"one" * 100, "a/.hidden": b"x", "Thumbs.db": b"x"}, zipfile.ZIP_STORED)
    (tmp_path / "good.zip").write_bytes(content)
    extract(tmp_path / "good.zip", str(tmp_path / "out"), name="good.zip")
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == ["one.txt"]
    (tmp_path / "bad.zip").write_bytes(content.replace(b"oneone", b"twoone", 1))
    with pytest.raises(FerError, match=r"bad.zip cannot be unpacked: Bad CRC-32"):
        extract(tmp_path / "bad.zip", str(tmp_path / "bad"), name="bad.zip")


@pytest.mark.parametrize(
    ("path", "hidden"),
    [("a/.b/c", True), ("A/DESKTOP.INI", True), ("__MACOSX/a", True), ("../a", False), ("/a/b.c", False), ("a", False)],
)
def test_any_part_of_a_path_can_make_it_clutter(path, hidden):
    assert is_clutter(path) is hidden
