"""The data set of a run, with its classes and its carved splits."""

from pathlib import Path

from fer.data.catalog import open_dataset
from fer.data.dataset import Dataset
from fer.runs.run import Run


def data_for(run: Run, name: str, *, voted: bool = False) -> Dataset:
    """A data set with the classes and the carved splits that the run was, or is to be, trained with; where it is to be
    `voted`, with the FER+ votes of its recipe in the training targets."""
    config = run.config
    ferplus = config.ferplus if voted else 0.0
    return open_dataset(name, ferplus=ferplus, ferplus_as=config.ferplus_as, seed=config.seed, classes=config.classes)


def source_of(run: Run, dataset: str) -> str:
    """Where a data set may be opened: the path that the run was trained from, if that is the one, or its name."""
    return run.config.data if Path(run.config.data).stem == dataset else dataset
