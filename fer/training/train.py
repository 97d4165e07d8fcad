"""A training from Python: what `python -m fer train` does, without the command line."""

from collections.abc import Callable

from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.state import Epoch
from fer.runs.store import RunStore
from fer.training import worker


def train(
    config: TrainConfig,
    *,
    name: str | None = None,
    store: RunStore | None = None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Run:
    """Train a network in this process, export it, and judge it on the validation and the test split.

    Args:
        name: of the run; None: the architecture and the time.
        store: where it is kept; None: the default models folder.
        on_epoch: called after every epoch with its losses, accuracies and confusion matrix on the validation split.

    Returns:
        the finished run: `history`, `card.scores`, `model_path` (Keras) and `tflite_path` (LiteRT).

    Raises:
        FerError: for data or settings that cannot work, or a name that is taken.
        KeyboardInterrupt: where it is interrupted; `python -m fer train --resume NAME` continues from its last epoch.
    """
    run = (store or RunStore()).create(config, name)
    worker.train(run, on_epoch=on_epoch)
    return run
