"""Kill a training again and again at random moments, resume it each time, and compare with one that was left in peace.

    python benchmarks/kills.py [--kills 50] [--epochs 120]

Prints how many of the kills the run survived (its files can be read, it counts as lost, it can be resumed), and whether
the weights at the end are those of the undisturbed training, to the last bit (float32).
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.data.formats import synthetic
from fer.runs.config import TrainConfig
from fer.runs.run import LOG, Run
from fer.runs.store import RunStore

PROJECT = Path(__file__).parents[1]


def start(store: RunStore, run: Run) -> subprocess.Popen:
    environment = {**os.environ, "FER_MODELS": str(store.root), "PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "-m", "fer", "train", "--resume", run.id]
    with (run.path / LOG).open("ab") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def create(store: RunStore, folder: Path, name: str, epochs: int) -> Run:
    data = folder / "faces.npz"
    if not data.is_file():
        images, labels = synthetic.draw(20, seed=1)
        np.savez(data, images=images, labels=labels, usage=np.arange(len(labels)) % 10 % 3)
    recipe = {"architecture": "mini_xception", "batch_size": 16, "precision": "float32", "warmup_epochs": 1.0}
    return store.create(TrainConfig(data=str(data), epochs=epochs, **recipe), name)


def kill_once(store: RunStore, run: Run, longest: float) -> bool:
    """Kill a training at a random moment. Returns whether what is left is whole."""
    process = start(store, run)
    time.sleep(random.uniform(1, longest))
    process.send_signal(signal.SIGKILL)
    process.wait()
    state, epochs = run.state, [epoch.epoch for epoch in run.history]
    return state in ("lost", "created", "finished", "stopped") and epochs == list(range(len(epochs)))


def weights(run: Run) -> list[np.ndarray]:
    with np.load(run.checkpoint_path) as saved:
        return [saved[name] for name in sorted(saved.files) if name.startswith(("network", "average", "optimizer"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--longest", type=float, default=20.0, help="seconds until a kill, at most")
    options = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder) / "models")
        peaceful, killed = (create(store, Path(folder), name, options.epochs) for name in ("peaceful", "killed"))
        started = time.monotonic()
        assert start(store, peaceful).wait() == 0, peaceful.log
        print(f"left in peace: {options.epochs} epochs in {time.monotonic() - started:.0f} s", flush=True)
        whole = done = 0
        while done < options.kills and killed.state != "finished":
            whole += kill_once(store, killed, options.longest)
            done += 1
            print(f"kill {done}: {killed.state}, {len(killed.history)} epochs", flush=True)
        if killed.state != "finished":
            assert start(store, killed).wait() == 0, killed.log
        same = all((a == b).all() for a, b in zip(weights(peaceful), weights(killed), strict=True))
        print(f"{whole} of {done} kills left a whole run; the weights at the end are the same to the last bit: {same}")


if __name__ == "__main__":
    main()
