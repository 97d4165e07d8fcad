"""Facial emotion recognition: recognize emotions in faces, train models and evaluate them.

    EmotionReader   recognizes emotions in a photo                (fer/inference/reader.py)
    read_video      the same for a video; annotate_video draws it (fer/video/annotate.py)
    open_dataset    labelled faces: FER2013, a csv, npz, zip or folder, synthetic (fer/data/catalog.py)
    TrainConfig     all settings of a training run                (fer/runs/config.py)
    train           trains a configuration into a finished Run    (fer/training/train.py)
    evaluate        evaluates a Run on a split, giving a Report   (fer/evaluation/evaluate.py)
    RunStore, Run   trained models on disk                         (fer/runs/)

Everything is imported on first use to keep `import fer` fast; only `train` imports Keras.
"""

from importlib import import_module

__version__ = "0.2.0"  # as in pyproject.toml

TYPE_CHECKING = False  # type checkers take it for True; importing `typing` for it would cost 8 ms
if TYPE_CHECKING:
    from fer.data.catalog import open_dataset
    from fer.data.dataset import Dataset
    from fer.errors import FerError
    from fer.evaluation.evaluate import evaluate
    from fer.evaluation.report import Report
    from fer.inference.prediction import Prediction
    from fer.inference.reader import EmotionReader
    from fer.runs.config import TrainConfig
    from fer.runs.run import Run
    from fer.runs.store import RunStore
    from fer.training.train import train
    from fer.video.annotate import annotate_video, read_video

__all__ = [
    "Dataset",
    "EmotionReader",
    "FerError",
    "Prediction",
    "Report",
    "Run",
    "RunStore",
    "TrainConfig",
    "annotate_video",
    "evaluate",
    "open_dataset",
    "read_video",
    "train",
]

_HOMES = {
    "Dataset": "fer.data.dataset",
    "EmotionReader": "fer.inference.reader",
    "FerError": "fer.errors",
    "Prediction": "fer.inference.prediction",
    "Report": "fer.evaluation.report",
    "Run": "fer.runs.run",
    "RunStore": "fer.runs.store",
    "TrainConfig": "fer.runs.config",
    "annotate_video": "fer.video.annotate",
    "evaluate": "fer.evaluation.evaluate",
    "open_dataset": "fer.data.catalog",
    "read_video": "fer.video.annotate",
    "train": "fer.training.train",
}


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fer' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
