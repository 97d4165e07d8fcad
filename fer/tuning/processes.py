"""Worker processes of studies on this machine: started, counted, and what they say when they end. Loads no Optuna."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from fer.errors import FerError
from fer.runs import log
from fer.runs.store import WORKER_LOCK, RunStore
from fer.system.files import is_locked, remove_folder
from fer.system.pool import CORES
from fer.system.process import launch
from fer.tuning import database, heartbeat, storage
from fer.tuning.budget import MOST
from fer.tuning.study import Study

LOG = "worker.txt"
THREADS = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")  # of TensorFlow, and of other backends

_started: dict[Path, list[int]] = {}  # the workers that this process has started, by their study's folder


def start(store: RunStore, name: str, url: str = "", *, workers: int = 1, is_searching: bool = True) -> None:
    """Start workers beside those that are at work; each of the new ones uses its share of the cores.

    Args:
        workers: how many.
        is_searching: whether they also train new recipes, or only what waits to be repeated.
        url: of the database that holds the study; handed on where other users of this machine do not see it.

    Raises:
        FerError: as `check_alone`, and if there would be more than MOST.
    """
    check_alone(store, name)
    place = storage.folder(store, name)
    together = working(store, name) + workers
    if together > MOST:
        raise FerError(f"A study has at most {MOST} workers on one machine.")
    place.mkdir(parents=True, exist_ok=True)
    environment = {"FER_MODELS": str(store.root), **({database.SETTING: url} if url else {})}
    if together > 1:
        environment |= dict.fromkeys(THREADS, str(max(1, CORES // together)))
    command = ["tune", "--study", name, "--worker", *([] if is_searching else ["--no-search"])]
    _started.setdefault(place, []).extend(launch(command, place / LOG, **environment) for _ in range(workers))


def check_alone(store: RunStore, name: str) -> None:
    """Raise FerError if another study's worker is training: both would be slow, and budgets in time wrong."""
    others = [other for other in storage.folders(store) if other != name and working(store, other)]
    if others:
        raise FerError(f"Study {others[0]!r} is running. Stop it first, or wait until it ends.")


def working(store: RunStore, name: str) -> int:
    """The workers of a study that run on this machine, those included that have just been started."""
    place = storage.folder(store, name)
    held = sum(map(is_locked, place.glob(WORKER_LOCK.format("*"))))
    alive = _started[place] = [pid for pid in _started.get(place, []) if _is_alive(pid)]
    return max(held, len(alive))


@contextmanager
def at_work(store: RunStore, name: str) -> Iterator[None]:
    """Count as a worker of a study; the system ends that when this process dies."""
    place = storage.folder(store, name)
    place.mkdir(parents=True, exist_ok=True)
    for number in range(MOST):
        lock = FileLock(place / WORKER_LOCK.format(number))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        with lock:
            yield
        lock.release(force=True)
        return
    raise FerError(f"A study has at most {MOST} workers on one machine.")


def last_error(store: RunStore, name: str) -> str:
    """What the last worker that failed said, if it did."""
    return log.last_error(storage.folder(store, name) / LOG)


def delete(found: Study) -> None:
    """Delete a study, with its trials on this machine. Raises FerError while it runs, here or on another machine."""
    if working(found.store, found.name):
        raise FerError(f"Study {found.name!r} is running. Stop it first.")
    if found.url:
        heartbeat.rescue(found)  # what dead workers left in training does not count
        if hosts := {trial.host for trial in found.trials if trial.state == "training"}:
            raise FerError(f"Study {found.name!r} is running on {', '.join(sorted(hosts))}. Stop it first.")
        found.optuna._storage.delete_study(found.optuna._study_id)
    with suppress(FileNotFoundError):  # of a shared study that never trained here
        remove_folder(storage.folder(found.store, found.name))


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
