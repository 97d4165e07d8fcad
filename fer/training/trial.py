"""One trial of a study: an ordinary run, trained in a process that trains many, neither exported nor tested."""

import gc
from collections.abc import Callable
from contextlib import suppress

import keras

from fer.data.dataset import Dataset
from fer.runs import stop
from fer.runs.queue import wait_for_measurement
from fer.runs.run import Run
from fer.runs.state import Epoch, Progress, Status
from fer.runs.store import RunStore
from fer.training.distillation import taught
from fer.training.loop import Training
from fer.training.worker import card_of, note_speed


def train_trial(
    run: Run,
    dataset: Dataset,
    *,
    on_batch: Callable[[Progress], None],
    on_epoch: Callable[[Epoch], None],
    together: Callable[[], int] = lambda: 1,
) -> bool:
    """Train a run from its beginning, reading only the training and the validation split.

    Args:
        on_batch, on_epoch: may ask the run to stop, or end it with an error of their own.
        together: how many trials share the machine now; the measured speed is kept apart by it.

    Returns:
        Whether it ran to its last epoch; False if it was asked to stop. Its checkpoints are gone either way: a trial
        is repeated, not resumed. The weights of one that ended early are gone too.
    """
    with run.lock.acquire(timeout=0):
        try:
            finished = _train(run, dataset, on_batch, on_epoch, together)
        except BaseException as error:
            with suppress(OSError):
                run.status = Status("failed", str(error)[:1000] or type(error).__name__)
                _tidy(run, keep_weights=False)
            raise
        finally:
            keras.backend.clear_session()  # the next trial builds another network in this process
            gc.collect()
        _tidy(run, keep_weights=finished)
        return finished


def _train(run: Run, dataset: Dataset, on_batch, on_epoch, together) -> bool:
    def finish_epoch(epoch: Epoch) -> None:
        note_speed(training, epoch, together())
        on_epoch(epoch)

    stop.forget(run)
    run.status = Status("training")
    wait_for_measurement(RunStore.around(run))
    run.labels = dataset.labels
    run.progress = Progress("building the network")
    training = Training(run, taught(run, dataset), on_batch, finish_epoch)
    if not training.run_to_end() or stop.was_asked(run):
        run.status = Status("stopped", f"Stopped after {training.position.epoch} of {run.config.epochs} epochs.")
        return False
    run.card = card_of(training)
    run.status = Status("finished")
    return True


def _tidy(run: Run, *, keep_weights: bool) -> None:
    for path in (run.checkpoint_path, run.previous_checkpoint_path, *([] if keep_weights else [run.model_path])):
        path.unlink(missing_ok=True)
