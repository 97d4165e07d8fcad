"""What recipes are chosen by: how right runs are on PublicTest, each alone and all together.

    python experiments/publictest.py RUN [RUN ...]

Prints, in a single pass and with test-time augmentation, each run's accuracy with its 95% interval, its log-loss, and
how often it gives the emotion that at least six of FER+'s ten annotators saw, of the images that have such a clear
majority; then both again after the classes have been weighed anew, each time for the one that is asked (one factor a
class and a temperature that make the log-loss smallest, fitted on nine tenths of the images and read on the last): what
this changes is not what a network sees, but how often it takes a doubtful face for neutral. The last rows are the mean
of all runs' probabilities, which is what a `--teacher` of them knows. Reads the reports that training kept, fer2013 and
its FER+ votes. Nothing here reads PrivateTest.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import KFold

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.cli import text
from fer.data.catalog import ferplus_path, open_rows
from fer.data.ferplus import read_votes
from fer.data.labels import EMOTIONS
from fer.evaluation import stored
from fer.evaluation.report import Report
from fer.evaluation.together import together
from fer.inference.probabilities import softmax
from fer.runs.card import way
from fer.runs.store import RunStore

CLEAR = 6  # votes of ten


def weighed_anew(targets: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """int64 (N,): answers after each class got a factor and all a temperature, fitted on the other nine tenths.

    Args:
        targets: int64 (N,).
        probabilities: float (N, C).
    """
    logits, predictions = np.log(probabilities + 1e-9, dtype=np.float64), np.empty_like(targets)

    def moved(weights, part):
        return logits[part] * weights[0] + weights[1:]

    def loss_and_slope(weights, part):
        answered, right = softmax(moved(weights, part)), (np.arange(len(part)), targets[part])
        loss = -np.log(answered[right]).mean()
        answered[right] -= 1
        return loss, np.append((answered * logits[part]).sum(), answered.sum(axis=0)) / len(part)

    start = np.append(1.0, np.zeros(logits.shape[1]))
    for others, part in KFold(10, shuffle=True, random_state=0).split(logits):
        fitted = minimize(loss_and_slope, start, args=(others,), jac=True)
        predictions[part] = moved(fitted.x, part).argmax(axis=1)
    return predictions


def row(report: Report, votes: np.ndarray) -> list[str]:
    """A report's row of the table; votes: int64 (N, C), of all the data set's rows."""
    low, high = report.interval
    mine = votes[report.rows]
    clear, majority = mine.max(axis=1) >= CLEAR, mine.argmax(axis=1)
    anew = (weighed_anew(report.targets, report.probabilities) == report.targets).mean()
    seen = weighed_anew(majority[clear], report.probabilities[clear]) == majority[clear]
    return [
        report.model,
        way(report.tta),
        f"{report.accuracy:.1%} ({low:.1%} to {high:.1%})",
        f"{report.log_loss:.3f}",
        f"{(report.predictions == majority)[clear].mean():.1%}",
        f"{anew:.1%}",
        f"{seen.mean():.1%}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    store, names, table = RunStore(), parser.parse_args().runs, []
    rows, _, path = open_rows("fer2013")
    votes = read_votes(ferplus_path(path), rows)[:, : len(EMOTIONS)]
    for tta in (False, True):
        reports = [stored.report(store[name], "fer2013", "val", tta=tta) for name in names]
        if None in reports:
            parser.error(f"{names[reports.index(None)]} has no report on fer2013's val split ({way(tta)}).")
        judged = [*reports, together(reports, "together")] if len(reports) > 1 else reports
        table += [row(report, votes) for report in judged]
    text.print_table(
        ["run", "way", "accuracy", "log-loss", "clear majority", "accuracy, weighed anew", "majority, weighed anew"],
        table,
    )


if __name__ == "__main__":
    main()
