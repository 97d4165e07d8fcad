"""The training loop, in pure Keras 3: it runs on the TensorFlow, JAX and PyTorch backends."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import keras
import numpy as np
import psutil

from fer.data.dataset import Dataset
from fer.errors import FerError
from fer.runs import faces, stop
from fer.runs.run import Run
from fer.runs.state import TRAINING, Epoch, Progress
from fer.training import balance, checkpoint, initial_weights, networks, sharpness, tensorboard
from fer.training.augment import augment
from fer.training.checkpoint import Position
from fer.training.export.keras_file import save_keras
from fer.training.schedule import class_weights, learning_rate
from fer.training.validation import judged_by, predict

EMA_EVERY = 4  # steps; averaging at every step costs 3% of vgg_small's speed and changes nothing
HEARTBEAT_SECONDS = 1.0
PLATEAU_EPOCHS = 3
PROCESS = psutil.Process()
TRACED = 100  # at most so many batches of the current epoch are kept for its curve


@dataclass
class Training:
    """One run being trained.

    Attributes:
        run: the only place that is written to.
        dataset: trained on its `train`, validated after every epoch on its `val`.
        on_batch: called after every batch with the progress.
        on_epoch: called after every epoch with its metrics.
        notice: what to tell the user about the start, as a sentence; empty if nothing.
    """

    run: Run
    dataset: Dataset
    on_batch: Callable[[Progress], None] = lambda progress: None
    on_epoch: Callable[[Epoch], None] = lambda epoch: None
    position: Position = field(default_factory=Position)
    notice: str = ""

    def __post_init__(self):
        self.config = self.run.config
        # even: oneDNN in TensorFlow 2.21 crashes the process on odd batches of mini_xception (memory corruption)
        unit = math.lcm(2, networks.share_devices(self.config))
        if len(self.dataset.train) < unit or not len(self.dataset.val):
            train, val = len(self.dataset.train), len(self.dataset.val)
            raise FerError(
                f"{self.dataset.name} has too few images: at least {unit} to train and 1 to validate are needed, "
                f"got {train} and {val}."
            )
        self.plain = networks.build(self.config, len(self.dataset.labels))
        if not self.run.has_checkpoint:
            initial_weights.begin(self.plain, self.run, self.dataset)
        self.stage: dict[str, bool] = {}
        self._prepare()
        self.judge = networks.training_copy(self.plain, self.config)  # holds the averaged weights
        self.average = self.network.get_weights()
        self.batch_size = max(min(self.config.batch_size, len(self.dataset.train)) // unit, 1) * unit
        self.batches = len(self.dataset.train) // self.batch_size
        self.watched = faces.begin(self.run, self.dataset)
        self.shown = faces.positions(self.watched, self.dataset.val)
        if self.run.has_checkpoint:
            self._restore()

    def _prepare(self) -> None:
        """Set up the network for the current epoch: with a frozen backbone or not, for shrunk images or not."""
        frozen = self.position.epoch < self.config.frozen_epochs and networks.has_backbone(self.plain)
        stage = {"frozen": frozen, "small": self.position.epoch < self.config.small_epochs}
        if stage == self.stage:
            return
        offsets = balance.logit_offsets(self.dataset.train, self.config)
        network = networks.compiled(self.plain, self.config, offsets=offsets, **stage)
        if self.stage:
            network.set_weights(self.network.get_weights())
            if frozen == self.stage["frozen"]:
                for ours, theirs in zip(network.optimizer.variables, self.network.optimizer.variables, strict=True):
                    ours.assign(theirs)
        self.network, self.stage = network, stage
        self.train_on_batch = sharpness.stepper(network, self.config)

    def run_to_end(self) -> bool:
        """Train from the run's current state. Returns True once finished, False if asked to stop."""
        while self.position.epoch < self.config.epochs and not self._out_of_patience():
            started = time.monotonic()
            averages = self._train_epoch(started)
            if averages is None:
                return False
            self._finish_epoch(averages, started)
        return True

    def _train_epoch(self, started: float) -> dict | None:
        """One pass over the training split. Returns mean loss and accuracy, or None if asked to stop."""
        config, split, epoch = self.config, self.dataset.train, self.position.epoch
        random = np.random.default_rng([config.seed, epoch])
        order = balance.epoch_order(split, config, random)
        weights = class_weights(split) if config.class_weights else None
        sums, trace, last_beat = np.zeros(3), [], 0.0
        for batch in range(self.batches):
            if stop.was_asked(self.run):
                return None
            index = np.sort(order[batch * self.batch_size : (batch + 1) * self.batch_size])
            logs = self._train_batch(split.images[index], split.targets[index], weights, random)
            sums += logs
            if batch % -(-self.batches // TRACED) == 0:
                trace.append((batch, round(float(logs[2]), 4), round(float(logs[1]), 4)))
            seconds = time.monotonic() - started
            progress = Progress(
                TRAINING,
                epoch=epoch,
                epochs=config.epochs,
                batch=batch,
                batches=self.batches,
                images_per_second=(batch + 1) * self.batch_size / seconds,
                loss=float(sums[2]) / (batch + 1),
                accuracy=float(sums[1]) / (batch + 1),
                seconds=self.position.seconds + seconds,
            )
            if seconds - last_beat >= HEARTBEAT_SECONDS or batch in (0, self.batches - 1):
                self.run.progress = replace(progress, trace=tuple(trace), **usage())
                last_beat = seconds
            self.on_batch(progress)
        return {"loss": float(sums[2]) / self.batches, "accuracy": float(sums[1]) / self.batches}

    def _train_batch(self, images, targets, weights, random) -> np.ndarray:
        """One step. Returns the batch's objective, accuracy and cross-entropy."""
        position, config = self.position, self.config
        rate = learning_rate(config, position.step / self.batches) * position.plateau_factor
        self.network.optimizer.learning_rate.assign(rate)
        images, targets = augment(images, targets, config, random, small=self.stage["small"])
        smooth = balance.smoothed(targets, config)
        sample_weight = targets @ weights if weights is not None else None
        logs = self.train_on_batch(images, smooth, sample_weight=sample_weight)
        if not math.isfinite(logs[0]):
            raise FerError(f"The loss became {logs[0]} in epoch {position.epoch + 1}. Use a lower learning_rate.")
        position.step += 1
        if config.ema and position.step % EMA_EVERY == 0:
            self._average_weights()
        return np.array(logs, np.float64)

    def _average_weights(self) -> None:
        """Move the average of weights and batch statistics towards the current ones."""
        step = self.position.step
        decay = min(self.config.ema, (1 + step) / (10 + step)) ** EMA_EVERY  # starts with a short memory
        for average, variable in zip(self.average, self.network.weights, strict=True):
            average += (1 - decay) * (np.asarray(keras.ops.convert_to_numpy(variable)) - average)

    def _finish_epoch(self, averages: dict, started: float) -> None:
        """Validate, keep the best network, write history and checkpoint."""
        position, trained = self.position, time.monotonic() - started
        kept = self.average if self.config.ema else self.network.get_weights()
        self.judge.set_weights(kept)
        logits = predict(self.judge, self.dataset.val.images)
        judged = judged_by(logits, self.dataset.val.labels)
        if not math.isfinite(judged["val_loss"]):
            what = f"The validation loss became {judged['val_loss']} in epoch {position.epoch + 1}"
            raise FerError(f"{what}. Use a lower learning_rate.")
        if judged["val_accuracy"] > position.best_accuracy:
            position.best_accuracy, position.best_epoch = judged["val_accuracy"], position.epoch
            self.plain.set_weights(kept)
            save_keras(self.plain, self.run)
        self._step_plateau()
        seconds = time.monotonic() - started
        epoch = Epoch(
            position.epoch,
            **averages,
            **judged,
            learning_rate=float(np.asarray(keras.ops.convert_to_numpy(self.network.optimizer.learning_rate))),
            images_per_second=self.batches * self.batch_size / trained,
            seconds=seconds,
        )
        self.watched = faces.noted(self.watched, position.epoch, logits[self.shown])
        position.epoch += 1
        position.seconds += seconds
        self.run.history = [*self.run.history[: position.epoch - 1], epoch]
        faces.keep(self.run, self.watched)
        tensorboard.write_events(self.run, self.dataset.labels)
        self._prepare()
        checkpoint.save(self.run, self.position, self._arrays())
        self.on_epoch(epoch)

    def _step_plateau(self) -> None:
        position = self.position
        if self.config.schedule != "plateau":
            return
        if position.epoch - max(position.best_epoch, position.plateau_epoch) >= PLATEAU_EPOCHS:
            position.plateau_factor /= 2
            position.plateau_epoch = position.epoch

    def _out_of_patience(self) -> bool:
        waited = self.position.epoch - 1 - self.position.best_epoch
        return self.config.patience > 0 and self.position.epoch > 0 and waited >= self.config.patience

    def _state(self) -> dict[str, list]:
        return {"network": self.network.variables, "optimizer": self.network.optimizer.variables}

    def _arrays(self) -> checkpoint.Arrays:
        arrays = {f"average{i}": value for i, value in enumerate(self.average)}
        for name, variables in self._state().items():
            arrays |= {f"{name}{i}": keras.ops.convert_to_numpy(value) for i, value in enumerate(variables)}
        return arrays

    def _shapes_at(self, position: Position) -> dict[str, tuple[int, ...]]:
        """The shapes of all arrays at a position; a frozen network has fewer."""
        self.position = position
        self._prepare()
        return {name: array.shape for name, array in self._arrays().items()}

    def _restore(self) -> None:
        """Continue from the checkpoint, or from the one before it, of which `notice` then speaks."""
        length = {"epochs": self.config.epochs, "batches": self.batches}
        self.position, arrays, self.notice = checkpoint.load(self.run, self._shapes_at, **length)
        self._prepare()
        self.average = [arrays[f"average{i}"] for i in range(len(self.average))]
        for name, variables in self._state().items():
            for i, variable in enumerate(variables):
                variable.assign(arrays[f"{name}{i}"])


def usage() -> dict:
    """Resource usage of this process: `memory` in bytes, and `cpu` in cores since the last call."""
    return {"memory": PROCESS.memory_info().rss, "cpu": PROCESS.cpu_percent() / 100}
