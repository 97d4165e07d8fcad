"""What to expect of a recipe before it is trained: its time and its accuracy, from what runs have measured."""

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Literal

from fer.data.catalog import short_name
from fer.runs import speed
from fer.runs.cached import version
from fer.runs.card import Card, Machine, Score
from fer.runs.config import TrainConfig
from fer.runs.damage import damage
from fer.runs.history import ordinary_seconds
from fer.runs.run import CONFIG, HISTORY, Run, card_of
from fer.runs.store import RunStore

INCIDENTAL = {"data", "seed", "split_seed", "precision", "devices", "read_test"}  # settings that make no other recipe


@dataclass(frozen=True)
class Time:
    """Expected seconds of a training.

    Attributes:
        source: measured: with this network on this machine; scaled: with another network on this machine, and both
            networks' speeds elsewhere; elsewhere: with this network on `machine`.
    """

    seconds: float
    source: Literal["measured", "scaled", "elsewhere"]
    machine: str = ""


@dataclass(frozen=True)
class Accuracy:
    """The accuracy of a finished run on the same data: of the same recipe, or at least of the same network."""

    run: str
    score: Score
    is_same_recipe: bool


def time(store: RunStore, config: TrainConfig, *, train: int, val: int, test: int) -> Time | None:
    """The expected time; None if neither this machine nor a card knows the network's speed.

    Args:
        train, val, test: images in each split.
    """
    measured = speed.estimate(store, config, train=train, val=val, test=test)
    if measured is not None:
        return Time(measured, "measured")
    rates = _rates(store)
    if config.architecture not in rates:
        return None
    rate, machine = rates[config.architecture]
    seconds = speed.cost(config) * config.epochs * train / rate
    here = {name.split()[0]: known["train"] for name, known in speed.all_rates(store).items() if "train" in known}
    if ratios := [rates[name][0] / known for name, known in here.items() if name in rates]:
        return Time(speed.START_SECONDS + seconds * sum(ratios) / len(ratios), "scaled")
    return Time(
        speed.START_SECONDS + seconds,
        "elsewhere",
        f"{machine.processor}, {machine.cores} cores" if machine else "another machine",
    )


def accuracy(store: RunStore, config: TrainConfig) -> Accuracy | None:
    """What the same recipe reached on the same data, else the best that the same network did; None if unknown."""
    found = []
    for run, card in _cards(store):
        score = card.test_score or card.score("val")
        is_same_data = card.data.name == short_name(config.data) and card.data.classes == config.classes
        if score and is_same_data and card.architecture == config.architecture:
            found.append(Accuracy(run.id, score, _recipe(run.config) == _recipe(config)))
    same = [one for one in found if one.is_same_recipe]
    return max(same or found, key=lambda one: one.score.accuracy, default=None)


def _cards(store: RunStore) -> list[tuple[Run, Card]]:
    """The finished runs that were trained by this program."""
    intact = [(run, card_of(run)) for run in store if not damage(run)]
    return [(run, card) for run, card in intact if card and not card.imported and card.epochs]


def _rates(store: RunStore) -> dict[str, tuple[float, Machine | None]]:
    """Images per second of each network on whole images, validation included, and where that was."""
    known: dict[str, tuple[float, Machine | None]] = {}
    for run, card in _cards(store):
        rate = _rate(run, card)
        if rate > known.get(card.architecture, (0.0, None))[0]:
            known[card.architecture] = rate, card.machine
    return known


def _rate(run: Run, card: Card) -> float:
    """Of the fastest epoch, which was disturbed least by other work; without a history, of the whole training."""
    config = run.config
    if fastest := _fastest(run.path, version(run.path / HISTORY), version(run.path / CONFIG)):
        return (speed.SAM_COST if config.sam else 1.0) * card.data.train / fastest
    seconds = card.training_seconds
    return speed.cost(config) * card.epochs * card.data.train / seconds if seconds else 0.0


@lru_cache(maxsize=512)
def _fastest(path: Path, *_) -> float:
    """Seconds of the fastest epoch, as if on whole images; 0 if there is none. Read once per version of the files."""
    run = Run(path)
    whole = run.history[run.config.frozen_epochs :]  # frozen epochs are fast, and the first one is slow
    return min(filter(None, ordinary_seconds(whole, run.config.small_epochs)), default=0.0)


def _recipe(config: TrainConfig) -> dict:
    return {item.name: getattr(config, item.name) for item in fields(config) if item.name not in INCIDENTAL}
