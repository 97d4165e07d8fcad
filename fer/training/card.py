"""What a finished run tells of itself, so that its numbers can be believed and made again."""

import os
import platform
import time
from dataclasses import asdict
from importlib.metadata import version

import keras

from fer.data.dataset import Dataset
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.system import processor
from fer.training.distillation import teachers

PACKAGES = ("keras", "numpy", "ai-edge-litert")


def make_card(run: Run, dataset: Dataset, *, parameters: int, precision: str, position) -> dict:
    """The card without its scores.

    Args:
        parameters: the network's weights, trained or not.
        precision: what it was trained in.
        position: the training's `Position` at its end.
    """
    store = RunStore.around(run)
    return {
        "labels": list(dataset.labels),
        "architecture": run.config.architecture,
        "started_from": recipe(store[run.config.start_from]) if run.config.start_from else None,
        "teachers": [recipe(teacher) for teacher in teachers(store, run.config)],
        "parameters": parameters,
        "seed": run.config.seed,
        "epochs": position.epoch,
        "best_epoch": position.best_epoch + 1,
        "training_seconds": round(position.seconds, 1),
        "precision": precision,
        "data": {
            "name": dataset.name,
            "format": dataset.format,
            "fingerprint": dataset.fingerprint,
            "train": len(dataset.train),
            "val": len(dataset.val),
            "test": len(dataset.test),
            "carved": list(dataset.carved),
            "classes": run.config.classes,
            "ferplus": run.config.ferplus,
        },
        "backend": keras.backend.backend(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            **_backend_version(),
        },
        "machine": {"system": platform.system(), "processor": processor.name(), "cores": os.cpu_count()},
        "finished": now(),
        "scores": {},
        "exports": {},
    }


def recipe(run: Run) -> dict:
    """How another run came to be whose weights this one uses, so that the whole way can be gone again."""
    return {"run": run.id, "epochs": len(run.history), "config": asdict(run.config)}


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _backend_version() -> dict[str, str]:
    name = keras.backend.backend()
    return {name: __import__(name).__version__}
