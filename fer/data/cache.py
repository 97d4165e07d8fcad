"""A cache of parsed data sets, stored next to the source, because Kaggle's csv takes seconds to parse."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np

from fer.data.dataset import Rows

VERSION = 2  # 2: added class names


def read(path: Path, parse: Callable[[Path], Rows]) -> Rows:
    """The rows, memory-mapped from the cache next to the source; `parse` rebuilds it when the source changes."""
    cache, now = folder(path), stamp(path)
    rows = _load(cache, now)
    if rows is not None:
        return rows
    rows = parse(path)
    try:
        _save(rows, cache, now)
    except OSError:  # read-only or full disk: the source is just parsed again next time
        return rows
    return _load(cache, now) or rows


def folder(source: Path) -> Path:
    """Where a source's cache is."""
    return source.parent / f".{source.name}.cache"


def stamp(path: Path) -> str:
    """A hash that changes when the file, or any file in the folder, changes."""
    names = [os.path.join(parent, name) for parent, _, files in os.walk(path) for name in files] or [str(path)]
    text = "\n".join(name[len(str(path)) :] + _facts(name) for name in sorted(names))
    return sha256(f"{VERSION}\n{text}".encode(errors="surrogateescape")).hexdigest()


def _facts(name: str) -> str:
    try:
        stat = os.stat(name)
    except OSError:  # a broken link; the format reports it when reading
        return " missing"
    return f" {stat.st_size} {stat.st_mtime_ns}"


def _load(cache: Path, stamp: str) -> Rows | None:
    try:
        facts = json.loads((cache / "stamp.json").read_text())
        if facts["stamp"] != stamp:
            return None
        images = np.load(cache / "images.npy", mmap_mode="r")
        labels, usage, groups = np.load(cache / "rows.npy")
        return Rows(images, labels, usage, groups, facts["fingerprint"], tuple(facts["names"]))
    except (OSError, EOFError, ValueError, KeyError):  # not there yet, or left incomplete by a process that died
        return None


def _save(rows: Rows, cache: Path, stamp: str) -> None:
    """Write to a temporary folder and rename it, so that the cache appears atomically."""
    fresh = Path(tempfile.mkdtemp(dir=cache.parent, prefix=f"{cache.name}-"))
    try:
        np.save(fresh / "images.npy", rows.images)
        np.save(fresh / "rows.npy", np.stack([rows.labels, rows.usage, rows.groups]))
        facts = {"stamp": stamp, "fingerprint": rows.fingerprint, "names": rows.names}
        (fresh / "stamp.json").write_text(json.dumps(facts))
        shutil.rmtree(cache, ignore_errors=True)
        os.replace(fresh, cache)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
