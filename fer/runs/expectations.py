"""What to expect of a recipe before it is trained: its time and its accuracy, from what runs have measured."""

from dataclasses import dataclass, fields
from typing import Literal

from fer.data.catalog import short_name
from fer.runs import speed
from fer.runs.card import Card, Score
from fer.runs.config import TrainConfig
from fer.runs.damage import damage
from fer.runs.run import Run, card_of
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
    cards = _fastest(store)
    card = cards.get(config.architecture)
    if card is None:
        return None
    seconds = speed.cost(config) * config.epochs * train / _rate(card)
    here = {name.split()[0]: rates["train"] for name, rates in speed.all_rates(store).items() if "train" in rates}
    if known := [_rate(cards[name]) / rate for name, rate in here.items() if name in cards]:
        return Time(speed.START_SECONDS + seconds * sum(known) / len(known), "scaled")
    machine = card.machine
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


def _fastest(store: RunStore) -> dict[str, Card]:
    """The card of the fastest training of each network, which was disturbed least by other work; of ordinary epochs."""
    cards = sorted((card for run, card in _cards(store) if _rate(card) and speed.cost(run.config) == 1), key=_rate)
    return {card.architecture: card for card in cards}


def _rate(card: Card) -> float:
    """Images per second, validation included."""
    return card.epochs * card.data.train / card.training_seconds if card.training_seconds else 0.0


def _recipe(config: TrainConfig) -> dict:
    return {item.name: getattr(config, item.name) for item in fields(config) if item.name not in INCIDENTAL}
