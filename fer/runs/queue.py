"""The training queue: runs are trained one at a time in other processes.

The queue is stored in the runs' status files, and the supervisor's lock in the models folder."""

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
from fer.runs.store import STUDIES, WORKER_LOCK, RunStore
from fer.system.files import is_locked
from fer.system.memory import free_memory
from fer.system.process import launch
from fer.system.processor import is_quiet

LEAST_FREE = 1_500_000_000  # bytes; a measurement needs up to 1.2 GB, and a server that runs out of memory is killed
GRACE_SECONDS = 5.0  # for a newly started supervisor to acquire the lock
LOOK_SECONDS = 0.5  # between checks on a run still being trained without a supervisor

_started: dict[Path, float] = {}  # when this process last started each lock's holder
_measured: set[tuple[Path, str]] = set()  # speeds whose measurement this process has started


def create(store: RunStore, config: TrainConfig, name: str | None = None) -> Run:
    """Create a run and start it; one that cannot be started leaves nothing behind.

    Raises:
        FerError: as for `RunStore.create`.
    """
    with store.making(config, name) as run:
        start(run)
    return run


def start(run: Run) -> None:
    """Add a run to the end of the queue and start a supervisor if needed; training resumes where it left off.

    Raises:
        FerError: if it is already queued, training or finished, or was deleted.
    """
    if run.state in ("queued", "training", "finished"):
        raise FerError(f"Run {run.id!r} is already {run.state}. Start another run.")
    run.require()
    stop.forget(run)
    run.status = Status("queued", place=time.time())
    see_to(RunStore(run.path.parent))


def queue(store: RunStore) -> list[Run]:
    """The queued runs, next first."""
    waiting = [(run.status.place, run.id, run) for run in store if state_of(run) == "queued"]
    return [run for _, _, run in sorted(waiting, key=lambda entry: entry[:2])]


def state_of(run: Run) -> str:
    """The run's state, or "damaged": one run whose files cannot be read must not hide the others."""
    try:
        return run.state
    except FerError:
        return "damaged"


def move_up(store: RunStore, run: Run) -> None:
    """Move a queued run up one place."""
    waiting = queue(store)
    ids = [other.id for other in waiting]
    position = ids.index(run.id) if run.id in ids else 0
    if position:
        before = waiting[position - 1]
        mine, its = run.status.place, before.status.place
        run.status = Status("queued", place=its)
        before.status = Status("queued", place=mine)


def cancel(store: RunStore, run: Run) -> None:
    """Remove a run from the queue or stop its training, and delete it."""
    if run.state == "training":
        stop.ask(run, discard=True)
    else:
        store.delete(run.id)


def see_to(store: RunStore) -> None:
    """Start a supervisor if runs are queued and none is running; cheap enough to call on every refresh."""
    if not queue(store):
        return
    if not is_at_work(_lock(store)):
        hold(_lock(store), store, "work")


def measure(store: RunStore, config: TrainConfig) -> bool:
    """Start measuring this machine's speed with a recipe if it is unknown, once per server process; never while a run
    or a study trains or the machine does other work, and only with enough free memory.

    Returns:
        Whether a measurement is running; False where the models folder cannot be written to.
    """
    try:
        if is_busy(store):
            return False
        if is_at_work(measuring(store)):
            return True
    except OSError:  # an estimate is not worth an error
        return False
    measurement = (store.root, speed.key(config))
    if measurement in _measured or speed.is_known(store, config) or not (has_room() and is_quiet()):
        return False
    _measured.add(measurement)
    settings = ("architecture", "precision", "batch_size")
    given = [f"--{name.replace('_', '-')}={getattr(config, name)}" for name in settings]
    try:
        hold(measuring(store), store, "measure", *given)
    except OSError:
        return False
    return True


def is_busy(store: RunStore) -> bool:
    """Whether any run is training or queued, or a study has a worker: a speed measured beside it would be wrong."""
    workers = (store.root / STUDIES).glob(f"*/{WORKER_LOCK.format('*')}")
    return any(state_of(run) in ("queued", "training") for run in store) or any(map(is_locked, workers))


def has_room() -> bool:
    """Whether enough memory is free to measure beside the app; True if unknown."""
    return (free_memory() or LEAST_FREE) >= LEAST_FREE


def wait_for_measurement(store: RunStore) -> None:
    """Wait until no speed is being measured. Call it with a run's status set to "training": none starts after that."""
    with measuring(store):
        pass


def measuring(store: RunStore) -> FileLock:
    """The lock held while this machine's speed is measured."""
    return FileLock(store.root / ".measuring.lock")


def starting(store: RunStore) -> FileLock:
    """The lock to hold while looking for a place in the queue and taking it, also against other servers."""
    return FileLock(store.root / ".starting.lock")


def is_at_work(lock: FileLock) -> bool:
    """Whether a process holds the lock, or was just started to acquire it."""
    try:
        with lock.acquire(blocking=False):
            return time.monotonic() - _started.get(Path(lock.lock_file), -GRACE_SECONDS) < GRACE_SECONDS
    except Timeout:
        return True


def hold(lock: FileLock, store: RunStore, *arguments: str, log: Path | None = None) -> None:
    """Start the command that acquires a lock; its output goes to `log`, by default a file next to the lock."""
    path = Path(lock.lock_file)
    _started[path] = time.monotonic()
    launch([*arguments], log or path.with_suffix(".txt"), FER_MODELS=str(store.root))


def work(store: RunStore) -> int:
    """Train queued runs until none are left; returns immediately if another supervisor is running. Each training has
    its own process, so that a crash affects nothing else. Returns how many were trained."""
    trained = 0
    try:
        with _lock(store).acquire(blocking=False):
            while queue(store):
                _wait_for_others(store)
                if waiting := queue(store):  # it may have changed meanwhile
                    _train(store, waiting[0])
                    trained += 1
    except Timeout:
        pass
    return trained


def _lock(store: RunStore) -> FileLock:
    """The lock held by the supervisor; the system releases it if the supervisor dies."""
    return FileLock(store.root / ".supervisor.lock")


def _wait_for_others(store: RunStore) -> None:
    """Wait for a training whose supervisor has died."""
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
    elif status.state == "training" or status == waiting:  # not a run that was queued again in the meantime
        why = f"was killed (signal {-code})" if code < 0 else f"ended with status {code}"
        run.status = Status("lost", f"The training process {why}; see its log. Resume continues from the last epoch.")
