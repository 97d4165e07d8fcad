"""Kill a study's workers again and again at random moments, and count the trials that are lost or counted twice.

    python benchmarks/tune_kills.py [--kills 20] [--trials 24] [--only journal|postgresql] [--seed 0]

Two workers train short trials of mini_xception on drawn faces; one that trains is killed with `kill -9` at a random
moment, and another one takes its place. This happens on a journal, and on a PostgreSQL server of the benchmark's own
(Debian's package `postgresql`). At the end, every trial must be trained to its end exactly once: finished, pruned, or
failed because its second try was killed too.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from helpers import postgres  # noqa: E402  # tests/ is not installed

from fer.data.formats import synthetic  # noqa: E402
from fer.runs.store import RunStore  # noqa: E402
from fer.tuning import heartbeat, study  # noqa: E402
from fer.tuning.study import Study, Trial  # noqa: E402

NAME, EPOCHS = "killed", 2
RECIPE = ["--architecture", "mini_xception", "--batch-size", "16", "--precision", "float32"]
SEARCH = ["--only", "--search", "label_smoothing", "--search", "mixup", "--trial-epochs", str(EPOCHS)]
LONGEST = 10.0  # seconds from a look at what is trained to the kill: about a trial, so that some kills come between two
PATIENCE = 900.0


class Workers:
    """Two workers at any time, as a person would start them in two terminals."""

    def __init__(self, store: RunStore, url: str, log: Path):
        self.url, self.log = url, log
        self.environment = {**os.environ, "FER_MODELS": str(store.root), "PYTHONPATH": str(ROOT)}
        self.running: list[subprocess.Popen] = []

    def start(self, *arguments: str) -> subprocess.Popen:
        storage = ["--storage", self.url] if self.url else []
        command = [sys.executable, "-m", "fer", "tune", "--study", NAME, *storage, *arguments]
        with self.log.open("ab") as output:
            process = subprocess.Popen(command, env=self.environment, stdout=output, stderr=output)
        self.running.append(process)
        return process

    def kill(self, pid: int) -> None:
        killed = next(process for process in self.running if process.pid == pid)
        self.running.remove(killed)
        killed.send_signal(signal.SIGKILL)
        killed.wait()

    @property
    def are_alive(self) -> bool:
        return any(process.poll() is None for process in self.running)

    def wait(self) -> list[int]:
        return [process.wait(PATIENCE) for process in self.running]


def begin(store: RunStore, workers: Workers, trials: int) -> None:
    data = store.root.parent / "faces.npz"
    images, labels = synthetic.draw(20, seed=1)
    np.savez(data, images=images, labels=labels, usage=np.arange(len(labels)) % 10 % 3)
    workers.start("--data", str(data), *RECIPE, *SEARCH, "--trials", str(trials))
    until(lambda: study.exists(store, NAME, workers.url), workers)
    workers.start()


def until(holds, workers: Workers) -> None:
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < PATIENCE, workers.log.read_text()
        time.sleep(0.05)


def at_work(store: RunStore, workers: Workers) -> list[int]:
    """The processes that train a trial now, of those that live."""
    trials = study.open_study(store, NAME, workers.url).optuna.get_trials(deepcopy=False)
    owners = {trial.user_attrs.get(study.OWNER, {}).get("pid") for trial in trials if trial.state.name == "RUNNING"}
    return [process.pid for process in workers.running if process.pid in owners and process.poll() is None]


def kill(store: RunStore, workers: Workers, kills: int) -> int:
    """Returns how many were killed before the study was at its end."""
    for done in range(kills):
        until(lambda: at_work(store, workers) or not workers.are_alive, workers)
        if not (found := at_work(store, workers)):
            return done
        chosen = random.choice(found)
        time.sleep(random.uniform(0, LONGEST))
        workers.kill(chosen)
        workers.start()
    return kills


def origin(trial: Trial, trials: list[Trial]) -> int:
    """The first try of a trial."""
    return trial.number if trial.again_of is None else origin(trials[trial.again_of], trials)


def faults(found: Study) -> dict[str, int]:
    """What must not be: each a number of trials."""
    trials, counted = found.trials, study.counted(found.trials)
    origins = Counter(origin(trial, trials) for trial in counted)
    settings = [(trial.params, trials[trial.again_of].params) for trial in trials if trial.again_of is not None]
    runs = {trial.number: found.runs[trial.run] for trial in trials if trial.state == "finished"}
    return {
        "lost": len({origin(trial, trials) for trial in trials} - set(origins)) + found.budget.trials - len(counted),
        "counted twice": sum(number - 1 for number in origins.values()),
        "left in training or waiting": sum(trial.state in ("training", "waiting") for trial in trials),
        "failed without its worker's death": sum(
            trial.state == "failed" and trial.reason not in (heartbeat.LOST, heartbeat.DOUBLE) for trial in trials
        ),
        "tried again with other settings": sum(
            any(again[name] != value for name, value in first.items()) for again, first in settings
        ),
        "finished, but the run says otherwise": sum(
            trials[number].curve != tuple(epoch.val_accuracy for epoch in run.history) or len(run.history) != EPOCHS
            for number, run in runs.items()
        ),
    }


def measure(name: str, url: str, folder: Path, options: argparse.Namespace) -> None:
    random.seed(options.seed)
    store = RunStore(folder / "models")
    workers, started = Workers(store, url, folder / "log.txt"), time.monotonic()
    try:
        begin(store, workers, options.trials)
        kills = kill(store, workers, options.kills)
        statuses = workers.wait()
    finally:
        for process in workers.running:
            process.kill()
    found = study.open_study(store, NAME, url)  # the study opens
    states = Counter(trial.state for trial in study.counted(found.trials))
    print(
        f"{name}: {kills} kills in {time.monotonic() - started:.0f} s; the study opens; workers ended with {statuses}"
    )
    print(f"  {len(found.trials)} tries of {found.budget.trials} trials: {dict(states)}")
    for fault, number in faults(found).items():
        print(f"  {fault}: {number}", flush=True)


@contextmanager
def storages(only: str) -> Iterator[dict[str, str]]:
    if only == "journal":
        yield {"journal": ""}
        return
    if not postgres.CONTROL:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql, or --only journal.")
    with postgres.running() as server:
        yield {**({} if only else {"journal": ""}), "postgresql": server.new()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--only", choices=("journal", "postgresql"), default="")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with storages(options.only) as found:
        for name, url in found.items():
            with tempfile.TemporaryDirectory() as folder:
                measure(name, url, Path(folder), options)


if __name__ == "__main__":
    main()
