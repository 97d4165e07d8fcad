"""How good a network is on the validation split, during its training."""

import keras
import numpy as np

from fer.evaluation import metrics


def predict(network: keras.Model, images: np.ndarray, batch_size: int = 256) -> np.ndarray:
    """The logits of a network, float64 (N, C)."""
    batches = [images[i : i + batch_size, ..., None] for i in range(0, len(images), batch_size)]
    return np.concatenate([np.asarray(network.predict_on_batch(batch), np.float64) for batch in batches])


def judged_by(logits: np.ndarray, labels: np.ndarray) -> dict:
    """val_loss (cross-entropy in nats), val_accuracy, recall and the confusion matrix (rows: true classes)."""
    size, classes = logits.shape
    logits = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(size), labels]
    confusion = metrics.confusion(labels, logits.argmax(axis=1), classes)
    return {
        "val_loss": float(losses.mean()),
        "val_accuracy": float(np.trace(confusion) / size),
        "val_recall": metrics.per_class(confusion)["recall"].round(4).tolist(),
        "val_confusion": confusion.tolist(),
    }
