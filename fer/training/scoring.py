"""Export a trained run, evaluate it, and store its scores on its card."""

import itertools
import time
from dataclasses import replace

from fer.data.dataset import Dataset
from fer.evaluation import stored
from fer.evaluation.evaluate import evaluate
from fer.runs import speed
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training.export import cost, litert
from fer.training.fitting import UNFITTED, fitted

SCORED = ("val", "test")


def scored(run: Run) -> tuple[str, ...]:
    """The splits a run is evaluated on when it finishes: without test if its recipe leaves that unread."""
    return SCORED if run.config.read_test else SCORED[:1]


def judge(run: Run, dataset: Dataset, splits: tuple[str, ...] = SCORED) -> None:
    """Export a trained run, check the export, measure its cost, and score it."""
    litert.export(run)
    run.card = replace(cost.measured(run), export=litert.check(run, dataset.val.images))
    score(run, dataset, splits)


def score(run: Run, dataset: Dataset, splits: tuple[str, ...] = SCORED) -> None:
    """Store the run's reports on these splits, in a single pass and with test-time augmentation, and on its card their
    scores and the calibration on val (`fitted`)."""
    started, card, scores = time.monotonic(), replace(run.card, **UNFITTED), []
    for split, tta in itertools.product(splits, (False, True)):
        if len(dataset.split(split)):
            report = evaluate(run, dataset, split, tta=tta)
            stored.add_report(run, report)
            if split == "val" and not report.leaked.all():
                card = fitted(card, report.leak_free)
            scores.append(report.score(card.temperature_of(tta=tta)))
    images = speed.PASSES * sum(len(dataset.split(split)) for split in splits)
    speed.note(RunStore(run.path.parent), run.config, judge=images / (time.monotonic() - started))
    run.card = replace(card, scores=tuple(scores))
