"""A training from its first batch to its last report: what the training process does, writing only to its run."""

import errno
import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from filelock import Timeout

from fer import cost, export, logs, networks
from fer.cards import make_card, recipe
from fer.data.dataset import Dataset
from fer.distillation import taught
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.calibration import fit_temperature, sure_from
from fer.evaluation.evaluate import evaluate
from fer.evaluation.report import Report
from fer.runs import speed
from fer.runs.config import TrainConfig
from fer.runs.data import data_for
from fer.runs.run import Run, way
from fer.runs.store import RunStore
from fer.training import Training, save_keras

SCORED = ("val", "test")
LOCK_SECONDS = 2.0  # a page that looks whether a run is held holds it itself for a moment


class _StopError(Exception):
    """The run was asked to stop before its first batch."""


def train(
    run: Run,
    *,
    on_answer=lambda teacher, done, n: None,
    on_start=lambda training: None,
    on_batch=lambda progress: None,
    on_epoch=lambda entry: None,
) -> bool:
    """Train a run from wherever it stands to its end, and export and judge it there.

    Returns:
        Whether it is finished; False when it was asked to stop, and can be resumed by the same call.

    Raises:
        FerError: for data or settings that cannot work; the run's status then says "failed" and why. Also where
            another process trains the run.
    """
    try:
        with run.lock.acquire(timeout=LOCK_SECONDS):
            return _train(run, on_answer, on_start, on_batch, on_epoch)
    except Timeout:
        raise FerError(f"Another process trains {run.id!r} already.") from None


def _train(run: Run, on_answer, on_start, on_batch, on_epoch) -> bool:
    def answered(teacher: Run, done: int, n: int) -> None:
        run.set_progress(phase=f"asking the teacher {teacher.id}: {done:,} of {n:,} faces")
        on_answer(teacher, done, n)
        if run.stop_was_asked():
            raise _StopError

    run.forget_stop()
    run.set_status("training")
    try:
        run.set_progress(phase="opening the data")
        dataset = taught(run, data_for(run, run.config.data, voted=True), answered)
        run.set_labels(dataset.labels)
        run.set_progress(phase="building the network")
        training = Training(run, dataset, on_batch, lambda entry: (_note_speed(training, entry), on_epoch(entry)))
        on_start(training)
        if not training.run_to_end():
            run.set_status("stopped", f"Stopped after {training.position.epoch} of {run.config.epochs} epochs.")
            return False
        run.set_progress(phase="exporting and judging")
        finish(training)
    except _StopError:
        run.set_status("stopped", "Stopped while its teachers answered.")
        return False
    except BaseException as error:
        run.set_status("failed", str(error) or type(error).__name__)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise FerError("The disk is full. Free some space, then resume: the last whole epoch is kept.") from error
        raise
    run.set_status("finished")
    return True


def _note_speed(training: Training, entry: dict) -> None:
    """Remember how fast this machine trains and validates, but for a first epoch: TensorFlow still compiles in it."""
    if entry["epoch"]:
        rate = entry["images_per_second"]
        rest = entry["seconds"] - training.batches * training.batch_size / rate
        store = RunStore(training.run.path.parent)
        speed.note(store, training.config, train=rate, validate=len(training.dataset.val) / rest)


def measure(config: TrainConfig) -> dict[str, float]:
    """How many images a second this machine trains, validates and judges a network: on drawn faces, in a folder that is
    thrown away, in less than half a minute."""
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = RunStore(Path(folder))
        short = {"data": "synthetic", "ferplus": 0.0, "start_from": "", "teacher": "", "imagenet": False, "epochs": 3}
        train(elsewhere.create(replace(config, **short, patience=0, frozen_epochs=0)))
        return speed.rates(elsewhere, config)


def finish(training: Training) -> None:
    """Write the card, and where this backend can export, `model.tflite` and the reports on val and test."""
    run, dataset = training.run, training.dataset
    card = make_card(
        run,
        dataset,
        parameters=training.plain.count_params(),
        precision=networks.precision(run.config),
        position=training.position,
    )
    run.set_card(card)
    if keras.backend.backend() == "tensorflow":
        judge(run, dataset, scored(run))


def average(runs: list[Run], name: str | None = None) -> Run:
    """A new run whose weights are the mean of other runs' weights (model soups, arXiv 2203.05482).

    It helps where the runs come from one another (`start_from`): their weights lie in one valley.

    Raises:
        FerError: for fewer than two runs, or runs whose weights do not fit each other.
    """
    if len(runs) < 2:
        raise FerError("An average needs at least two runs.")
    last, members = runs[-1], [export.load(run) for run in runs]
    network, weights = members[-1], [member.get_weights() for member in members]
    if any([part.shape for part in other] != [part.shape for part in weights[-1]] for other in weights):
        raise FerError(f"The weights of {', '.join(run.id for run in runs)} do not fit each other.")
    if not last.card:
        raise FerError(f"Run {last.id!r} has no card yet; finish its training first.")
    for run in runs:
        if run.card and run.labels != last.labels:
            raise FerError(f"{run.id} answers {', '.join(run.labels)}, but {last.id} {', '.join(last.labels)}.")
        if run.card and run.card["data"]["fingerprint"] != last.card["data"]["fingerprint"]:
            mine, theirs = run.card["data"]["name"], last.card["data"]["name"]
            raise FerError(
                f"{run.id} was trained on {mine}, but {last.id} on {theirs}, or on other splits of it: a mean of both "
                "would be judged on images that one of them may have been trained on."
            )
    network.set_weights([np.mean(parts, axis=0) for parts in zip(*weights, strict=True)])
    run = RunStore(last.path.parent).create(last.config, name)
    save_keras(network, run)
    entries = [entry for member in runs for entry in member.history]
    run.set_history([{**entry, "epoch": epoch} for epoch, entry in enumerate(entries)])
    logs.write_events(run, last.labels)
    seconds = round(sum(entry["seconds"] for entry in entries), 1)
    told = {"average_of": [recipe(member) for member in runs], "epochs": len(entries), "training_seconds": seconds}
    of_its_own = {"default": False, "shipped": False, "scores": {}, "exports": {}, "temperature": {}, "threshold": None}
    run.set_card({**last.card, **told, **of_its_own, "best_epoch": None})
    run.set_status("finished")
    return run


def scored(run: Run) -> tuple[str, ...]:
    """The splits that a run is judged on when it ends: not test, where its recipe leaves that unread."""
    return SCORED if run.config.read_test else SCORED[:1]


def judge(run: Run, dataset: Dataset, splits: tuple[str, ...] = SCORED) -> None:
    """Export a trained run, check the export, measure what it costs, and score it."""
    export.export(run)
    run.set_card({**run.card, "export": export.check(run, dataset.val.images), **cost.of(run)})
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
