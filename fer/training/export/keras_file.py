"""A run's model.keras, written atomically and opened again."""

import os

import keras

from fer.errors import FerError
from fer.runs.run import Run, no_weights
from fer.system.files import damaged


def load(run: Run) -> keras.Model:
    """The network in plain Keras. Raises FerError where no epoch of it was trained yet, or its file is damaged."""
    if run.is_without_weights:
        raise no_weights(run.id)
    if not run.model_path.is_file() and run.is_usable:
        raise FerError(f"Run {run.id!r} was imported as .tflite, from which no Keras network can be made.")
    if not run.model_path.is_file():
        raise FerError(f"Run {run.id!r} has no trained network yet; train at least one epoch.")
    try:
        return keras.saving.load_model(run.model_path, compile=False)
    except Exception as error:  # Keras raises whatever half a file leads it to
        raise damaged(run.model_path, type(error).__name__) from error


def save_keras(network: keras.Model, run: Run) -> None:
    """Write `model.keras` so that it is never half there."""
    fresh = run.path / ".fresh.keras"  # Keras insists on the suffix
    network.save(fresh)
    os.replace(fresh, run.model_path)
