"""What a training setting is: a dataclass field with its help, limits and group."""

from dataclasses import field

from fer.errors import FerError, unknown

OWN_WORDS = {
    "ferplus": "FER+ share",
    "ferplus_as": "FER+ votes as",
    "imagenet": "ImageNet weights",
    "warmup_epochs": "warm-up epochs",
    "small_first": "shrunk images first",
    "ema": "weight averaging (EMA)",
    "cutmix": "CutMix",
    "sam": "sharpness (SAM)",
    "jpeg": "JPEG",
    "read_test": "evaluate on the test split",
}
KINDS = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}
GROUPS = ("data", "network", "distillation", "optimisation", "regularisation", "augmentation", "system")


def setting(default, help: str, *, group: str, low=None, high=None, choices=None):
    """A TrainConfig field with its help, its inclusive limits and its group, one of GROUPS."""
    limits = {"low": low, "high": high, "choices": choices}
    return field(default=default, metadata={"help": help, "group": group, **limits})


def words_of(name: str) -> str:
    """A setting's name for people, within a sentence."""
    return OWN_WORDS.get(name, name.replace("_", " "))


def checked(item, value):
    """The value converted to its field's type. Raises FerError, naming the field, for a wrong type or range."""
    limits = item.metadata
    if type(value) is not item.type and not (item.type is float and type(value) is int):
        raise FerError(f"{item.name} must be {KINDS[item.type]}, got {value!r}.")
    if isinstance(value, str) and "\0" in value:
        raise FerError(f"{item.name} must not contain a NUL character, got {value!r}.")
    if limits["choices"] and value not in limits["choices"]:
        raise unknown(f"value for {item.name}", str(value), limits["choices"])
    low, high = limits["low"], limits["high"]
    if low is not None and not low <= value <= high:  # also refuses NaN
        raise FerError(f"{item.name} must be between {low} and {high}, got {value}.")
    return item.type(value)
