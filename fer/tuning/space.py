"""What a study varies: ranges and choices of the settings that TrainConfig declares, and their text form.

`learning_rate=1e-3..1e-1` is a range, `batch_size=64|96|128` a choice, `mixup=0.2` fixes a setting, and `blur` frees
one within its suggested or declared limits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from fer.architectures import ARCHITECTURES
from fer.errors import FerError, extra, unknown
from fer.runs.config import TrainConfig
from fer.runs.settings import KINDS, checked

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

GROUPS = ("network", "optimisation", "regularisation", "augmentation")
# what decides how long a trial takes, or which weights it starts from, would make trials incomparable
KEPT = ("epochs", "patience", "warmup_epochs", "start_from", "frozen_epochs")
SETTINGS = {item.name: item for item in fields(TrainConfig) if item.metadata["group"] in GROUPS}
SEARCHABLE = tuple(name for name in SETTINGS if name not in KEPT)
LOGARITHMIC = ("learning_rate", "weight_decay", "batch_size")  # a step matters as a factor
FACTOR = 10.0  # around the recipe's own value, which is usually right to within an order of magnitude
SUGGESTED = {  # to either side of what published recipes for FER2013 use
    "batch_size": (32, 256),
    "label_smoothing": (0.0, 0.2),
    "mixup": (0.0, 0.4),
    "rotation": (0.0, 25.0),
    "light": (0.0, 0.4),
    "erase": (0.0, 0.8),
    "scale": (0.0, 0.4),
    "shift": (0.0, 8.0),
    "blur": (0.0, 1.5),
    "noise": (0.0, 15.0),
}
VARIED = (  # unless a person says otherwise
    *("learning_rate", "weight_decay", "batch_size"),
    *("label_smoothing", "mixup", "rotation", "light", "erase"),
)


@dataclass(frozen=True)
class Dimension:
    """One setting that varies: between two numbers, or among `choices`."""

    name: str
    low: float = 0
    high: float = 0
    choices: tuple = ()

    @property
    def is_logarithmic(self) -> bool:
        return self.name in LOGARITHMIC and self.low > 0

    @property
    def text(self) -> str:
        """As it is written on the command line."""
        if self.choices:
            return f"{self.name}={'|'.join(map(_written, self.choices))}"
        return f"{self.name}={_written(self.low)}..{_written(self.high)}"

    def __contains__(self, value) -> bool:
        return value in self.choices if self.choices else self.low <= value <= self.high

    def distribution(self) -> "BaseDistribution":
        """The same for Optuna."""
        with extra("tune", "Tuning"):
            from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        if self.choices:
            return CategoricalDistribution(self.choices)
        if SETTINGS[self.name].type is int:
            return IntDistribution(int(self.low), int(self.high), log=self.is_logarithmic)
        return FloatDistribution(float(self.low), float(self.high), log=self.is_logarithmic)


def suggested(name: str, recipe: TrainConfig) -> Dimension:
    """How far a setting varies unless a person says otherwise."""
    item = _searchable(name)
    limits = item.metadata
    if name == "architecture":
        return Dimension(name, choices=tuple(ARCHITECTURES))
    if item.type is bool:
        return Dimension(name, choices=(False, True))
    if limits["choices"]:
        return Dimension(name, choices=tuple(limits["choices"]))
    if name in SUGGESTED:
        return Dimension(name, *SUGGESTED[name])
    value = getattr(recipe, name) or getattr(TrainConfig(), name)
    if name in LOGARITHMIC and value:
        return Dimension(name, max(limits["low"], value / FACTOR), min(limits["high"], value * FACTOR))
    return Dimension(name, limits["low"], limits["high"])


def space(texts: Iterable[str], recipe: TrainConfig, *, only: bool = False) -> tuple[TrainConfig, list[Dimension]]:
    """The recipe with what was fixed, and what varies around it.

    Args:
        texts: as above; a setting that is not named varies as suggested if it is one of VARIED.
        only: vary nothing that is not named.

    Raises:
        FerError: for an unknown setting, a range that is empty, inverted or outside the declared limits, or nothing
            to vary.
    """
    found = {} if only else {name: suggested(name, recipe) for name in VARIED}
    for text in texts:
        name, _, given = (part.strip() for part in text.partition("="))
        dimension = parse(name, given, recipe)
        if isinstance(dimension, Dimension):
            found[name] = dimension
        else:
            recipe = replace(recipe, **{name: dimension})
            found.pop(name, None)
    if not found:
        raise FerError("Nothing varies. Choose at least one setting to vary, such as learning_rate.")
    return recipe, list(found.values())


def parse(name: str, given: str, recipe: TrainConfig):
    """What stands behind a setting's name: a Dimension, or the value that it is fixed to."""
    item = _searchable(name)
    if not given:
        return suggested(name, recipe)
    if ".." in given:
        return _range(item, given)
    values = [_value(item, part) for part in given.split("|")]
    if len(values) == 1:
        return values[0]
    if len(set(values)) < len(values):
        raise FerError(f"{name} has the same choice twice in {given!r}. Name each once.")
    return Dimension(name, choices=tuple(values))


def from_texts(texts: Sequence[str], recipe: TrainConfig) -> list[Dimension]:
    """The dimensions that a study has stored as texts."""
    return space(texts, recipe, only=True)[1]


def _searchable(name: str):
    if name not in SEARCHABLE:
        if name in (item.name for item in fields(TrainConfig)):
            raise FerError(f"{name} cannot be searched: all trials share it. Searchable: {', '.join(SEARCHABLE)}.")
        raise unknown("setting to search", name, SEARCHABLE)
    return SETTINGS[name]


def _range(item, given: str) -> Dimension:
    if item.type not in (int, float):
        raise FerError(f"{item.name} has no range. Name its choices, such as {suggested_text(item.name)}.")
    low, high = (_value(item, part) for part in given.split("..", 1))
    if not low < high:
        raise FerError(f"The range of {item.name} must run from a lower to a higher number, got {given}.")
    return Dimension(item.name, low, high)


def suggested_text(name: str) -> str:
    """The text form of a setting's suggested range, around the default recipe."""
    return suggested(name, TrainConfig()).text


def _value(item, text: str):
    """A value of a setting's type and within its limits."""
    text = text.strip()
    try:
        if item.type is bool:
            value = {"true": True, "false": False, "on": True, "off": False}[text.lower()]
        else:
            value = _whole(text) if item.type is int else item.type(text)
    except (KeyError, ValueError):
        raise FerError(f"{item.name} must be {KINDS[item.type]}, got {text!r}.") from None
    if item.name == "architecture":
        ARCHITECTURES[str(value)]  # raises FerError for an unknown one
    return checked(item, value)


def _whole(text: str) -> int:
    """The number in a text such as 64 or 1e2. Raises ValueError if it is not whole."""
    number = float(text)
    if not number.is_integer():  # nor is NaN or infinity
        raise ValueError
    return int(number)


def _written(value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
