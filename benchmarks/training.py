"""How fast vgg_small trains here, beside the same network in PyTorch and beside the classic Keras tutorial.

    python benchmarks/training.py --torch-python PATH/TO/torch-environment/bin/python

PyTorch lives in an environment of its own, since the project does not need it:

    python -m venv torch-environment
    torch-environment/bin/pip install torch==2.13.0 numpy --extra-index-url https://download.pytorch.org/whl/cpu

Without `--torch-python` PyTorch's two rows are left out. Every contender runs in a fresh process, in turns (A B C D
A B C D ...), and a ratio is taken within one round. All train on the same random images of FER2013's shape, batch 64,
and time only the steps after the warm-up. The machine must be idle: beside other busy processes
PyTorch lost far more than TensorFlow did, which flatters us.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fer.system import processor  # noqa: E402

BATCH = 64
CLASSES = 7
WIDTHS = (32, 64, 128, 256)
BARS = {"pytorch": 1.0, "pytorch-unaugmented": 1.0, "classic": 4.0}
TITLES = {
    "ours": "fer.training.Training, bfloat16, augmented",
    "pytorch": "PyTorch bfloat16 channels-last, augmented",
    "pytorch-unaugmented": "PyTorch bfloat16 channels-last, no augmentation",
    "classic": "Keras float32 fit, ImageDataGenerator",
}


class Clock:
    """Notes the end of every step of `warmup` that do not count and `steps` that do."""

    def __init__(self, warmup: int, steps: int):
        self.warmup, self.steps, self.images, self.ends = warmup, steps, (warmup + steps) * BATCH, []

    def tick(self, *_, **__) -> None:
        self.ends.append(time.perf_counter())

    @property
    def images_per_second(self) -> float:
        return self.steps * BATCH / (self.ends[-1] - self.ends[self.warmup - 1])


def random_faces(count: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (count, 48, 48) and int64 labels (count,), always the same."""
    random = np.random.default_rng(0)
    return random.integers(0, 256, (count, 48, 48), np.uint8), random.integers(0, CLASSES, count)


def ours(clock: Clock) -> dict[str, str]:
    """One epoch of the project's own training, with everything it does between batches."""
    import keras
    import tensorflow as tf

    from fer.data.dataset import Rows, assemble
    from fer.runs.config import TrainConfig
    from fer.runs.store import RunStore
    from fer.training.loop import Training

    images, labels = random_faces(clock.images + 2)
    usage = np.array([0] * clock.images + [1, 2])  # one image to validate on: an epoch cannot do without
    dataset = assemble(Rows.of(images, labels, usage), name="random", source="benchmark", format="synthetic")
    config = TrainConfig(architecture="vgg_small", batch_size=BATCH, precision="bfloat16", epochs=1)
    with tempfile.TemporaryDirectory() as folder:
        Training(RunStore(Path(folder)).create(config), dataset, on_batch=clock.tick).run_to_end()
    return {"keras": keras.__version__, "tensorflow": tf.__version__}


def classic(clock: Clock) -> dict[str, str]:
    """What the field's tutorials do: float32, Adam, `fit`, and SciPy turning one image after another."""
    import keras
    import tensorflow as tf
    from keras import layers

    images, labels = random_faces(clock.images)
    network = keras.Sequential([keras.Input((48, 48, 1))])
    for width in WIDTHS:
        for _ in range(2):
            network.add(layers.Conv2D(width, 3, padding="same", use_bias=False))
            network.add(layers.BatchNormalization())
            network.add(layers.ReLU())
        if width < WIDTHS[-1]:
            network.add(layers.MaxPooling2D())
    for layer in (layers.GlobalAveragePooling2D(), layers.Dropout(0.4), layers.Dense(CLASSES, activation="softmax")):
        network.add(layer)
    network.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    moves = {"rotation_range": 12, "width_shift_range": 0.1, "height_shift_range": 0.1, "zoom_range": 0.2}
    generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255, horizontal_flip=True, **moves)
    flow = generator.flow(images[..., None], keras.utils.to_categorical(labels, CLASSES), batch_size=BATCH, seed=0)
    network.fit(flow, epochs=1, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=clock.tick)])
    return {"keras": keras.__version__, "tensorflow": tf.__version__}


