"""How long the Evaluate page's server side takes, and what evaluating costs beside the bare network.

    python benchmarks/evaluation.py [--model RUN]

Prints the time to open a stored report and make the overview from it, the time of every section's figures, and the
throughput of `evaluate` as a share of bare LiteRT calls on the same batches, alternating in one process.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.charts import calibration, reports
from fer.data.dataset import Rows, assemble
from fer.evaluation import evaluate, stored
from fer.evaluation.headline import headline
from fer.faces import crop
from fer.inference.classifier import BATCH, Classifier
from fer.runs.store import RunStore

IMAGES = 1920  # of noise; a network takes as long on them as on faces
ROUNDS = 5


def seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None)
    name = parser.parse_args().model
    run = RunStore()[name] if name else RunStore().default
    _opening(run)
    _throughput(run)
    print(f"TensorFlow imported: {'tensorflow' in sys.modules}")


def _opening(run) -> None:
    dataset, split, _ = stored.reports(run)[0]

    def open_overview():
        report = stored.report(run, dataset, split)
        headline(report)
        reports.reference_strip(report).to_json()

    n = len(stored.report(run, dataset, split))
    print(f"report of {n:,} images, opened and overview made: {_times(open_overview)}")
    report = stored.report(run, dataset, split)
    for title, figure in (
        ("confusion matrix", lambda: reports.confusion_matrix(report)),
        ("precision and recall", lambda: reports.precision_recall_curves([report])),
        ("ROC", lambda: reports.roc_curves([report])),
        ("reliability", lambda: calibration.reliability_diagram(report, 1.1)),
        ("coverage", lambda: calibration.coverage_curves([report])),
    ):
        print(f"  {title}: {_times(lambda figure=figure: figure().to_json())}")


def _times(call) -> str:
    taken = [seconds(call) for _ in range(ROUNDS)]
    return f"{1000 * median(taken):.0f} ms (first {1000 * taken[0]:.0f})"


def _throughput(run) -> None:
    """`evaluate` against `Interpreter.invoke` on the same batches with the same threads."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (IMAGES, crop.IMAGE_SIZE, crop.IMAGE_SIZE), np.uint8)
    labels = random.integers(0, len(run.labels), IMAGES)
    dataset = assemble(Rows.of(images, labels, np.arange(IMAGES) % 3), name="noise", source="", format="")
    bare = Classifier(run, threads=os.cpu_count() or 1)
    batches = [images[start : start + BATCH, ..., None] for start in range(0, IMAGES, BATCH)]
    bare.logits(images[:BATCH])

    def invoke():
        with bare._interpreters.lend() as interpreter:
            for batch in batches:
                interpreter.set_tensor(bare._input, batch)
                interpreter.invoke()
                interpreter.get_tensor(bare._logits)

    pairs = [(seconds(invoke), seconds(lambda: evaluate.evaluate(run, dataset, "all"))) for _ in range(ROUNDS)]
    shares = sorted(low / whole for low, whole in pairs)
    rate = IMAGES / median(whole for _, whole in pairs)
    print(
        f"evaluate: {rate:,.0f} images/s on {os.cpu_count()} cores, {median(shares):.2f} of bare LiteRT "
        f"({shares[0]:.2f} to {shares[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
