"""Photos from a zip or a folder, listed without decoding them."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fer.errors import FerError
from fer.faces.image import MAX_BYTES, read_bytes
from fer.system import archives
from fer.system.archives import MOST_BYTES, MOST_ENTRIES, is_clutter


@dataclass(frozen=True)
class Photo:
    """A file named by its path with forward slashes ("happy/anna.jpg"); `read` raises FerError if it is damaged."""

    name: str
    read: Callable[[], bytes]


MOST_UPLOADED = 5_000  # photos of a visitor that are read together; each takes 27 kB of memory in a table of results


def told_apart(photos: Iterable[Photo]) -> list[Photo]:
    """The photos, with a number behind the name of each that has an earlier one's."""
    last: dict[str, int] = {}  # the number behind each name that is taken, or at which to go on for it
    apart = []
    for photo in photos:
        path, name = PurePosixPath(photo.name), photo.name
        while name in last:
            last[photo.name] += 1
            name = str(path.parent / f"{path.stem} ({last[photo.name]}){path.suffix}")
        last[name] = 1
        apart.append(replace(photo, name=name))
    return apart


@contextmanager
def in_zip(content: bytes | BinaryIO | Path, *, most: int = MOST_ENTRIES) -> Iterator[list[Photo]]:
    """The files in a zip, sorted by name and readable inside the context; nothing is unpacked to disk.

    Args:
        most: files in it.

    Raises:
        FerError: for an archive that is damaged, encrypted, too large or empty.
    """
    source = BytesIO(content) if isinstance(content, bytes) else content
    with archives.open_checked(source, name="The zip", most_entries=most, most_bytes=MOST_BYTES) as archive:
        files = {file: archives.path_in(file) for file in archives.contents(archive)}
        if not files:
            raise FerError(
                "The zip contains no photos. Add some; to evaluate a model on them, put them in folders named after "
                "the classes."
            )
        read = partial(archives.read_entry, archive, most_bytes=MAX_BYTES)
        yield [Photo(files[file], partial(read, file)) for file in sorted(files, key=files.__getitem__)]


def in_folder(folder: Path) -> list[Photo]:
    """The files in a folder and its subfolders, sorted by relative path, without hidden ones."""
    files = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    named = {file.relative_to(folder).as_posix(): file for file in files}
    return [Photo(name, partial(read_bytes, named[name])) for name in sorted(named) if not is_clutter(name)]
