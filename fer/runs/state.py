"""Records that a run writes during training: its state, progress, history by epoch, and classes."""

from dataclasses import dataclass
from typing import Literal

from fer.data.labels import EMOTIONS
from fer.system.records import Amount, Count, Name, Number, Share, Text

State = Literal["created", "queued", "training", "stopped", "failed", "lost", "finished"]
TRAINING = "training"  # the phase in which the other fields of `Progress` are valid
JUDGING = "exporting and evaluating"  # the last phase
QUIET_SECONDS = 180.0  # between two signs of life during an epoch, which normally come every second
QUIET_PHASE_SECONDS = 1800.0  # in a phase that gives none, such as opening a large data set
QUIET_BATCHES = 20  # times a batch's own duration: slow networks on slow machines need minutes for one


@dataclass(frozen=True)
class Status:
    """A run's last recorded state.

    Attributes:
        time: seconds since 1970.
        place: in the queue, lowest first.
    """

    state: State = "created"
    message: Text = ""
    time: Amount = 0.0
    place: Amount = 0.0


@dataclass(frozen=True)
class Progress:
    """Training progress; only `phase` and `time` are valid outside the phase TRAINING.

    Attributes:
        epoch, batch: the current ones, from 0.
        loss, accuracy: running means over this epoch.
        trace: (batch, loss, accuracy) for this epoch, at most a hundred points.
        seconds: since training started, excluding pauses.
        memory: of the process, in bytes.
        cpu: usage, in cores.
        time: when this was written, in seconds since 1970.
        pid: the process that wrote it.
    """

    phase: Name = "starting"
    epoch: Count = 0
    epochs: Count = 0
    batch: Count = 0
    batches: Count = 0
    images_per_second: Amount = 0.0
    loss: Number = 0.0
    accuracy: Share = 0.0
    seconds: Amount = 0.0
    trace: tuple[tuple[Count, Number, Share], ...] = ()
    memory: Count = 0
    cpu: Amount = 0.0
    time: Amount = 0.0
    pid: Count = 0

    def __post_init__(self):
        if self.is_training and not (self.epoch < self.epochs and self.batch < self.batches):
            raise ValueError(f"epoch {self.epoch} of {self.epochs}, batch {self.batch} of {self.batches}")

    @property
    def is_training(self) -> bool:
        return self.phase == TRAINING

    @property
    def share(self) -> float:
        """Share of the training completed, in [0, 1]."""
        return (self.epoch + (self.batch + 1) / self.batches) / self.epochs

    def stalled_for(self, now: float) -> float:
        """Seconds without a sign of life, if that is more than the training's own speed explains; else 0.

        Args:
            now: seconds since 1970.
        """
        quiet = now - self.time if self.time else 0.0
        return quiet if quiet > self._longest_quiet else 0.0

    @property
    def _longest_quiet(self) -> float:
        if not self.is_training:
            return QUIET_PHASE_SECONDS
        an_epoch = self.seconds / (self.share * self.epochs)
        is_validating = self.batch + 1 == self.batches
        return max(QUIET_SECONDS, 2 * an_epoch if is_validating else QUIET_BATCHES * an_epoch / self.batches)

    @property
    def seconds_left(self) -> float:
        return self.seconds * (1 - self.share) / self.share


@dataclass(frozen=True)
class Epoch:
    """One epoch of a run's history.

    Attributes:
        epoch: from 0.
        loss, accuracy: on the augmented training images; the loss is the cross-entropy in nats, as `val_loss` is.
        val_recall: share of correct predictions in each class.
        val_confusion: image counts; rows are true classes, columns are predicted.
        learning_rate: at the end of the epoch.
        seconds: duration including validation.
    """

    epoch: Count
    loss: Number
    accuracy: Share
    val_loss: Number
    val_accuracy: Share
    learning_rate: Amount
    images_per_second: Amount
    seconds: Amount
    val_recall: tuple[Share, ...] = ()
    val_confusion: tuple[tuple[Count, ...], ...] = ()


@dataclass(frozen=True)
class Labels:
    """The classes in output order, at least two and all different."""

    labels: tuple[Name, ...] = EMOTIONS

    def __post_init__(self):
        if len(set(self.labels)) < max(len(self.labels), 2):
            raise ValueError(f"at least two different labels are needed, got {', '.join(self.labels) or 'none'}")
