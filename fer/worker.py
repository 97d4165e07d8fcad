"""A training from its first batch to its last report: what the training process does, writing only to its run."""

import itertools

import keras
import numpy as np

from fer import export, logs, networks
from fer.calibration import fit_temperature
from fer.cards import make_card, recipe
from fer.data import Dataset
from fer.errors import FerError
from fer.evaluation import evaluate
from fer.formats import open_dataset
from fer.report import way
from fer.runs import Run, RunStore
from fer.training import Training, save_keras


def train(
    run: Run, *, on_start=lambda training: None, on_batch=lambda progress: None, on_epoch=lambda entry: None
) -> bool:
    """Train a run from wherever it stands to its end, and export and judge it there.

    Returns:
        Whether it is finished; False when it was asked to stop, and can be resumed by the same call.

    Raises:
        FerError: for data or settings that cannot work; the run's status then says "failed" and why.
    """
    run.forget_stop()
    run.set_status("training")
    try:
        dataset = open_dataset(run.config.data, ferplus=run.config.ferplus, seed=run.config.seed)
        training = Training(run, dataset, on_batch, on_epoch)
        on_start(training)
        if not training.run_to_end():
            run.set_status("stopped", f"Stopped after {training.position.epoch} of {run.config.epochs} epochs.")
            return False
        finish(training)
    except BaseException as error:
        run.set_status("failed", str(error) or type(error).__name__)
        raise
    run.set_status("finished")
    return True


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
        judge(run, dataset)


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
    network.set_weights([np.mean(parts, axis=0) for parts in zip(*weights, strict=True)])
    run = RunStore(last.path.parent).create(last.config, name)
    save_keras(network, run)
    entries = [entry for member in runs for entry in member.history]
    run.set_history([{**entry, "epoch": epoch} for epoch, entry in enumerate(entries)])
    logs.write_events(run, last.labels)
    seconds = round(sum(entry["seconds"] for entry in entries), 1)
    told = {"average_of": [recipe(member) for member in runs], "epochs": len(entries), "training_seconds": seconds}
    run.set_card({**last.card, **told, "best_epoch": None, "default": False, "exports": {}})
    return run


def judge(run: Run, dataset: Dataset) -> None:
    """Export a trained run, check the export, and score it."""
    export.export(run)
    run.set_card({**run.card, "export": export.check(run, dataset.val.images)})
    score(run, dataset)


def score(run: Run, dataset: Dataset) -> None:
    """Keep the run's reports on val and, once, on test, each in a single pass and with test-time augmentation, and the
    temperatures that fit it on val."""
    scores, temperature = {}, {}
    for split, tta in itertools.product(("val", "test"), (False, True)):
        if len(dataset.split(split)):
            report = evaluate(run, dataset, split, tta=tta)
            run.add_report(report)
            scores[run.report_path(dataset.name, split, tta=tta).stem] = report.summary()
            if split == "val":
                temperature[way(tta)] = fit_temperature(report.targets, report.probabilities)
    run.set_card({**run.card, "temperature": temperature, "scores": scores})
