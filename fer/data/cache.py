"""A cache of parsed data sets, stored next to the source, because Kaggle's csv takes seconds to parse."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np

from fer.data.dataset import Rows, Unreadable
from fer.data.layout import walk
from fer.system.files import put

VERSION = 5  # 2: added class names; 3: a checksum; 4: what was left out; 5: more suffixes and modes
FACTS, IMAGES, ROWS = "stamp.json", "images.npy", "rows.npy"

_intact: set[tuple] = set()  # versions of caches that this process has verified


def read(path: Path, parse: Callable[[Path], Rows], how: str = "") -> Rows:
    """The rows, memory-mapped from the cache next to the source; `parse` rebuilds it when the source changes.

    Args:
        how: what else `parse` depends on.
    """
    cache, now = folder(path), stamp(path, how)
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


def stamp(path: Path, how: str = "") -> str:
    """A hash that changes when the file, or any file in the folder, or `how` it is read, changes."""
    names = [os.path.join(parent, name) for parent, _, files in walk(path) for name in files] or [str(path)]
    text = "\n".join(name[len(str(path)) :] + _facts(name) for name in sorted(names))
    return sha256(f"{VERSION}\n{how}\n{text}".encode(errors="surrogateescape")).hexdigest()


def _facts(name: str) -> str:
    try:
        stat = os.stat(name)
    except OSError:  # a broken link; the format reports it when reading
        return " missing"
    return f" {stat.st_size} {stat.st_mtime_ns}"


def _load(cache: Path, stamp: str) -> Rows | None:
    try:
        facts = json.loads((cache / FACTS).read_text())
        if facts["stamp"] != stamp:
            return None
        images = np.load(cache / IMAGES, mmap_mode="r")
        labels, usage, groups = np.load(cache / ROWS)
        rows = Rows(images, labels, usage, groups, facts["fingerprint"], tuple(facts["names"]), *_left_out(facts))
        return rows if _is_intact(cache, rows, facts["checksum"]) else None
    except Exception:  # not there yet, left incomplete by a process that died, or damaged in any way: it is rebuilt
        return None


def _left_out(facts: dict) -> tuple[tuple[Unreadable, ...], tuple[tuple[str, int], ...]]:
    unreadable = tuple(Unreadable(file, reason) for file, reason in facts["unreadable"])
    return unreadable, tuple((name, count) for name, count in facts["dropped"])


def _is_intact(cache: Path, rows: Rows, checksum: str) -> bool:
    """Whether the arrays are those that were saved, checked once per process and version of the files: FER2013's 83 MB
    take 0.1 s."""
    facts = [os.stat(cache / name) for name in (FACTS, IMAGES, ROWS)]
    version = tuple((fact.st_ino, fact.st_ctime_ns, fact.st_size) for fact in facts)
    if version not in _intact and _checksum(rows) == checksum:
        _intact.add(version)
    return version in _intact


def _checksum(rows: Rows) -> str:
    digest = sha256(np.ascontiguousarray(rows.images).data)
    for values in (rows.labels, rows.usage, rows.groups):
        digest.update(np.ascontiguousarray(values, np.int64).data)
    facts = [rows.fingerprint, rows.names, rows.unreadable, rows.dropped]
    digest.update(json.dumps([rows.images.shape, str(rows.images.dtype), *facts]).encode())
    return digest.hexdigest()


def _save(rows: Rows, cache: Path, stamp: str) -> None:
    """Write to a temporary folder and rename it, so that the cache appears atomically."""
    fresh = Path(tempfile.mkdtemp(dir=cache.parent, prefix=f"{cache.name}-"))
    try:
        np.save(fresh / IMAGES, rows.images)
        np.save(fresh / ROWS, np.stack([rows.labels, rows.usage, rows.groups]))
        facts = {name: getattr(rows, name) for name in ("fingerprint", "names", "unreadable", "dropped")}
        facts |= {"stamp": stamp, "checksum": _checksum(rows)}
        (fresh / FACTS).write_text(json.dumps(facts))
        shutil.rmtree(cache, ignore_errors=True)
        put(fresh, cache)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
