"""Formats of measured values, shared by pages, documents and the command line."""

import numpy as np

from fer.errors import FerError

FORMATS = {"share": ".1%", "number": ".3f"}  # by kind


def written(value: float, kind: str = "share") -> str:
    """ "71.2%" for a share in [0, 1], "0.712" for any other number."""
    return format(value, FORMATS[kind])


def interval(low: float, high: float, kind: str = "share") -> str:
    """ "95% interval 69.7% to 72.6%"."""
    return f"95% interval {written(low, kind)} to {written(high, kind)}"


def with_interval(value: float, low: float, high: float, kind: str = "share") -> str:
    """ "71.2% (95% interval 69.7% to 72.6%)"."""
    return f"{written(value, kind)} ({interval(low, high, kind)})"


def signed(points: float) -> str:
    """A difference: "+1.4", or with a true minus "−0.6"."""
    return f"{points:+.1f}".replace("-", "−")


def signed_interval(low: float, high: float) -> str:
    """That of a difference in points: "95% interval −0.6 to +1.4"."""
    return f"95% interval {signed(low)} to {signed(high)}"


def whole_numbers(name: str, values: list) -> np.ndarray:
    """int64 (N,); refuses values that NumPy would silently truncate or parse."""
    array = np.array(values)
    if array.ndim != 1 or (array.size and array.dtype.kind != "i"):
        raise FerError(f"{name} must be whole numbers")
    return array.astype(np.int64)
