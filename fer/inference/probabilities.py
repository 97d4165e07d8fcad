"""Convert logits to probabilities, and apply temperatures."""

import numpy as np


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """float64 (N, C): probabilities with their logits divided by a temperature; above 1 lowers confidence."""
    return softmax(log_probabilities(probabilities) / temperature)


def softmax(logits: np.ndarray) -> np.ndarray:
    """float64 (N, C), each row sums to 1."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=1, keepdims=True)


def log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Logits up to a constant per row, which doesn't affect the softmax."""
    return np.log(probabilities.astype(np.float64).clip(np.finfo(np.float32).tiny))
