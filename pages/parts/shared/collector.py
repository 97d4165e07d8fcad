"""Python's garbage collector, kept cheap: Streamlit runs a full collection after every run of a page or fragment."""

import gc
import sys
import threading
import time

EVERY = 600  # seconds after which frozen objects are looked at again
_lock = threading.Lock()
_modules = 0  # how many were imported when everything was frozen last
_frozen = 0.0  # when that was


def relieve() -> None:
    """Let collections skip what imports have made, 100 ms of a core each time; again after further imports.

    Visitors' sessions, which only the collector can free, are frozen by chance, too: every ten minutes, those that have
    ended go with the next page.
    """
    global _modules, _frozen
    is_known = len(sys.modules) == _modules and time.monotonic() - _frozen < EVERY
    if is_known or not _lock.acquire(blocking=False):
        return
    try:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        _modules, _frozen = len(sys.modules), time.monotonic()
    finally:
        _lock.release()