def pytorch(clock: Clock, augmented: bool = True) -> dict[str, str]:
    """The same recipe by PyTorch's common practice; the fused SGD is the fastest of its three."""
    import torch
    from torch.nn import functional
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    torch.manual_seed(0)
    torch.set_num_threads(os.cpu_count() or 1)
    network = torch_network().to(memory_format=torch.channels_last).train()
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.999), use_buffers=True)
    settings = {"momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}
    optimizer = torch.optim.SGD(network.parameters(), 0.01, fused=True, **settings)
    images, labels = (torch.from_numpy(array) for array in random_faces(clock.images))
    for step, index in enumerate(torch.randperm(len(images)).split(BATCH)):
        pixels, target = images[index][:, None].float() / 127.5 - 1, labels[index]
        if augmented:
            pixels = torch_augment(pixels)
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(pixels)
        loss = functional.cross_entropy(logits.float(), target, label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        if step % 4 == 3:
            average.update_parameters(network)
        loss.item(), (logits.argmax(1) == target).float().mean().item()
        clock.tick()
    return {"torch": torch.__version__}


def torch_network():
    """vgg_small's layers as a torch.nn.Sequential."""
    from torch import nn

    layers, channels = [], 1
    for width in WIDTHS:
        for _ in range(2):
            convolution = nn.Conv2d(channels, width, 3, padding=1, bias=False)
            layers += [convolution, nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            channels = width
        if width < WIDTHS[-1]:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(channels, CLASSES))


def torch_augment(pixels):
    """Turn, resize, move, mirror, relight and erase a float32 (N, 1, H, W) batch in -1..1, all images at once."""
    import torch
    from torch.nn import functional

    def uniform(limit, *shape):
        return (torch.rand(n, *shape) * 2 - 1) * limit

    n, _, size, _ = pixels.shape
    angle, zoom = uniform(12 * np.pi / 180), 1 + uniform(0.2)
    mirror = torch.randint(0, 2, (n,)) * 2.0 - 1
    cosine, sine = torch.cos(angle) / zoom, torch.sin(angle) / zoom
    shift = 2 * 5 / 48  # 5 pixels, where a side is 2 long
    rows = (cosine * mirror, -sine, uniform(shift)), (sine * mirror, cosine, uniform(shift))
    transform = torch.stack([torch.stack(row, 1) for row in rows], 1)
    grid = functional.affine_grid(transform, pixels.shape, align_corners=False)
    pixels = functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    pixels = (pixels * (1 + uniform(0.2, 1, 1, 1)) + uniform(0.2, 1, 1, 1)).clamp(-1, 1)
    sides = torch.randint(4, 19, (2, n))
    starts = (torch.rand(2, n) * (size - sides + 1)).long()
    place = torch.arange(size)
    inside = (place >= starts[..., None]) & (place < (starts + sides)[..., None])
    box = inside[0][:, :, None] & inside[1][:, None, :] & (torch.rand(n, 1, 1) < 0.5)
    return torch.where(box[:, None], uniform(1.0, 1, 1, 1), pixels)


CONTENDERS = {
    "ours": ours,
    "pytorch": pytorch,
    "pytorch-unaugmented": partial(pytorch, augmented=False),  # the strictest comparison
    "classic": classic,
}


def measure(name: str, arguments: argparse.Namespace) -> dict:
    """Run one contender in a fresh process. Returns its images_per_second and versions."""
    python = arguments.torch_python if name.startswith("pytorch") else sys.executable
    command = [python, __file__, "--only", name, f"--steps={arguments.steps}", f"--warmup={arguments.warmup}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def spread(values: list[float], digits: int) -> str:
    return " / ".join(f"{value:.{digits}f}" for value in (min(values), float(np.median(values)), max(values)))


def report(rounds: list[dict[str, dict]]) -> None:
    """Print a row a contender, and what it was measured with."""
    print(f"\n{'contender':50}{'images/s min / median / max':>30}{'ours/it min / median / max':>30}{'bar':>6}")
    for name, title in TITLES.items():
        if name not in rounds[0]:
            print(f"{title:50}{'left out: no --torch-python':>30}")
            continue
        speeds = [one[name]["images_per_second"] for one in rounds]
        ratios = [one["ours"]["images_per_second"] / speed for one, speed in zip(rounds, speeds, strict=True)]
        bar = f"{BARS[name]:.1f}" if name in BARS else ""
        print(f"{title:50}{spread(speeds, 0):>30}{spread(ratios, 2) if bar else '':>30}{bar:>6}")
    versions = {key: value for one in rounds[0].values() for key, value in one["versions"].items()}
    print(
        f"\n{processor.name()}, {os.cpu_count()} cores; "
        + ", ".join(f"{key} {value}" for key, value in versions.items())
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100, help="timed steps a contender and round (100)")
    parser.add_argument("--warmup", type=int, default=10, help="steps before them, not timed (10)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of every contender (5)")
    parser.add_argument("--torch-python", type=Path, help="interpreter of the environment that has PyTorch")
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)  # how a contender's process is started
    arguments = parser.parse_args()
    if min(arguments.steps, arguments.warmup, arguments.rounds) < 1:
        parser.error("--steps, --warmup and --rounds must be at least 1")
    if arguments.only:
        clock = Clock(arguments.warmup, arguments.steps)
        versions = CONTENDERS[arguments.only](clock)
        print(json.dumps({"images_per_second": clock.images_per_second, "versions": versions}))
        return
    names = [name for name in CONTENDERS if arguments.torch_python or not name.startswith("pytorch")]
    if hasattr(os, "getloadavg"):  # Windows has none
        print(f"load before: {os.getloadavg()[0]:.1f} (below 0.3: idle)")
    rounds = []
    for number in range(arguments.rounds):
        rounds.append({name: measure(name, arguments) for name in names})
        speeds = ", ".join(f"{name} {one['images_per_second']:.0f}" for name, one in rounds[-1].items())
        print(f"round {number + 1}/{arguments.rounds}, images/s: {speeds}", flush=True)
    report(rounds)


if __name__ == "__main__":
    main()
