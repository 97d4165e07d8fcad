"""A trained run exported, judged, and its scores kept on its card."""

import itertools
import time

from fer.data.dataset import Dataset
from fer.evaluation import stored
from fer.evaluation.calibration import fit_temperature
from fer.evaluation.evaluate import evaluate
from fer.evaluation.report import Report
from fer.runs import speed
from fer.runs.run import Run, way
from fer.runs.store import RunStore
from fer.training.export import cost, litert
from fer.training.threshold import sure_from

SCORED = ("val", "test")


def scored(run: Run) -> tuple[str, ...]:
    """The splits that a run is judged on when it ends: not test, where its recipe leaves that unread."""
    return SCORED if run.config.read_test else SCORED[:1]


def judge(run: Run, dataset: Dataset, splits: tuple[str, ...] = SCORED) -> None:
    """Export a trained run, check the export, measure what it costs, and score it."""
    litert.export(run)
    run.set_card({**run.card, "export": litert.check(run, dataset.val.images), **cost.of(run)})
    score(run, dataset, splits)


def score(run: Run, dataset: Dataset, splits: tuple[str, ...] = SCORED) -> None:
    """Keep the run's reports on val and, once, on test, or on one of them, each in a single pass and with test-time
    augmentation, and the temperatures and the threshold that fit it on val without the images that have a copy in
    train, on which it is too sure."""
    scores, temperature, threshold, started = {}, {}, None, time.monotonic()
    for split, tta in itertools.product(splits, (False, True)):
        if len(dataset.split(split)):
            report = evaluate(run, dataset, split, tta=tta)
            stored.add_report(run, report)
            if split == "val" and not report.leaked.all():
                clean = report.leak_free
                temperature[way(tta)] = fit_temperature(clean.targets, clean.probabilities)
                if not tta:
                    calibrated = clean.at_temperature(temperature[way(tta)])
                    threshold = sure_from(calibrated.confidence, calibrated.right)
            stem = run.report_path(dataset.name, split, tta=tta).stem
            scores[stem] = {**report.summary(), "calibrated_error": _calibrated_error(report, temperature)}
    images = speed.PASSES * sum(len(dataset.split(split)) for split in splits)
    speed.note(RunStore(run.path.parent), run.config, judge=images / (time.monotonic() - started))
    run.set_card({**run.card, "temperature": temperature, "threshold": threshold, "scores": scores})


def _calibrated_error(report: Report, temperature: dict[str, float]) -> float | None:
    """Its expected calibration error at the temperature that fits its way of answering."""
    fitted = temperature.get(way(report.tta))
    return report.at_temperature(fitted).calibration_error if fitted else None
