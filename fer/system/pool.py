"""A pool of things that only one thread may use at a time, such as interpreters."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from fer.system import processor

T = TypeVar("T")
CORES = processor.cores()


class Pool(Generic[T]):
    """Lends each of its members to one thread at a time. Thread-safe.

    Args:
        make: makes a member. Called when all others are lent, so that a pool which one thread uses has one.
        most: how many members there may be; further threads wait. More than CORES would only compete for them.
    """

    def __init__(self, make: Callable[[], T], most: int = CORES):
        self._make, self._places = make, threading.Semaphore(most)
        self._free: list[T] = []

    @contextmanager
    def lend(self) -> Iterator[T]:
        """A member, the one that was used last if several are free. One whose use ends in an error is discarded, as
        nobody knows its state."""
        with self._places:
            try:
                member = self._free.pop()
            except IndexError:
                member = self._make()
            yield member
            self._free.append(member)
