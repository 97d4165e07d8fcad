"""The confidence from which a model is called sure."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

SURE = 0.5  # share of right answers near a confidence from which a model is called sure: more likely right than wrong


def sure_from(confidence: np.ndarray, right: np.ndarray, share: float = SURE) -> float:
    """The smallest confidence at which answers are right at least as often as `share`.

    How often answers of one confidence are right is estimated by isotonic regression (Zadrozny & Elkan 2002), the best
    fit that never falls as confidence grows. To answer only from there on is Chow's rule (1970): it gains most where a
    right answer is worth 1 - `share` and a wrong one costs `share`.

    Args:
        confidence: float (N,), calibrated probability of the answered class.
        right: bool (N,), whether the answer is right.

    Returns:
        0 where all answers are right that often, 1 where none are.
    """
    reached = IsotonicRegression().fit_transform(confidence, right) >= share
    if reached.all():
        return 0.0
    return float(confidence[reached].min(initial=1.0))
