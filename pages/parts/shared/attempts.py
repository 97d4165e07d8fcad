"""Attempts at a password, slowed down for all visitors together: after a wrong one, the next has to wait."""

import hashlib
import hmac
import math
import threading
import time
from collections.abc import Callable

from fer.errors import FerError

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 60.0  # the wait doubles; a guesser has 1,440 attempts a day
FORGOTTEN_SECONDS = 900.0  # without a wrong attempt, the next one waits for the shortest time again


class Attempts:
    """Compares passwords in constant time, and refuses early attempts instead of making a thread wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._wrong, self._last, self._next = 0, -math.inf, -math.inf

    def check(self, entered: str, expected: str) -> None:
        """Raises FerError if the password is wrong, or comes too soon after a wrong one; that one isn't looked at."""
        with self._lock:
            now = self._clock()
            if now < self._next:
                raise FerError(f"Too soon after a wrong password. Try again in {math.ceil(self._next - now)} s.")
            if same(entered, expected):
                return
            self._wrong = 1 + (self._wrong if now - self._last < FORGOTTEN_SECONDS else 0)
            wait = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(self._wrong - 1, 30))
            self._last, self._next = now, now + wait
        raise FerError(f"Wrong password. Try again in {wait:.0f} s.")


def same(entered: str, expected: str) -> bool:
    """Whether two texts are the same, in a time that says nothing about either, their length included."""
    first, second = (hashlib.sha256(text.encode(errors="surrogatepass")).digest() for text in (entered, expected))
    return hmac.compare_digest(first, second)
