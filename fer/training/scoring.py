"""Export a trained run, evaluate it, and store its scores on its card."""

import itertools
import time
from dataclasses import replace
from typing import Any

from fer.data.dataset import Dataset
from fer.evaluation import stored
from fer.evaluation.balance import balanced_report, fit_exponent
from fer.evaluation.calibration import fit_temperature
from fer.evaluation.evaluate import evaluate
from fer.evaluation.report import Report
from fer.runs import speed
from fer.runs.card import Card
from fer.runs.correction import Correction
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training.export import cost, litert
from fer.training.threshold import sure_from

SCORED = ("val", "test")
UNFITTED = dict.fromkeys(
    ("temperature", "temperature_tta", "threshold", "threshold_tta", "balanced", "balanced_tta"), None
)


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


def fitted(card: Card, val: Report) -> Card:
    """The card with temperature and threshold of answers as trained and, where the prior is known, of balanced ones,
    for the report's way of inference, fitted on the validation split.

    Args:
        val: without images that have a copy in the training split, on which the run is overconfident.
    """
    trained, tta = _correction(val), "_tta" if val.tta else ""
    found: dict[str, Any] = {f"temperature{tta}": trained.temperature, f"threshold{tta}": trained.threshold}
    if card.prior:
        exponent = fit_exponent(val.targets, val.probabilities, card.prior)
        found[f"balanced{tta}"] = replace(_correction(balanced_report(val, card.prior, exponent)), exponent=exponent)
    return replace(card, **found)


def _correction(val: Report) -> Correction:
    temperature = fit_temperature(val.targets, val.probabilities)
    calibrated = val.at_temperature(temperature)
    return Correction(0.0, temperature, sure_from(calibrated.confidence, calibrated.right))
