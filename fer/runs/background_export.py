"""The files of a taught run with its head inside, made in the background by `python -m fer export`.

The process holds the run's lock, and writes into `export.txt` in its folder, which is there until an export succeeds.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from filelock import FileLock

from fer.runs import queue
from fer.runs.exports import obstacle
from fer.runs.log import last_error
from fer.runs.run import Run
from fer.runs.store import RunStore

KINDS = ("keras", "onnx")  # model.tflite is there from the start
ENDED = "The export ended before it was done. Make the files again."


def start(store: RunStore, run: Run) -> bool:
    """Start making what can be made here of KINDS, if there is enough free memory. Returns whether it was started."""
    kinds = [kind for kind in KINDS if not obstacle(run, kind)]
    if not kinds or not queue.has_room():
        return False
    _log(run).unlink(missing_ok=True)
    queue.hold(run.lock, store, "export", run.id, *(f"--as={kind}" for kind in kinds), log=_log(run))
    return True


def is_at_work(run: Run) -> bool:
    """Whether the run's files are being made in the background, or wait for another export."""
    return _log(run).is_file() and not last_error(_log(run)) and queue.is_at_work(run.lock)


def failure(run: Run) -> str:
    """Why the files could not be made in the background; empty if they were, or are being made."""
    if not _log(run).is_file() or is_at_work(run):
        return ""
    return last_error(_log(run)) or ("" if run.model_path.is_file() else ENDED)


@contextmanager
def only_export(store: RunStore, run: Run) -> Iterator[None]:
    """Wait for other exports, because each needs a gigabyte of memory, and keep the run from being renamed or deleted.

    If all goes well, what an earlier export said in the background is forgotten.
    """
    store.root.mkdir(parents=True, exist_ok=True)
    is_own = run.path.parent == store.root
    with run.lock if is_own else nullcontext(), FileLock(store.root / ".exporting.lock"):
        yield
        with suppress(OSError):  # it is this process's own output, which Windows does not delete
            _log(run).unlink(missing_ok=True)


def _log(run: Run) -> Path:
    return run.path / "export.txt"
