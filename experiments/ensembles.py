"""Which runs answer best together on PublicTest: a greedy search over ensembles, from the stored reports.

    python experiments/ensembles.py [RUN ...]

Starts from the most accurate of the runs (default: all that ship) and adds, up to five, the one with which the mean of
their probabilities is most accurate, by log-loss where that ties. Prints each step, with its 95% interval, in a single
pass and with test-time augmentation. Nothing here reads PrivateTest.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.cli import text
from fer.evaluation import stored
from fer.evaluation.report import Report
from fer.evaluation.together import together
from fer.runs.card import way
from fer.runs.members import in_words
from fer.runs.store import RunStore

MOST = 5  # members


def steps(reports: list[Report]) -> list[Report]:
    """The best report, then with one more member each, named by their members."""
    chosen: list[Report] = []
    found: list[Report] = []
    for _ in range(min(MOST, len(reports))):
        names = [report.model for report in chosen]
        added = [[*chosen, report] for report in reports if report.model not in names]
        chosen = max(added, key=lambda members: _quality(together(members, "")))
        found.append(together(chosen, in_words([report.model for report in chosen])))
    return found


def _quality(report: Report) -> tuple[float, float]:
    return report.accuracy, -report.log_loss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN")
    store, table = RunStore(), []
    names = parser.parse_args().runs or [run.id for run in store if run.is_shipped]
    for tta in (False, True):
        reports = [report for name in names if (report := stored.report(store[name], "fer2013", "val", tta=tta))]
        for report in steps(reports):
            low, high = report.interval
            accuracy = f"{report.accuracy:.1%} ({low:.1%} to {high:.1%})"
            table.append([report.model, way(tta), accuracy, f"{report.log_loss:.3f}"])
    text.print_table(["members", "way", "accuracy", "log-loss"], table)


if __name__ == "__main__":
    main()
