"""A worker of a study: imports TensorFlow once, opens the data once, and trains one trial after another."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from filelock import FileLock

from fer.data.dataset import Dataset
from fer.errors import DiskFullError, FerError, disk_error, extra, shortened
from fer.runs.data import dataset_of
from fer.runs.run import Run
from fer.runs.state import Epoch, Status
from fer.system.files import remove_folder
from fer.tuning import heartbeat, importance, processes
from fer.tuning.database import StorageError
from fer.tuning.study import AGAIN, REPEAT_OF, RUN, SEED, STOPPED, Study, Trial, is_on_top, is_used_up

if TYPE_CHECKING:
    from optuna.trial import Trial as Asked

FAILURES = 5  # in a row: then it is the study or the machine, not a recipe
LOOK_SECONDS = 2.0  # between looks whether somebody asked the study to stop
WAIT_SECONDS = 5.0  # between looks at the last trials of other workers
NOT_FINITE = "The loss is no longer a finite number: the learning rate is too high."


class _StoppedError(Exception):
    """The study, or this worker, was asked to stop."""


class _PrunedError(Exception):
    """The trial does worse than half of the others did after as many epochs."""


class Worker:
    """Trains trials of a study until its budget is used up, or somebody stops it.

    Args:
        is_searching: whether to train new recipes too, or only the trials that wait to be trained again or repeated.
        on_trial: called with a trial when it begins and when it ends.
        on_epoch: called with a trial's number and its epoch.
    """

    def __init__(
        self,
        study: Study,
        *,
        is_searching: bool = True,
        on_trial: Callable[[Trial], None] = lambda trial: None,
        on_epoch: Callable[[int, Epoch], None] = lambda number, epoch: None,
    ):
        self.study, self.is_searching, self.on_trial, self.on_epoch = study, is_searching, on_trial, on_epoch
        self.is_stopping = False
        self.failures = 0

    def ask_to_stop(self) -> None:
        """Stop this worker alone, at the next batch; its trial is put back."""
        self.is_stopping = True

    def run(self) -> int:
        """Train trials, those included that dead workers have left behind. Returns how many were trained.

        Raises:
            FerError: for data that isn't the study's, or if FAILURES trials in a row fail.
        """
        dataset = data_of(self.study)
        trained = 0
        while not self._should_stop():
            heartbeat.rescue(self.study)
            asked = self._ask()
            if asked is None:
                if not self._others_are_training():
                    break
                time.sleep(WAIT_SECONDS)
                continue
            trained += 1
            self._train(asked, dataset)
        return trained

    def _should_stop(self) -> bool:
        return self.is_stopping or self.study.is_stopped

    def _others_are_training(self) -> bool:
        return any(trial.state == "training" for trial in self.study.trials)

    def _ask(self) -> "Asked | None":
        """The next trial, one that waits first; None once the budget is used up. The lock keeps two workers of this
        machine from both taking the last one; two machines may, and then the study has one more."""
        study = self.study
        distributions = {each.name: each.distribution() for each in study.plan.dimensions}
        lock = study.runs.root / ".ask.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            trials = study.trials
            is_over = not self.is_searching or is_used_up(study.budget, trials)
            if is_over and not any(map(is_on_top, trials)):
                return None
            asked = study.optuna.ask(distributions)
            heartbeat.claim(asked)
        if self._is_double(asked):
            heartbeat.fail(study, asked.number, heartbeat.DOUBLE)
            return self._ask()
        return asked

    def _is_double(self, asked: "Asked") -> bool:
        """Whether two machines put the same trial back at the same moment, and this is the second of the two."""
        again = asked.user_attrs.get(AGAIN)
        return again is not None and any(each.again_of == again for each in self.study.trials[: asked.number])

    def _train(self, asked: "Asked", dataset: Dataset) -> None:
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        state, reason, failed = TrialState.COMPLETE, "", False
        run, beats = None, _Beats(self, asked)
        try:
            run = self._new_run(asked)
            self.on_trial(self._trial(asked))
            self._train_run(run, dataset, beats)
        except _PrunedError as error:
            state = TrialState.PRUNED
            if run:
                run.status = Status("stopped", str(error))
        except UpdateFinishedTrialError:  # another worker took this one for dead, and has the trial repeated
            return self._discard(run)
        except (_StoppedError, KeyboardInterrupt):
            self.is_stopping = self.is_stopping or not self.study.is_stopped
            return self._give_back(asked, run, beats)
        except Exception as error:  # one recipe that cannot be trained must not end the study
            if refusal := no_fault_of_the_recipe(error):
                with suppress(OSError, FerError):  # else the next worker does, which finds that this one has ended
                    self._give_back(asked, run, beats)
                raise refusal from error
            state, failed, reason = TrialState.FAIL, True, shortened(error) or type(error).__name__
        self._tell(asked, state, reason, beats)
        if state is TrialState.COMPLETE:
            with suppress(FerError):  # a figure: what is wrong with the storage comes up again, the rest may be missing
                importance.note(self.study)
        self.failures = self.failures + 1 if failed else 0
        self.on_trial(self._trial(asked))
        if self.failures >= FAILURES:
            raise FerError(f"{FAILURES} trials in a row failed, the last one because: {reason}")

    def _give_back(self, asked: "Asked", run: Run | None, beats: "_Beats") -> None:
        """Put a trial back that this worker cannot end."""
        self._discard(run)  # first: it may make the room that the next lines need
        heartbeat.beat(asked, beats.seconds)
        if heartbeat.fail(self.study, asked.number, STOPPED):
            heartbeat.put_back(self.study, asked.number)

    def _train_run(self, run: Run, dataset: Dataset, beats: "_Beats") -> None:
        from fer.training.trial import train_trial

        study = self.study
        watched = {"on_batch": lambda _: beats.look(), "on_epoch": beats.epoch}
        if not train_trial(run, dataset, **watched, together=lambda: processes.working(study.store, study.name)):
            raise _StoppedError

    def _new_run(self, asked: "Asked") -> Run:
        """The trial's run, in place of one that a study of the same name left on this machine."""
        name = f"trial-{asked.number:04}"
        asked.set_user_attr(RUN, name)
        runs = self.study.runs
        with suppress(OSError):
            remove_folder(runs.root / name)
        config = self.study.plan.trial_config(asked.params)
        return runs.create(replace(config, seed=asked.user_attrs.get(SEED, config.seed)), name)

    def _tell(self, asked: "Asked", state, reason: str, beats: "_Beats") -> None:
        """The trial's end; nothing, if another worker took this one for dead and had it repeated."""
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        with suppress(UpdateFinishedTrialError, ValueError):
            heartbeat.beat(asked, beats.seconds)
            if state is TrialState.FAIL:
                heartbeat.fail(self.study, asked.number, reason)
            else:
                value = max(beats.curve) if state is TrialState.COMPLETE else None
                self.study.optuna.tell(asked, value, state=state)

    def _trial(self, asked: "Asked") -> Trial:
        return self.study.trials[asked.number]

    def _discard(self, run: Run | None) -> None:
        if run:
            with suppress(OSError):
                remove_folder(run.path)


