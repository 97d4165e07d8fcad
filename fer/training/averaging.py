"""Weight averaging: a new run from the mean of several runs' weights."""

from dataclasses import replace

import numpy as np

from fer.errors import FerError
from fer.runs.members import require_shared, source
from fer.runs.run import Run
from fer.runs.state import Status
from fer.runs.store import RunStore
from fer.training import tensorboard
from fer.training.export import keras_file
from fer.training.export.keras_file import save_keras
from fer.training.fitting import UNFITTED


def average(runs: list[Run], name: str | None = None) -> Run:
    """A new run whose weights are the mean of other runs' weights (model soups, arXiv 2203.05482).

    It helps if the runs are derived from one another (`start_from`), so that they share one loss basin.

    Raises:
        FerError: for fewer than two runs, or runs with incompatible weights, labels or data.
    """
    if len(runs) < 2:
        raise FerError(f"An average needs at least two runs, got {len(runs)}.")
    last, members = runs[-1], [keras_file.load(run) for run in runs]
    network, weights = members[-1], [member.get_weights() for member in members]
    if any([part.shape for part in other] != [part.shape for part in weights[-1]] for other in weights):
        raise FerError(
            f"The weights of {', '.join(run.id for run in runs)} have different shapes. Average runs of one network."
        )
    require_shared(runs, "average")
    network.set_weights([np.mean(parts, axis=0) for parts in zip(*weights, strict=True)])
    with RunStore.around(last).making(last.config, name) as run:
        save_keras(network, run)
        run.labels = last.labels
        epochs = [epoch for member in runs for epoch in member.history]
        run.history = [replace(epoch, epoch=i) for i, epoch in enumerate(epochs)]
        tensorboard.write_events(run, last.labels)
        run.card = replace(
            last.card,
            average_of=tuple(source(member) for member in runs),
            epochs=len(epochs),
            best_epoch=None,
            training_seconds=round(sum(epoch.seconds for epoch in epochs), 1),
            scores=(),
            exports={},
            **UNFITTED,
            shipped=False,
        )
    run.status = Status("finished")
    return run
