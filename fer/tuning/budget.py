"""How long a study may search, how many trials that buys on this machine, and how many it should train at a time."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fer.errors import FerError
from fer.runs import expectations, speed
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from fer.system.memory import free_memory
from fer.system.pool import CORES
from fer.tuning.plan import Plan

UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "hours": 3600, "d": 86400, "days": 86400}
LONGEST = 30 * 86400
BUILD_SECONDS = 5.0  # to build and compile a network, once a trial; TensorFlow itself starts once a worker
MOST = 16  # workers of a study on one machine
WORKER_BYTES = 2_000_000_000  # of memory; with FER2013 and vgg_small 1.2 billion, with larger networks more
GPU = Path("/dev/nvidia0")


def seconds_of(text: str) -> float:
    """The seconds in a text such as 2h, 90min or 1.5 hours. Raises FerError for any other."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", text.lower())
    if not found or found[2] not in UNITS:
        raise FerError(f"A budget must be a number with a unit, such as 90min or 2h, got {text!r}.")
    seconds = float(found[1]) * UNITS[found[2]]
    if not 0 < seconds <= LONGEST:
        raise FerError(f"A budget must be more than 0 and at most 30 days, got {text!r}.")
    return seconds


def fitting() -> int:
    """How many workers this machine has cores and memory for; a GPU is not shared."""
    if GPU.exists():
        return 1
    free = free_memory()
    return max(1, min(MOST, CORES, MOST if free is None else free // WORKER_BYTES))


def proposed_workers(store: RunStore, recipe: TrainConfig, networks: Sequence[str]) -> int:
    """How many trials get most done on this machine, side by side: one for each core, as far as memory reaches, or one
    after another if that has been measured to be faster here."""
    most = fitting()
    configs = [replace(recipe, architecture=name) for name in networks]
    alone = [speed.rates(store, config).get("train") for config in configs]
    shared = [speed.rates(store, config, most).get("train") for config in configs]
    if None in alone or None in shared:
        return most
    return most if sum(1 / rate for rate in shared if rate) / most <= sum(1 / rate for rate in alone if rate) else 1


def trial_seconds(store: RunStore, config: TrainConfig, *, train: int, val: int, workers: int = 1) -> float | None:
    """Estimated seconds of a trial that is not pruned; None if the network's speed is unknown everywhere.

    Args:
        config: of a trial.
        train, val: images in each split.
        workers: that share the machine. Where their speed was not measured, all together are assumed to be as fast as
            one alone.
    """
    for together in dict.fromkeys((workers, 1)):
        rates = speed.rates(store, config, together)
        if {"train", "validate"} <= rates.keys():
            epoch = train / rates["train"] + val / rates["validate"]
            return workers / together * (BUILD_SECONDS + config.epochs * epoch)
    expected = expectations.time(store, config, train=train, val=val, test=0)
    return workers * expected.seconds if expected else None


def typical_seconds(store: RunStore, plan: Plan, *, train: int, val: int, workers: int = 1) -> float | None:
    """The same for a trial of a plan, on average over its networks."""
    configs = [plan.trial_config({"architecture": name}) for name in plan.networks]
    each = [trial_seconds(store, config, train=train, val=val, workers=workers) for config in configs]
    known = [seconds for seconds in each if seconds is not None]
    return sum(known) / len(known) if len(known) == len(each) else None


def trials_in(seconds: float, per_trial: float | None) -> int | None:
    """The full-length trials that fit; None if their speed is unknown. Pruning makes room for more."""
    return None if per_trial is None else max(1, round(seconds / per_trial))