class _Beats:
    """What a trial does between batches and epochs: give signs of life, report, and look whether to end."""

    def __init__(self, worker: Worker, asked: "Asked"):
        self.worker, self.asked = worker, asked
        self.begun, self.beaten, self.looked = time.monotonic(), time.monotonic(), 0.0
        self.curve: list[float] = []

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    def look(self, every: float = LOOK_SECONDS) -> None:
        """Give a sign of life if it is time for one, and end the trial if somebody asked for that."""
        now = time.monotonic()
        if now - self.beaten >= heartbeat.BEAT_SECONDS:
            heartbeat.beat(self.asked, self.seconds)
            self.beaten = now
        is_stopping = self.worker.is_stopping
        if now - self.looked >= every:
            is_stopping = is_stopping or self.worker.study.is_stopped
            self.looked = now
        if is_stopping:
            raise _StoppedError

    def epoch(self, epoch: Epoch) -> None:
        if not (math.isfinite(epoch.loss) and math.isfinite(epoch.val_loss)):
            raise FerError(NOT_FINITE)
        self.curve.append(epoch.val_accuracy)
        self.asked.report(epoch.val_accuracy, epoch.epoch)
        self.worker.on_epoch(self.asked.number, epoch)
        self.look(every=0)
        is_last = epoch.epoch + 1 == self.worker.study.plan.epochs
        if not is_last and REPEAT_OF not in self.asked.user_attrs and self.asked.should_prune():
            raise _PrunedError(f"Pruned after {epoch.epoch + 1} of {self.worker.study.plan.epochs} epochs.")


def no_fault_of_the_recipe(error: Exception) -> FerError | None:
    """The sentence for a full disk or an unreachable database; None for any other error."""
    known = disk_error(error) if isinstance(error, OSError) else error
    is_known = isinstance(known, DiskFullError | StorageError)
    return FerError(f"{known} The trial is trained again when the study is resumed.") if is_known else None


def data_of(study: Study) -> Dataset:
    """The study's data, as its recipe uses it. Raises FerError if it is not here, or other data is."""
    with extra("train", "Training"):
        import keras  # noqa: F401  # before the data, which may take a minute to open
    dataset = dataset_of(study.plan.config, voted=True)
    study.plan.check(dataset)
    return dataset
