"""Save and load a run's model.keras."""

from typing import Any

import keras
import numpy as np

from fer.data.formats import synthetic
from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.members import no_weights, require_networks
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.runs.taught import missing_source, taught_on
from fer.system.files import damaged, put
from fer.teaching.keep import head_of

ROUNDING = 0.01  # of logits, between Keras and LiteRT; seen: below 0.001


def load(run: Run) -> keras.Model:
    """The network in plain Keras. Raises FerError if it has not been trained yet, or its file is damaged."""
    require_networks([run])
    if run.is_without_weights:
        raise no_weights(run)
    if not run.model_path.is_file() and (head := head_of(run)):
        return _taught(run, *head)
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


def _taught(run: Run, kernel: np.ndarray, bias: np.ndarray) -> keras.Model:
    """The network of a run that was taught: its source's with the head inside; written as `model.keras`."""
    if missing := missing_source(run):
        raise FerError(missing)
    source = taught_on(run)
    network = load(RunStore.around(run)[source])
    features, faces = _features(network), synthetic.draw(1, seed=0)[0]
    changed = FerError(f"The network of {source} has changed since {run.id} was taught. Teach the classes again.")
    if features is None or features.shape[-1] != kernel.shape[1]:
        raise changed
    head = keras.layers.Dense(len(bias), name="taught")
    made = keras.Model(network.input, head(features), name=network.name)
    head.set_weights([kernel.T, bias])
    logits = np.asarray(keras.ops.convert_to_numpy(made(faces[..., None], training=False)))
    if not np.allclose(logits, Classifier(run).logits(faces), rtol=0, atol=ROUNDING):
        raise changed
    save_keras(made, run)
    return made


def _features(network: keras.Model) -> Any:
    """What the last layer reads, averaged over height and width, as in `fer.teaching.network`."""
    *_, before, last = network.layers
    if isinstance(last, keras.layers.Dense):
        return last.input
    if isinstance(last, keras.layers.GlobalAveragePooling2D) and isinstance(before, keras.layers.Conv2D):
        return keras.layers.GlobalAveragePooling2D()(before.input)
    return None


def save_keras(network: keras.Model, run: Run) -> None:
    """Write `model.keras` atomically and durably."""
    fresh = run.path / ".fresh.keras"  # Keras requires the suffix
    try:
        network.save(fresh)
        put(fresh, run.model_path)
    finally:
        fresh.unlink(missing_ok=True)
