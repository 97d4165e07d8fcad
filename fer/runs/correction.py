"""How a network's probabilities become answers."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from fer.system.records import Share

Temperature = Annotated[float, Meta(ge=1e-3, le=1e3)]


@dataclass(frozen=True)
class Correction:
    """How a network's probabilities become answers.

    Attributes:
        exponent: of the class prior by which they are divided; 0: they stay as trained.
        temperature: divisor of the logits that calibrates them; None if never fitted.
        threshold: calibrated confidence below which an answer is "not sure"; None if never fitted.
    """

    exponent: Annotated[float, Meta(ge=0, le=1)] = 0.0
    temperature: Temperature | None = None
    threshold: Share | None = None
