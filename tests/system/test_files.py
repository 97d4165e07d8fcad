"""Writes that survive a power cut, and readers that report whatever is not a readable file."""

import errno
import os

import pytest

from fer.errors import FerError
from fer.system import files
from fer.system.files import put, read_bytes, read_object, remove_folder, write_atomically


@pytest.fixture
def order(monkeypatch) -> list[str]:
    """What the system is asked to do, in order."""
    done, fsync, replace = [], os.fsync, os.replace

    def synced(handle):
        done.append(f"sync {'folder' if os.path.isdir(f'/proc/self/fd/{handle}') else 'file'}")
        fsync(handle)

    def replaced(old, new):
        done.append("rename")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    return done


def test_a_file_is_on_the_disk_before_it_has_its_name_and_the_name_too(order, tmp_path):
    write_atomically(tmp_path / "a.json", "{}")
    assert order == ["sync file", "rename", "sync folder"]


def test_what_a_power_cut_may_cost_is_not_waited_for(order, tmp_path):
    write_atomically(tmp_path / "a.json", "{}", durable=False)
    assert order == ["rename"]


def test_a_folder_is_on_the_disk_with_all_its_files_before_it_has_its_name(order, tmp_path):
    (tmp_path / "fresh/inner").mkdir(parents=True)
    (tmp_path / "fresh/inner/file").write_text("x")
    put(tmp_path / "fresh", tmp_path / "done")
    assert order == ["sync folder", "sync folder", "sync file", "rename", "sync folder"]


def test_a_file_that_is_replaced_can_be_kept_under_another_name(tmp_path):
    for content in ("1", "2", "3"):
        (tmp_path / "fresh").write_text(content)
        put(tmp_path / "fresh", tmp_path / "new", keep=tmp_path / "old")
    assert [(tmp_path / name).read_text() for name in ("old", "new")] == ["2", "3"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    write_atomically(tmp_path / "a", "old")

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError):
        write_atomically(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "old" and [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_deleted_folder_is_gone_as_a_whole(tmp_path):
    (tmp_path / "run/reports").mkdir(parents=True)
    remove_folder(tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_what_is_not_a_file_is_reported(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dead").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    (tmp_path / "large").write_text("xx")
    monkeypatch.setattr(files, "MOST_BYTES", 1)
    for path in ("folder", "loop", "dead", "pipe", "file/below", "large"):
        with pytest.raises(FerError, match=f"{path} is damaged"):
            read_bytes(tmp_path / path)
    assert read_bytes(tmp_path / "missing") is None and read_bytes(tmp_path / "file") == b"x"


def test_a_file_of_another_user_is_reported(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(FerError, match=r"This program's user has no permission for .*card\.json\. Change its"):
        read_bytes(tmp_path / "card.json")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"NaN", b'{"a": NaN}', b'"\\ud800"', b"\xff\xfe", b"[" * 100_000, b"9" * 5_000]
)
def test_anything_but_a_json_object_is_reported(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(FerError, match=r"a\.json is damaged"):
        read_object(tmp_path / "a.json")
