"""The mean of several runs' weights as a run of its own."""

import numpy as np

from fer.errors import FerError
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training import tensorboard
from fer.training.card import recipe
from fer.training.export import keras_file
from fer.training.export.keras_file import save_keras


def average(runs: list[Run], name: str | None = None) -> Run:
    """A new run whose weights are the mean of other runs' weights (model soups, arXiv 2203.05482).

    It helps where the runs come from one another (`start_from`): their weights lie in one valley.

    Raises:
        FerError: for fewer than two runs, or runs whose weights do not fit each other.
    """
    if len(runs) < 2:
        raise FerError("An average needs at least two runs.")
    last, members = runs[-1], [keras_file.load(run) for run in runs]
    network, weights = members[-1], [member.get_weights() for member in members]
    if any([part.shape for part in other] != [part.shape for part in weights[-1]] for other in weights):
        raise FerError(f"The weights of {', '.join(run.id for run in runs)} do not fit each other.")
    if not last.card:
        raise FerError(f"Run {last.id!r} has no card yet; finish its training first.")
    for run in runs:
        if run.card and run.labels != last.labels:
            raise FerError(f"{run.id} answers {', '.join(run.labels)}, but {last.id} {', '.join(last.labels)}.")
        if run.card and run.card["data"]["fingerprint"] != last.card["data"]["fingerprint"]:
            mine, theirs = run.card["data"]["name"], last.card["data"]["name"]
            raise FerError(
                f"{run.id} was trained on {mine}, but {last.id} on {theirs}, or on other splits of it: a mean of both "
                "would be judged on images that one of them may have been trained on."
            )
    network.set_weights([np.mean(parts, axis=0) for parts in zip(*weights, strict=True)])
    run = RunStore.around(last).create(last.config, name)
    save_keras(network, run)
    entries = [entry for member in runs for entry in member.history]
    run.set_history([{**entry, "epoch": epoch} for epoch, entry in enumerate(entries)])
    tensorboard.write_events(run, last.labels)
    seconds = round(sum(entry["seconds"] for entry in entries), 1)
    told = {"average_of": [recipe(member) for member in runs], "epochs": len(entries), "training_seconds": seconds}
    of_its_own = {"shipped": False, "scores": {}, "exports": {}, "temperature": {}, "threshold": None}
    run.set_card({**last.card, **told, **of_its_own, "best_epoch": None})
    run.set_status("finished")
    return run
