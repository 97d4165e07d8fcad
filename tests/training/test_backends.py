"""The same loop on every Keras backend that is installed."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from fer.data.labels import EMOTIONS
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
import keras
from fer.runs import stop
from fer.runs.run import Run
from fer.training import worker
run = Run(sys.argv[1])
assert worker.train(run, on_epoch=lambda epoch: stop.ask(run)) is False, "the stop was not heard"
assert worker.train(run) is True
print(keras.backend.backend(), run.card.backend, run.status.state)
"""


@pytest.mark.parametrize(
    ("backend", "precision"), [("jax", "float32"), ("torch", "float32"), ("torch", "bfloat16"), ("jax", "bfloat16")]
)
def test_a_training_can_be_stopped_and_finished_on(backend, precision, small_npz, tmp_path):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    recipe = {"architecture": "mini_xception", "epochs": 2, "batch_size": 16, "mixup": 0.2, "class_weights": True}
    recipe |= {"cutmix": 1.0, "sam": 0.05, "jpeg": 30, "oversample": 0.5, "logit_adjustment": 0.5}
    run = RunStore(tmp_path).create(TrainConfig(data=str(small_npz), precision=precision, **recipe), "run")
    command = [sys.executable, "-c", SCRIPT, str(run.path)]
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [backend, backend, "finished"]
    assert run.model_path.is_file() and len(run.history) == 2 and run.card.labels == EMOTIONS
