"""A study's plan: the recipe, what varies around it, on which data; it never changes once the study has begun."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fer.architectures import ARCHITECTURES
from fer.data.dataset import Dataset
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.system import records
from fer.system.records import Count, Name, Text
from fer.tuning import space
from fer.tuning.space import Dimension

VERSION = 1  # of a plan; another one is refused
EPOCHS = 6  # of a trial: enough to tell recipes apart, and a tenth of a full training


@dataclass(frozen=True)
class Plan:
    """What all trials of a study share.

    Attributes:
        recipe: as JSON; of full length.
        epochs: of a trial.
        space: the dimensions as texts.
        data, fingerprint: the data set's name and contents; a machine with other data is refused.
        val: validation images; 0 in plans that were made before they were noted.
    """

    recipe: Text
    epochs: Count
    space: tuple[Text, ...]
    data: Name
    fingerprint: Name
    version: Count = VERSION
    val: Count = 0

    @property
    def config(self) -> TrainConfig:
        return TrainConfig.from_json(self.recipe)

    @property
    def dimensions(self) -> list[Dimension]:
        return space.from_texts(self.space, self.config)

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks of its trials."""
        varied = [each.choices for each in self.dimensions if each.name == "architecture"]
        return varied[0] if varied else (self.config.architecture,)

    def trial_config(self, params: Mapping[str, Any]) -> TrainConfig:
        """A trial's recipe: few epochs, a warm-up that is as much shorter, and no look at the test split."""
        recipe = self.config
        warmup = recipe.warmup_epochs * min(1.0, self.epochs / recipe.epochs)
        return replace(
            recipe, **params, epochs=self.epochs, warmup_epochs=round(warmup, 3), patience=0, read_test=False
        )

    def full_config(self, params: Mapping[str, Any]) -> TrainConfig:
        """The recipe of a trial at full length."""
        return replace(self.config, **params, read_test=True)

    def start(self) -> dict[str, Any]:
        """What the recipe itself has in each dimension that holds it: the first trial, to be compared with."""
        recipe = self.config
        return {each.name: getattr(recipe, each.name) for each in self.dimensions if getattr(recipe, each.name) in each}

    def check(self, dataset: Dataset) -> None:
        """Raise FerError unless this is the data that the study is about."""
        if dataset.fingerprint != self.fingerprint:
            raise FerError(
                f"This study is about {self.data} with fingerprint {self.fingerprint[:12]}, but {dataset.name} here "
                f"has {dataset.fingerprint[:12]}. Copy the data set from the machine that started the study."
            )

    def to_json(self) -> str:
        return records.to_json(self)


def make(recipe: TrainConfig, dataset: Dataset, dimensions: list[Dimension], *, epochs: int = EPOCHS) -> Plan:
    """A plan.

    Raises:
        FerError: for too many epochs, a data set that leaves nothing to choose by, or shrunk images for a network that
            only takes images of one size.
    """
    if not 1 <= epochs <= recipe.epochs:
        raise FerError(f"A trial must have between 1 and {recipe.epochs} epochs, as the recipe has, got {epochs}.")
    if not len(dataset.val):
        raise FerError(f"{dataset.name} has no validation images, so no recipe can be chosen on it. Add some.")
    texts = tuple(dimension.text for dimension in dimensions)
    plan = Plan(recipe.to_json(), epochs, texts, dataset.name, dataset.fingerprint, val=len(dataset.val))
    if recipe.small_first or any(dimension.name == "small_first" for dimension in dimensions):
        for name in plan.networks:
            if not ARCHITECTURES[name].any_size:
                raise FerError(
                    f"{name} only takes images of one size, so it cannot be searched together with small_first, which "
                    "shrinks them. Leave one of the two out."
                )
    return plan


def from_json(text: str) -> Plan:
    """Raises FerError for a plan of another version, or none."""
    try:
        plan = records.from_json(text, Plan)
    except ValueError as error:
        raise FerError(f"The study's plan cannot be read ({error}). Start a new study.") from error
    if plan.version != VERSION:
        raise FerError(
            f"The study has a plan of version {plan.version}; this program reads {VERSION}. Start a new study."
        )
    return plan
