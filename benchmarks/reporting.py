"""What a training pays for telling how far it is: the share of its time that goes into that.

    python benchmarks/reporting.py [--steps 400]

One epoch of vgg_small on random images, in which every call that reports is timed: the progress file each second, what
the process takes of the machine, and the look before each batch whether it is to stop. Comparing the speed with and
without them drowns in this machine's noise (±10%).
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fer.data.dataset import Rows, assemble
from fer.runs import stop
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training import loop

BATCH, WARMUP = 64, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=400)
    steps = parser.parse_args().steps
    spent, ends = {"progress file": [], "look for a stop": [], "memory and processor": []}, []

    def timed(what: str, call):
        def run(*given, **named):
            started = time.perf_counter()
            try:
                return call(*given, **named)
            finally:
                if len(ends) >= WARMUP:
                    spent[what].append(time.perf_counter() - started)

        return run

    Run.progress = property(Run.progress.fget, timed("progress file", Run.progress.fset))
    stop.was_asked = timed("look for a stop", stop.was_asked)
    loop.usage = timed("memory and processor", loop.usage)
    random, count = np.random.default_rng(0), (WARMUP + steps) * BATCH
    images, labels = random.integers(0, 256, (count + 2, 48, 48), np.uint8), random.integers(0, 7, count + 2)
    rows = Rows.of(images, labels, np.array([0] * count + [1, 2]))
    dataset = assemble(rows, name="random", source="benchmark", format="synthetic")
    with tempfile.TemporaryDirectory() as folder:
        run = RunStore(Path(folder)).create(TrainConfig(epochs=1, batch_size=BATCH))
        loop.Training(run, dataset, on_batch=lambda progress: ends.append(time.perf_counter())).run_to_end()
    whole = ends[-1] - ends[WARMUP - 1]
    print(f"vgg_small, batch {BATCH}: {steps * BATCH / whole:.0f} images/s over {steps} steps, {whole:.1f} s")
    for what, times in spent.items():
        print(f"{what}: {len(times)} calls of {1000 * np.median(times):.3f} ms, {sum(times) / whole:.3%} of the time")
    print(f"together {sum(map(sum, spent.values())) / whole:.2%} (bar 2%)")


if __name__ == "__main__":
    main()
