"""The cache of a parsed data set is used only while it holds exactly what was parsed."""

import json

import numpy as np
import pytest

from fer.data import cache
from fer.data.catalog import open_rows


@pytest.fixture
def cached(small_rows, write_csv):
    """A csv that has been read once, and the folder of its cache."""
    path = write_csv(small_rows)
    open_rows(path)
    return path, path.parent / ".fer2013.csv.cache"


def flip(path) -> None:
    """Change the file's last byte, as a failing disk would."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def rename_class(path) -> None:
    facts = json.loads(path.read_text())
    facts["names"][0] = "furious"
    path.write_text(json.dumps(facts))


def reshape(path) -> None:
    np.save(path, np.load(path).reshape(-1, 24, 96))


DAMAGES = {
    "a pixel": ("images.npy", flip),
    "a group": ("rows.npy", flip),
    "a class's name": ("stamp.json", rename_class),
    "the shape": ("images.npy", reshape),
    "cut": ("images.npy", lambda path: path.write_bytes(path.read_bytes()[:-100])),
    "a header without end": (
        "images.npy",
        lambda path: path.write_bytes(b"\x93NUMPY\x01\x00\xff\xff{" + b"(" * 70_000),
    ),
    "facts in a list": ("stamp.json", lambda path: path.write_text("[1]")),
    "facts nested without end": ("stamp.json", lambda path: path.write_text("[" * 100_000)),
}


@pytest.mark.parametrize(("name", "damage"), DAMAGES.values(), ids=DAMAGES)
def test_a_cache_that_changed_is_made_again(cached, small_rows, name, damage):
    path, folder = cached
    damage(folder / name)
    rows, _, _ = open_rows(path)
    assert (rows.images == small_rows.images).all() and rows.names == small_rows.names
    assert rows.fingerprint == small_rows.fingerprint and (rows.groups == small_rows.groups).all()


def test_arrays_are_checked_once_per_process_and_version(cached, monkeypatch):
    path, folder = cached
    sums = []
    checksum = cache._checksum
    monkeypatch.setattr(cache, "_checksum", lambda rows: sums.append(1) or checksum(rows))
    open_rows(path)
    assert not sums
    (folder / "images.npy").touch()
    open_rows(path)
    open_rows(path)
    assert len(sums) == 1
