"""Trainings in other processes, one after the other: the queue is in the runs, the lock in the models' folder."""

import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from fer.errors import FerError
from fer.runs import speed, stop
from fer.runs.config import TrainConfig
from fer.runs.run import LOG, Run
from fer.runs.state import Progress, Status
from fer.runs.store import RunStore
from fer.system.process import launch

GRACE_SECONDS = 5.0  # until a supervisor that was just started holds the lock
LOOK_SECONDS = 0.5  # between looks at a run that a process without a supervisor still trains

_started: dict[Path, float] = {}  # when this process last started the holder of a lock
_measured: set[tuple[Path, str]] = set()  # speeds that this process has had measured


def start(run: Run) -> None:
    """Put a run at the end of the queue, to be trained from wherever it stands, and see that somebody works.

    Raises:
        FerError: where it waits, is trained or is finished already.
    """
    if run.state in ("queued", "training", "finished"):
        raise FerError(f"Run {run.id!r} is {run.state} already.")
    stop.forget(run)
    run.status = Status("queued", place=time.time())
    see_to(RunStore(run.path.parent))


def queue(store: RunStore) -> list[Run]:
    """The waiting runs, next first."""
    waiting = [(run.status.place, run.id, run) for run in store if state_of(run) == "queued"]
    return [run for _, _, run in sorted(waiting, key=lambda entry: entry[:2])]


def state_of(run: Run) -> str:
    """The run's state, or "damaged": one run whose files cannot be read must not hide the others."""
    try:
        return run.state
    except FerError:
        return "damaged"


def sooner(store: RunStore, run: Run) -> None:
    """Let a waiting run change places with the one before it."""
    waiting = queue(store)
    ids = [other.id for other in waiting]
    position = ids.index(run.id) if run.id in ids else 0
    if position:
        before = waiting[position - 1]
        mine, its = run.status.place, before.status.place
        run.status = Status("queued", place=its)
        before.status = Status("queued", place=mine)


def cancel(store: RunStore, run: Run) -> None:
    """Take a run out of the queue, or stop its training, and delete it."""
    if run.state == "training":
        stop.ask(run, discard=True)
    else:
        store.delete(run.id)


def see_to(store: RunStore) -> None:
    """Start a supervisor where runs wait and none works; cheap enough to call at every look."""
    if not queue(store):
        return
    if not _is_at_work(_lock(store)):
        _hold(_lock(store), store, "work")


def measure(store: RunStore, config: TrainConfig) -> bool:
    """See that this machine's speed with a recipe becomes known where nothing else works, tried once by each server.

    Returns:
        Whether a speed is being measured now.
    """
    if _is_at_work(measuring(store)):
        return True
    wanted = (store.root, speed.key(config))
    if is_busy(store) or wanted in _measured or speed.is_known(store, config):
        return False
    _measured.add(wanted)
    settings = ("architecture", "precision", "batch_size")
    given = [f"--{name.replace('_', '-')}={getattr(config, name)}" for name in settings]
    _hold(measuring(store), store, "measure", *given)
    return True


def is_busy(store: RunStore) -> bool:
    """Whether a training runs or waits."""
    return any(state_of(run) in ("queued", "training") for run in store)


def measuring(store: RunStore) -> FileLock:
    """Held while this machine's speed is measured."""
    return FileLock(store.root / ".measuring.lock")


def _is_at_work(lock: FileLock) -> bool:
    """Whether a process holds the lock, or was started a moment ago to do so."""
    try:
        with lock.acquire(blocking=False):
            return time.monotonic() - _started.get(Path(lock.lock_file), -GRACE_SECONDS) < GRACE_SECONDS
    except Timeout:
        return True


def _hold(lock: FileLock, store: RunStore, *arguments: str) -> None:
    """Start the command that takes a lock; what it prints goes beside it."""
    path = Path(lock.lock_file)
    _started[path] = time.monotonic()
    launch([*arguments], path.with_suffix(".txt"), FER_MODELS=str(store.root))


def work(store: RunStore) -> None:
    """Train what waits until nothing does; at once back where another supervisor works. Each training is a process of
    its own, so that one which dies takes nothing with it."""
    try:
        with _lock(store).acquire(blocking=False):
            while waiting := queue(store):
                _wait_for_others(store)
                _train(store, waiting[0])
    except Timeout:
        return


def _lock(store: RunStore) -> FileLock:
    """Held by the supervisor, and let go by the system when it dies."""
    return FileLock(store.root / ".supervisor.lock")


def _wait_for_others(store: RunStore) -> None:
    """A supervisor may have died before the training that it started."""
    while any(state_of(run) == "training" for run in store):
        time.sleep(LOOK_SECONDS)


def _train(store: RunStore, run: Run) -> None:
    run.progress = Progress()
    waiting = run.status
    with (run.path / LOG).open("ab") as log:
        command = [sys.executable, "-m", "fer", "train", "--resume", run.id]
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT).returncode
    status = run.status
    if stop.discard_was_asked(run):
        store.delete(run.id)
    elif status.state == "training" or status == waiting:  # not one that was queued again meanwhile: it says when
        why = f"was killed (signal {-code})" if code < 0 else f"ended with status {code}"
        run.status = Status(
            "lost", f"The training process {why}; its log tells more. Resume goes on from the last epoch."
        )
