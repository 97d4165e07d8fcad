"""How accuracy falls when faces are not as FER2013's (fer/evaluation/robustness.py says how they are changed).

    python benchmarks/robustness.py [--models RUN ...] [--images N]

The figures on FER2013's PublicTest go into the run's `robustness.json`, which the Models page draws, and are printed as
the table of docs/experiments.md. With fewer images nothing is kept. Nothing here reads PrivateTest.

`flagship` takes nine minutes of one processor core, `vgg_small` and `mini_xception` three together.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.evaluation.robustness import measure, part_of, table
from fer.runs.data import data_for
from fer.runs.store import RunStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    store = RunStore()
    models = list(dict.fromkeys([store.default.id, "mini_xception"]))
    parser.add_argument("--models", nargs="+", metavar="RUN", default=models, help=", ".join(models))
    parser.add_argument("--images", type=int, help="so many of PublicTest, for a look (default: all)")
    options = parser.parse_args()
    measured = {}
    for run in map(store.__getitem__, options.models):
        dataset = data_for(run, "fer2013")
        part = part_of(dataset, options.images) if options.images else dataset
        measured[run.id] = measure(run, part, on_progress=partial(report_progress, run.id))
        if not options.images:
            run.robustness = measured[run.id]
    print(table(measured))


def report_progress(model: str, kind: str) -> None:
    print(f"{model}: {kind} done", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
