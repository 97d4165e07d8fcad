"""The confidence threshold above which a prediction counts as sure."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

SURE = 0.5  # accuracy at the threshold: from there on, predictions are more likely correct than wrong


def sure_from(confidence: np.ndarray, right: np.ndarray, share: float = SURE) -> float:
    """The smallest confidence at which predictions are correct at least as often as `share`.

    Accuracy as a function of confidence is estimated by isotonic regression (Zadrozny & Elkan 2002), the best monotonic
    fit. Rejecting predictions below the threshold is Chow's rule (1970): optimal if a correct prediction is worth
    1 - `share` and a wrong one costs `share`.

    Args:
        confidence: float (N,), calibrated probability of the predicted class.
        right: bool (N,), whether the prediction is correct.

    Returns:
        0 if all predictions are correct that often, 1 if none are.
    """
    reached = IsotonicRegression().fit_transform(confidence, right) >= share
    if reached.all():
        return 0.0
    return float(confidence[reached].min(initial=1.0))
