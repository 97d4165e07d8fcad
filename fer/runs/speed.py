"""This machine's measured training and inference speed, stored with the runs, and time estimates from it."""

import json
from typing import Annotated

import msgspec

from fer.data.catalog import short_name
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from fer.system.files import write_atomically

START_SECONDS = 10.0  # to start the process, import TensorFlow, open the data and build the network
VIEWS = 6  # of test-time augmentation, with which teachers answer
PASSES = 1 + VIEWS  # over val and test at the end: one single pass, plus six views for test-time augmentation
Rate = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
SAM_COST = 2.0  # passes through the network in a step of sharpness-aware minimisation, in ordinary steps
SMALL_COST = 0.5  # of an epoch on shrunk images, in ordinary epochs
AT_A_TIME = " at a time"  # the end of a key
KEPT = 0.5  # weight of the latest measurement


def note(store: RunStore, config: TrainConfig, together: int = 1, /, **rates: float) -> None:
    """Record images per second: `train`, `validate` or `judge`.

    Args:
        together: trainings that share the machine, of which this is one.
    """
    known = _read(store)
    mine = known.setdefault(key(config, together), {})
    if "train" in rates:
        rates["train"] *= cost(config)  # stored as without it, so that either kind of run tells of the other
    for name, rate in rates.items():
        mine[name] = rate if name not in mine else (1 - KEPT) * mine[name] + KEPT * rate
    write_atomically(_path(store), json.dumps(known, indent=2))


def rates(store: RunStore, config: TrainConfig, together: int = 1) -> dict[str, float]:
    """Images per second of `train`, `validate` and `judge`, if measured on this machine.

    Args:
        together: trainings that share the machine; the speed is that of each.
    """
    known = _read(store).get(key(config, together), {})
    return {name: rate / cost(config) if name == "train" else rate for name, rate in known.items()}


def cost(config: TrainConfig) -> float:
    """The training time of a recipe, relative to that without sharpness-aware minimisation and shrunk images."""
    return (SAM_COST if config.sam else 1.0) * (1 - config.small_first * (1 - SMALL_COST))


def all_rates(store: RunStore) -> dict[str, dict[str, float]]:
    """All that was measured of trainings that had this machine for themselves, by `key`."""
    return {name: rates for name, rates in _read(store).items() if not name.endswith(AT_A_TIME)}


def is_known(store: RunStore, config: TrainConfig) -> bool:
    """Whether everything needed for an estimate was measured."""
    return {"train", "validate", "judge"} <= rates(store, config).keys()


def estimate(store: RunStore, config: TrainConfig, *, train: int, val: int, test: int) -> float | None:
    """Estimated seconds from the start of training to its reports; None if this machine's speed is unknown.

    Args:
        train, val, test: images in each split.
    """
    if not is_known(store, config):
        return None
    known = rates(store, config)
    answers = sum(VIEWS * train / rate for rate in _unasked(store, config, known["judge"]))
    epochs = config.epochs * (train / known["train"] + val / known["validate"])
    return START_SECONDS + answers + epochs + PASSES * (val + test) / known["judge"]


def _unasked(store: RunStore, config: TrainConfig, default: float) -> list[float]:
    """How fast each teacher predicts that has no stored answers to the training split yet, in images per second."""
    data = short_name(config.data)
    unasked = [
        run for run in store if run.id in config.teachers and not run.report_path(data, "train", tta=True).is_file()
    ]
    return [rates(store, run.config).get("judge", default) for run in unasked]


def key(config: TrainConfig, together: int = 1) -> str:
    """The key that speeds are stored under."""
    return f"{config.architecture} {config.precision}" + (f" {together}{AT_A_TIME}" if together > 1 else "")


def _path(store: RunStore):
    return store.root / ".speed.json"


def _read(store: RunStore) -> dict:
    try:
        return msgspec.json.decode(_path(store).read_bytes(), type=dict[str, dict[str, Rate]])
    except (OSError, ValueError, RecursionError):  # never measured, or damaged: will be measured again
        return {}
