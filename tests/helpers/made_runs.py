"""Runs that look as if they were trained."""

from fer.data.labels import EMOTIONS
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore


def finished(store: RunStore, name: str, **card) -> Run:
    """A run that looks as if it could answer."""
    run = store.create(TrainConfig(), name)
    run.tflite_path.write_bytes(b"x")
    run.set_card({"labels": list(EMOTIONS), "scores": {}, **card})
    return run
