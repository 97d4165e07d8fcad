"""What several networks answer together: accuracy on PublicTest of the mean of their stored probabilities.

    python benchmarks/ensembles.py RUN RUN [RUN ...]

Reads the reports that training kept, so it needs neither weights nor FER2013. Prints each run and their mean, in a
single pass and with test-time augmentation, with 95 % intervals. It tells what a `--teacher` of these runs knows.
Nothing here reads PrivateTest.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer import printing
from fer.errors import FerError
from fer.report import Report, way
from fer.store import RunStore


def together(reports: list[Report]) -> Report:
    """The mean of several reports on the same images. Raises FerError where they are not the same."""
    first = reports[0]
    for other in reports[1:]:
        if (other.fingerprint, other.rows.tolist()) != (first.fingerprint, first.rows.tolist()):
            raise FerError(f"{other.model} and {first.model} were judged on different images.")
    mean = np.mean([report.probabilities for report in reports], axis=0, dtype=np.float32)
    return replace(first, model="together", probabilities=mean)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    store, rows = RunStore(), []
    names = parser.parse_args().runs
    for tta in (False, True):
        reports = [store[name].report("fer2013", "val", tta=tta) for name in names]
        if None in reports:
            parser.error(f"{names[reports.index(None)]} has no report on fer2013's val split ({way(tta)}).")
        for report in (*reports, together(reports)):
            low, high = report.interval
            rows.append(
                [report.model, way(tta), f"{report.accuracy:.1%}", f"{low:.1%} to {high:.1%}", f"{report.log_loss:.3f}"]
            )
    printing.print_table(["run", "way", "accuracy", "95 %", "log-loss"], rows)


if __name__ == "__main__":
    main()
