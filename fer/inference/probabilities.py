"""Convert logits to probabilities, and apply temperatures."""

import numpy as np


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """float64 (N, C): probabilities with their logits divided by a temperature; above 1 lowers confidence."""
    return softmax(log_probabilities(probabilities) / temperature)


def balanced(probabilities: np.ndarray, prior: np.ndarray, exponent: float) -> np.ndarray:
    """float64 (N, C): probabilities divided by a power of the class prior, each row again summing to 1.

    With an exponent of 1, these are the answers of a network trained on equally frequent classes (Saerens et al. 2002,
    https://doi.org/10.1162/089976602753284446); with 0, they stay as they are.

    Args:
        prior: float (C,), the mean training target.
    """
    return softmax(log_probabilities(probabilities) - exponent * np.log(prior))


def softmax(logits: np.ndarray) -> np.ndarray:
    """float64 (N, C), each row sums to 1."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=1, keepdims=True)


def log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Logits up to a constant per row, which doesn't affect the softmax."""
    return np.log(probabilities.astype(np.float64).clip(np.finfo(np.float32).tiny))
