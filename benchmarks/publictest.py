"""What recipes are chosen by: how right runs are on PublicTest, each alone and all together.

    python benchmarks/publictest.py RUN [RUN ...]

Prints, in a single pass and with test-time augmentation, each run's accuracy with its 95 % interval, its log-loss, and
how often it gives the emotion that at least six of FER+'s ten taggers saw, of the images that have such a clear
majority; and the same of the mean of all runs' probabilities, which is what a `--teacher` of them knows. Reads the
reports that training kept, fer2013 and its FER+ votes. Nothing here reads PrivateTest.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer import printing
from fer.errors import FerError
from fer.ferplus import read_votes
from fer.formats import ferplus_path, open_rows
from fer.labels import EMOTIONS
from fer.report import Report, way
from fer.store import RunStore

CLEAR = 6  # votes of ten


def together(reports: list[Report]) -> Report:
    """The mean of several reports on the same images. Raises FerError where they are not the same."""
    first = reports[0]
    for other in reports[1:]:
        if (other.fingerprint, other.rows.tolist()) != (first.fingerprint, first.rows.tolist()):
            raise FerError(f"{other.model} and {first.model} were judged on different images.")
    mean = np.mean([report.probabilities for report in reports], axis=0, dtype=np.float32)
    return replace(first, model="together", probabilities=mean)


def agreement(report: Report, votes: np.ndarray) -> float:
    """The share of answers that are the taggers' clear majority, of the images that have one.

    Args:
        votes: int64 (N, C), of all the data set's rows.
    """
    mine = votes[report.rows]
    clear = mine.max(axis=1) >= CLEAR
    return float((report.predictions == mine.argmax(axis=1))[clear].mean())


def row(report: Report, votes: np.ndarray) -> list[str]:
    low, high = report.interval
    told = f"{report.accuracy:.1%} ({low:.1%} to {high:.1%})"
    return [report.model, way(report.tta), told, f"{report.log_loss:.3f}", f"{agreement(report, votes):.1%}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    store, names, table = RunStore(), parser.parse_args().runs, []
    rows, _, path = open_rows("fer2013")
    votes = read_votes(ferplus_path(path), rows)[:, : len(EMOTIONS)]
    for tta in (False, True):
        reports = [store[name].report("fer2013", "val", tta=tta) for name in names]
        if None in reports:
            parser.error(f"{names[reports.index(None)]} has no report on fer2013's val split ({way(tta)}).")
        judged = [*reports, together(reports)] if len(reports) > 1 else reports
        table += [row(report, votes) for report in judged]
    printing.print_table(["run", "way", "accuracy", "log-loss", "clear majority"], table)


if __name__ == "__main__":
    main()
