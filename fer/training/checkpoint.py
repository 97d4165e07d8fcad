"""Checkpoints: everything that a training needs to continue, and the one before it for when the newest is damaged."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.errors import FerError, shortened
from fer.runs.run import Run
from fer.system.files import put

BEGIN_AGAIN = "Delete it to restart this run from the beginning."


@dataclass
class Position:
    """The progress of a training; everything in a checkpoint except the arrays."""

    epoch: int = 0
    step: int = 0
    best_epoch: int = -1
    best_accuracy: float = -1.0
    plateau_factor: float = 1.0
    plateau_epoch: int = 0
    seconds: float = 0.0

    def check(self, epochs: int, batches: int) -> None:
        """Raise ValueError if no training of so many epochs and batches can be here."""
        for name, low, high in (
            ("epoch", 1, epochs),
            ("step", 1, epochs * batches),
            ("best_epoch", -1, self.epoch - 1),
            ("best_accuracy", -1, 1),
            ("plateau_factor", 0, 1),
            ("plateau_epoch", 0, self.epoch),
            ("seconds", 0, math.inf),
        ):
            if not low <= getattr(self, name) <= high:  # also refuses NaN
                raise ValueError(f"{name} is {getattr(self, name)}, but must be between {low} and {high}")


Arrays = dict[str, np.ndarray]
ShapesAt = Callable[[Position], dict[str, tuple[int, ...]]]


def save(run: Run, position: Position, arrays: Arrays) -> None:
    """Write a checkpoint durably; the one before it stays under its own name."""
    fresh = run.path / ".fresh-checkpoint.npz"
    try:
        with fresh.open("wb") as file:
            np.savez(file, position=np.array(list(vars(position).values())), **arrays)
        put(fresh, run.checkpoint_path, keep=run.previous_checkpoint_path)
    finally:
        fresh.unlink(missing_ok=True)


def load(run: Run, shapes_at: ShapesAt, *, epochs: int, batches: int) -> tuple[Position, Arrays, str]:
    """The newest whole checkpoint: its position, its arrays, and a sentence if it isn't the newest.

    Args:
        shapes_at: the shapes of the expected arrays at a position.
        epochs, batches: how long the training is.

    Raises:
        FerError: if neither the newest nor the one before it is a possible checkpoint of this training.
    """
    newest, previous = run.checkpoint_path, run.previous_checkpoint_path
    try:
        return *_read(newest, shapes_at, epochs, batches), ""
    except FerError as error:
        if not previous.is_file():
            raise
        why = error
    try:
        position, arrays = _read(previous, shapes_at, epochs, batches)
    except FerError:
        raise FerError(f"{why} The checkpoint before it is damaged too; delete {previous.name} as well.") from why
    newest.unlink(missing_ok=True)  # so that it does not take the place of the good one
    sentence = f"{newest.name} was damaged: training continues from the checkpoint before it, after epoch "
    return position, arrays, f"{sentence}{position.epoch}."


def forget_previous(run: Run) -> None:
    """Free its space once the run is trained."""
    run.previous_checkpoint_path.unlink(missing_ok=True)


def _read(path: Path, shapes_at: ShapesAt, epochs: int, batches: int) -> tuple[Position, Arrays]:
    try:
        with np.load(path) as saved:
            position = _position(saved["position"])
            position.check(epochs, batches)
            shapes = shapes_at(position)
            arrays = {name: saved[name] for name in shapes}
        for name, shape in shapes.items():
            if arrays[name].shape != shape:
                raise ValueError(f"{name} has the shape {arrays[name].shape}, not {shape}")
            if not np.isfinite(arrays[name]).all():
                raise ValueError(f"{name} contains values that are not finite")
    except Exception as error:  # NumPy and zipfile raise all kinds of errors on damaged files
        raise FerError(f"{path} is damaged ({shortened(error)}). {BEGIN_AGAIN}") from error
    return position, arrays


def _position(values: np.ndarray) -> Position:
    start = vars(Position())
    if values.shape != (len(start),):
        raise ValueError(f"position has the shape {values.shape}, not ({len(start)},)")
    found = {name: type(old)(new) for (name, old), new in zip(start.items(), values.tolist(), strict=True)}
    if any(found[name] != new for name, new in zip(start, values.tolist(), strict=True)):
        raise ValueError(f"position is {values.tolist()}; epochs and steps must be whole numbers")
    return Position(**found)
