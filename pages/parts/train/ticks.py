"""Round numbers for an axis."""

import math


def ticks(low: float, high: float, about: int = 4) -> tuple[float, float, list[float]]:
    """The ends of an axis that holds both values, and round numbers between them.

    Args:
        about: how many numbers there should be.
    """
    span = (high - low) or 1.0
    step = 10 ** math.floor(math.log10(span / about))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= about)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, max(last, first + 1) * step, [i * step for i in range(first, max(last, first + 1) + 1)]
