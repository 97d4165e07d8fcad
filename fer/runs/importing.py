"""One import at a time, and nothing left of one that was killed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from filelock import FileLock, Timeout

from fer.errors import FerError
from fer.runs.store import FILLING, RunStore


@contextmanager
def only_import(store: RunStore) -> Iterator[None]:
    """Refuse a second import beside the first: each needs a gigabyte of memory. Remove what a killed one left."""
    store.root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store.root / ".importing.lock").acquire(blocking=False):
            for folder in store.root.glob(f"{FILLING}*"):  # no process fills it: whoever does holds the lock
                shutil.rmtree(folder, ignore_errors=True)
            yield
    except Timeout:
        raise FerError("Another import is running. Try again when it has ended.") from None


def sweep(store: RunStore) -> None:
    """Remove what a killed import has left, unless another one is running."""
    with suppress(FerError, OSError), only_import(store):
        pass
