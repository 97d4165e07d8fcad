"""Training from Python: the same as `python -m fer train`, without the command line."""

from collections.abc import Callable

from fer.errors import extra
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.state import Epoch
from fer.runs.store import RunStore


def train(
    config: TrainConfig,
    *,
    name: str | None = None,
    store: RunStore | None = None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Run:
    """Train a network in this process, export it, and evaluate it on the validation split and, with `read_test`, on the
    test split. On JAX or PyTorch, `python -m fer export NAME` does the last two later, where TensorFlow is installed.

    Args:
        name: of the run; default: the architecture and the time.
        store: where to save it; default: the models folder.
        on_epoch: called after every epoch with its losses, accuracies and confusion matrix on the validation split.

    Returns:
        the finished run: `history`, `card.scores`, `model_path` (Keras) and `tflite_path` (LiteRT).

    Raises:
        FerError: for unusable data or settings, or a name that is taken.
        KeyboardInterrupt: if interrupted; `python -m fer train --resume NAME` continues from the last epoch.
    """
    with extra("train", "Training"):
        from fer.training import worker
    run = (store or RunStore()).create(config, name)
    worker.train(run, on_epoch=on_epoch)
    return run
