"""From logits to probabilities, and from one temperature to another."""

import numpy as np


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """float64 (N, C): probabilities with their logits divided by a temperature; above 1 makes them less sure."""
    return softmax(log_probabilities(probabilities) / temperature)


def softmax(logits: np.ndarray) -> np.ndarray:
    """float64 (N, C), each row sums to 1."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=1, keepdims=True)


def log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Logits but for a constant a row, which the softmax does not see."""
    return np.log(probabilities.astype(np.float64).clip(np.finfo(np.float32).tiny))
