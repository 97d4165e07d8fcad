"""Save and load a run's model.keras."""

import keras

from fer.errors import FerError
from fer.runs.members import no_weights, require_networks
from fer.runs.run import Run
from fer.system.files import damaged, put


def load(run: Run) -> keras.Model:
    """The network in plain Keras. Raises FerError if it has not been trained yet, or its file is damaged."""
    require_networks([run])
    if run.is_without_weights:
        raise no_weights(run)
    if not run.model_path.is_file() and run.is_usable:
        raise FerError(f"Run {run.id!r} was imported as .tflite, which has no Keras network. Import its .keras file.")
    if not run.model_path.is_file():
        raise FerError(f"Run {run.id!r} has no trained network yet. Train at least one epoch.")
    try:
        network = keras.saving.load_model(run.model_path, compile=False)
        assert isinstance(network, keras.Model)
        return network
    except Exception as error:  # Keras raises all kinds of errors on damaged files
        raise damaged(run.model_path, type(error).__name__) from error


def save_keras(network: keras.Model, run: Run) -> None:
    """Write `model.keras` atomically and durably."""
    fresh = run.path / ".fresh.keras"  # Keras requires the suffix
    try:
        network.save(fresh)
        put(fresh, run.model_path)
    finally:
        fresh.unlink(missing_ok=True)
