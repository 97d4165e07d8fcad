"""Checks that an untrusted run's `model.keras` is safe, and the same network as its `model.tflite`."""

import keras
import numpy as np

from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.inference.probabilities import softmax
from fer.runs.run import Run
from fer.training.export.litert import TOLERANCE
from fer.training.imported import litert_file, safe_load


def check_twin(run: Run) -> None:
    """Raise FerError unless it opens in Keras's safe mode, and fits the run's card and its `model.tflite`."""
    network, images = safe_load.load(run.model_path), litert_file.probes()
    if network.count_params() != run.card.parameters:
        raise FerError(
            f"its card states {run.card.parameters:,} parameters, but model.keras has {network.count_params():,}."
        )
    logits = np.asarray(keras.ops.convert_to_numpy(network(images[..., None], training=False)))
    if logits.shape != (len(images), len(run.labels)):
        raise FerError(f"model.keras returns {logits.shape[1:]}, but the card names {len(run.labels)} classes.")
    if np.abs(softmax(logits) - Classifier(run).probabilities(images)).max() > TOLERANCE:
        raise FerError("its model.keras and model.tflite answer differently, so they are not the same network.")
