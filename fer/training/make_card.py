"""A finished run's card: everything needed to verify and reproduce its results."""

import os
import platform
from importlib.metadata import version

import keras

from fer.data.dataset import SPLITS, Dataset
from fer.runs.card import Card, Machine, TrainingData
from fer.runs.config import TrainConfig
from fer.runs.members import source
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.system import processor
from fer.system.text import now
from fer.training import balance
from fer.training.distillation import teachers

PACKAGES = ("keras", "numpy", "ai-edge-litert")


def make_card(run: Run, dataset: Dataset, *, parameters: int, precision: str, position) -> Card:
    """The card, without scores.

    Args:
        parameters: number of weights, trainable or not.
        precision: of the training.
        position: the training's final `Position`.
    """
    config, store = run.config, RunStore.around(run)
    return Card(
        labels=dataset.labels,
        architecture=config.architecture,
        parameters=parameters,
        data=data_of(dataset, classes=config.classes, ferplus=config.ferplus),
        seed=config.seed,
        epochs=position.epoch,
        best_epoch=position.best_epoch + 1,
        training_seconds=round(position.seconds, 1),
        precision=precision,
        backend=keras.backend.backend(),
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            **_backend_version(),
        },
        machine=Machine(platform.system(), processor.name(), os.cpu_count()),
        finished=now(),
        started_from=source(store[config.start_from]) if config.start_from else None,
        teachers=tuple(source(teacher) for teacher in teachers(store, config)),
        prior=prior(dataset, config),
    )


def prior(dataset: Dataset, config: TrainConfig) -> tuple[float, ...]:
    """The class prior that the network learned: the mean training target, as weighted in its loss and without the part
    for which that was adjusted; empty if a class has none."""
    if not dataset.train.targets.any(axis=0).all():
        return ()
    mean = balance.mean_target(dataset.train, config, weighted=config.class_weights)
    learned = mean / balance.mean_target(dataset.train, config) ** config.logit_adjustment
    shares = tuple(round(float(share), 6) for share in learned / learned.sum())
    return shares if min(shares) > 0 else ()


def data_of(dataset: Dataset, *, classes: str = "", ferplus: float = 0.0) -> TrainingData:
    """The card's entry on the data."""
    counts = {split: len(dataset.split(split)) for split in SPLITS}
    return TrainingData(
        dataset.name,
        dataset.format,
        dataset.fingerprint,
        **counts,
        carved=tuple(dataset.carved),
        classes=classes,
        ferplus=ferplus,
    )


def _backend_version() -> dict[str, str]:
    name = keras.backend.backend()
    return {name: str(__import__(name).__version__)}  # PyTorch's is of a class of its own, which is no JSON
