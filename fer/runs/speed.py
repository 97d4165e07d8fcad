"""How fast this machine trains and judges, remembered beside the runs, and how long a recipe will therefore take."""

import json

from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from fer.system.files import write_atomically

START_SECONDS = 10.0  # to start the process, import TensorFlow, open the data and build the network
PASSES = 7  # over val and test at the end: a single pass, and six views with test-time augmentation
KEPT = 0.5  # weight of the newest measurement


def note(store: RunStore, config: TrainConfig, **rates: float) -> None:
    """Remember images a second: `train`, `validate` or `judge`."""
    known = _read(store)
    mine = known.setdefault(key(config), {})
    for name, rate in rates.items():
        mine[name] = rate if name not in mine else (1 - KEPT) * mine[name] + KEPT * rate
    write_atomically(_path(store), json.dumps(known, indent=2))


def rates(store: RunStore, config: TrainConfig) -> dict[str, float]:
    """Images a second of `train`, `validate` and `judge`, as far as they were measured here."""
    return _read(store).get(key(config), {})


def is_known(store: RunStore, config: TrainConfig) -> bool:
    """Whether all was measured that an estimate needs."""
    return {"train", "validate", "judge"} <= rates(store, config).keys()


def estimate(store: RunStore, config: TrainConfig, *, train: int, val: int, test: int) -> float | None:
    """Seconds that a training will take from start to its reports, or None where this machine's speed is unknown.

    Args:
        train, val, test: images in each split.
    """
    if not is_known(store, config):
        return None
    known = rates(store, config)
    epochs = config.epochs * (train / known["train"] + val / known["validate"])
    return START_SECONDS + epochs + PASSES * (val + test) / known["judge"]


def key(config: TrainConfig) -> str:
    """What has a speed of its own."""
    return f"{config.architecture} {config.precision}"


def _path(store: RunStore):
    return store.root / ".speed.json"


def _read(store: RunStore) -> dict:
    try:
        return json.loads(_path(store).read_text())
    except (OSError, ValueError):  # never measured, or damaged: it is measured again
        return {}
