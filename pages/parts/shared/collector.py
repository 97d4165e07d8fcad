"""Python's garbage collector, kept cheap: Streamlit runs a full collection after every run of a page or fragment."""

import gc
import sys
import threading

_lock = threading.Lock()
_modules = 0  # how many were imported when everything was frozen last


def relieve() -> None:
    """Let collections skip what imports have made, 100 ms of a core each time; again after further imports.

    What is frozen by chance, such as a visitor's photo, is still freed by its last reference.
    """
    global _modules
    if len(sys.modules) == _modules or not _lock.acquire(blocking=False):
        return
    try:
        gc.collect()
        gc.freeze()
        _modules = len(sys.modules)
    finally:
        _lock.release()
