"""A batch shared among devices: on JAX, with two simulated ones."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.runs.data import data_for
from fer.runs.store import RunStore
from fer.training import networks, scoring

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
import keras
from fer.runs import stop
from fer.runs.run import Run
from fer.training import worker
seen = []
for run in map(Run, sys.argv[1:]):
    if run.config.devices == "all":
        worker.train(run, on_epoch=lambda epoch: stop.ask(run))
    assert worker.train(run, on_start=lambda training: seen.append(training))
places = [len(training.network.weights[0].value.devices()) for training in seen]
print(json.dumps([places, [training.batch_size for training in seen]]))
"""


@pytest.mark.skipif(find_spec("jax") is None, reason="jax is not installed")
def test_two_devices_give_the_losses_of_one_across_a_stop_and_export_elsewhere(small_npz, tmp_path):
    store = RunStore(tmp_path)
    recipe = TrainConfig(
        data=str(small_npz), architecture="mini_xception", epochs=2, batch_size=18, precision="float32", read_test=False
    )
    one, two = (store.create(replace(recipe, devices=devices), devices) for devices in ("one", "all"))
    simulated = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(one.path), str(two.path)],
        cwd=ROOT,
        env={**os.environ, **simulated, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    places, batches = json.loads(done.stdout.splitlines()[-1])
    assert places == [1, 2] and batches == [18, 18]
    for ours, theirs in zip(one.history, two.history, strict=True):
        assert np.allclose([ours.loss, ours.val_loss], [theirs.loss, theirs.val_loss], rtol=1e-3)
    assert not two.tflite_path.is_file()
    scoring.judge(two, data_for(two, two.config.data), ("val",))  # here, with TensorFlow
    assert two.tflite_path.is_file() and two.card.score("val")


def test_other_backends_say_what_to_install():
    with pytest.raises(FerError, match="KERAS_BACKEND=jax"):
        networks.share_devices(TrainConfig(devices="all"))
