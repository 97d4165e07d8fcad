"""Open data sets with a run's classes and carved splits."""

from dataclasses import replace
from pathlib import Path

from fer.data.catalog import open_dataset, short_name
from fer.data.dataset import Dataset
from fer.runs.config import TrainConfig
from fer.runs.run import Run, card_of


def data_for(run: Run, name: str | Path, *, voted: bool = False) -> Dataset:
    """A data set with the classes and carved splits of the run's recipe; if `voted`, with its FER+ votes in the
    training targets."""
    return dataset_of(replace(run.config, data=str(name)), voted=voted)


def dataset_of(config: TrainConfig, *, voted: bool) -> Dataset:
    """The data of a recipe, as its training uses it; unless `voted`, without its FER+ votes."""
    votes = {"ferplus": config.ferplus if voted else 0.0, "ferplus_as": config.ferplus_as}
    return open_dataset(config.data, **votes, seed=config.split_seed, classes=config.classes)


def source_of(run: Run, dataset: str) -> str:
    """A path or name for opening a data set: the run's own training path if it has that name, else the name."""
    card = card_of(run)
    names = {short_name(run.config.data), card.data.name if card else ""}
    return run.config.data if dataset in names else dataset
