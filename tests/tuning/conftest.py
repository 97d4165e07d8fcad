"""Studies of the tiny network on 35 images: a trial takes about a second."""

import pytest

from fer.data.catalog import open_dataset
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from fer.tuning import plan, space, study
from fer.tuning.study import Budget, Study


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "models")


@pytest.fixture
def begin(store, small_npz, tiny_architecture):
    """A function that begins a study of the tiny network, with trials of 2 epochs."""

    def begin(
        *texts: str, name: str = "first", trials: int = 3, seconds: float = 0.0, epochs: int = 2, **settings
    ) -> Study:
        common = {"architecture": "tiny", "batch_size": 8, "precision": "float32", "epochs": 3, "warmup_epochs": 1.0}
        config = TrainConfig(**({"data": str(small_npz), "seed": 1, **common} | settings))
        recipe, dimensions = space.space(texts or ["learning_rate"], config, only=True)
        made = plan.make(recipe, open_dataset(config.data), dimensions, epochs=epochs)
        study.create(store, name, made, Budget(trials, seconds))
        return study.open_study(store, name)

    return begin
