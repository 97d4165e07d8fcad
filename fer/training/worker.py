"""The training process: everything from the first batch to the final reports, writing only to its run."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import keras
from filelock import Timeout

from fer.data.dataset import Dataset
from fer.errors import FULL, DiskFullError, FerError, disk_error
from fer.runs import faces, speed, stop
from fer.runs.card import Card
from fer.runs.config import TrainConfig
from fer.runs.data import data_for
from fer.runs.queue import wait_for_measurement
from fer.runs.run import CONFIG, PROGRESS, Run
from fer.runs.state import JUDGING, Epoch, Progress, Status
from fer.runs.store import RunStore
from fer.training import checkpoint, networks
from fer.training.distillation import taught
from fer.training.loop import Training
from fer.training.make_card import make_card
from fer.training.scoring import judge, scored

FULL_DISK = "The disk is full. Free some space, then resume: the last complete epoch is saved."
LOCK_SECONDS = 2.0  # a page that checks the lock holds it itself for a moment


class _StopError(Exception):
    """The run was asked to stop before its first batch."""


def train(
    run: Run,
    *,
    on_answer=lambda teacher, done, n: None,
    on_start=lambda training: None,
    on_batch=lambda progress: None,
    on_epoch=lambda epoch: None,
) -> bool:
    """Train a run from its current state to its end, then export and evaluate it.

    Returns:
        Whether it finished; False if it was asked to stop. The same call resumes it.

    Raises:
        FerError: for unusable data or settings, with the reason in the run's status ("failed"), if another process is
            training the run, or if it was deleted.
    """
    if not (run.path / CONFIG).is_file():  # taking the lock would make its folder again
        raise FerError(f"{run.id!r} was deleted.")
    try:
        with run.lock.acquire(timeout=LOCK_SECONDS):
            return _train(run, on_answer, on_start, on_batch, on_epoch)
    except Timeout:
        raise FerError(
            f"Another process is already training {run.id!r}. Wait for it to finish, or stop it first."
        ) from None


def _train(run: Run, on_answer, on_start, on_batch, on_epoch) -> bool:
    def finish_epoch(epoch: Epoch) -> None:
        note_speed(training, epoch)
        on_epoch(epoch)

    def answered(teacher: Run, done: int, n: int) -> None:
        run.progress = Progress(f"predicting with teacher {teacher.id}: {done:,} of {n:,} faces")
        on_answer(teacher, done, n)
        if stop.was_asked(run):
            raise _StopError

    stop.forget(run)
    run.status = Status("training")
    try:
        run.progress = Progress("waiting until the speed of this machine is measured")
        wait_for_measurement(RunStore(run.path.parent))
        run.progress = Progress("opening the data")
        dataset = taught(run, data_for(run, run.config.data, voted=True), answered)
        _require_unchanged(run, dataset)
        run.labels = dataset.labels
        run.progress = Progress("building the network")
        training = Training(run, dataset, on_batch, finish_epoch)
        run.status = Status("training", training.notice)
        on_start(training)
        if not training.run_to_end():
            run.status = Status("stopped", f"Stopped after {training.position.epoch} of {run.config.epochs} epochs.")
            return False
        run.progress = Progress(JUDGING)
        finish(training)
        checkpoint.forget_previous(run)
    except _StopError:
        run.status = Status("stopped", "Stopped during the teachers' predictions.")
        return False
    except KeyboardInterrupt:
        run.status = Status("stopped", "Stopped by Ctrl-C.")
        raise
    except BaseException as error:
        refusal = _refusal(error)
        with suppress(OSError):  # the disk may be read-only by now
            (run.path / PROGRESS).unlink(missing_ok=True)  # frees space for the status
            run.status = Status("failed", str(refusal or error) or type(error).__name__)
        if refusal:
            raise refusal from error
        raise
    run.status = Status("finished")
    return True


def _require_unchanged(run: Run, dataset: Dataset) -> None:
    """Refuse to resume on other images, of which other ones would be carved."""
    try:
        known = faces.of_run(run)
    except FerError:  # damaged; `faces.begin` makes it anew
        return
    if run.has_checkpoint and known and known.fingerprint != dataset.fingerprint:
        raise FerError(f"{dataset.name} has changed since this run began. Restore it as it was, or start a new run.")


def _refusal(error: BaseException) -> FerError | None:
    """The error of a disk, with how to continue; None for any other."""
    if not isinstance(error, OSError) or not (refusal := disk_error(error)):
        return None
    return DiskFullError(FULL_DISK) if error.errno in FULL else FerError(f"{refusal} Then resume the run.")


def note_speed(training: Training, epoch: Epoch, together: int = 1) -> None:
    """Record this machine's training and validation speed; not in epochs on shrunk images or when TensorFlow compiles.

    Args:
        together: trainings that share the machine.
    """
    if epoch.epoch > training.config.small_epochs:
        rate = epoch.images_per_second
        rest = epoch.seconds - training.batches * training.batch_size / rate
        store = RunStore.around(training.run)
        config = replace(training.config, small_first=0.0)
        speed.note(store, config, together, train=rate, validate=len(training.dataset.val) / rest)


def measure(config: TrainConfig) -> dict[str, float]:
    """Images per second that this machine trains, validates and evaluates: on synthetic faces, in a temporary folder,
    in less than half a minute."""
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = RunStore(Path(folder))
        short = {"data": "synthetic", "ferplus": 0.0, "start_from": "", "teacher": "", "imagenet": False, "epochs": 3}
        train(elsewhere.create(replace(config, **short, patience=0, frozen_epochs=0, small_first=0.0)))
        return speed.rates(elsewhere, config)


def card_of(training: Training) -> Card:
    """The card of a run that has just been trained, without scores."""
    return make_card(
        training.run,
        training.dataset,
        parameters=training.plain.count_params(),
        precision=networks.precision(training.config),
        position=training.position,
    )


def finish(training: Training) -> None:
    """Write the card and, if this backend can export, `model.tflite` and the reports on val and test."""
    run, dataset = training.run, training.dataset
    run.card = card_of(training)
    if keras.backend.backend() == "tensorflow":
        judge(run, dataset, scored(run))
