"""A lesson as a run like any other: Predict, Live, Evaluate and Models use it at once."""

import io
import os
import platform
import time
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version

import numpy as np

from fer.errors import FerError
from fer.evaluation import metrics
from fer.evaluation.report import Report
from fer.runs.card import Card, Machine, Score, Source, TrainingData
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.state import Status
from fer.runs.store import RunStore
from fer.system import processor
from fer.system.files import write_atomically
from fer.teaching.lesson import Lesson
from fer.teaching.network import with_head

DATA = "recorded"  # what the card calls faces recorded on Teach
PACKAGES = ("numpy", "ai-edge-litert")


def keep(store: RunStore, source: Run, lesson: Lesson, name: str) -> Run:
    """A new run from the source's network with the lesson's head. No face is stored, nor its features.

    Raises:
        FerError: if the name is taken or no plain file name, or the lesson belongs to another network.
    """
    content = with_head(source, lesson.kernel, lesson.bias)
    config = TrainConfig(data="", architecture=source.config.architecture, start_from=source.id)
    with store.making(config, name) as run:
        write_atomically(run.tflite_path, content)
        head = io.BytesIO()
        np.savez(head, kernel=lesson.kernel, bias=lesson.bias)
        write_atomically(run.head_path, head.getvalue())
        run.card = card(source, lesson, len(content))
    run.status = Status("finished", f"Taught on {source.id}.")
    return run


def head_of(run: Run) -> tuple[np.ndarray, np.ndarray] | None:
    """Kernel and bias of a run that was taught, else None."""
    path = run.head_path
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return arrays["kernel"], arrays["bias"]
    except Exception as error:  # NumPy raises all kinds of errors on damaged files
        raise FerError(f"{path} is damaged. Teach the classes again.") from error


def card(source: Run, lesson: Lesson, size: int) -> Card:
    """The run's card; `size` is that of its model.tflite in bytes."""
    old, recordings = source.card, lesson.recordings
    numbers = recordings.features.tobytes() + recordings.classes.tobytes() + recordings.takes.tobytes()
    weights = lesson.kernel.size + lesson.bias.size
    return Card(
        labels=lesson.labels,
        architecture=old.architecture,
        parameters=old.parameters + weights - len(old.labels) * (lesson.kernel.shape[1] + 1),
        data=TrainingData(DATA, DATA, sha256(numbers).hexdigest(), len(recordings.classes), 0, 0),
        precision="float32",
        backend="numpy",
        versions={"python": platform.python_version(), **{package: version(package) for package in PACKAGES}},
        machine=Machine(platform.system(), processor.name(), os.cpu_count()),
        finished=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        started_from=Source(source.id, len(source.history), asdict(source.config)),
        scores=(score(lesson),) if lesson.judgement else (),
        macs=old.macs,
        bytes=size,
        ms=old.ms,
        ms_on=old.ms_on,
    )


def score(lesson: Lesson) -> Score:
    """The cross-validated score of a lesson with a judgement; its interval counts takes, not frames."""
    judged = lesson.judgement
    assert judged is not None
    n = len(judged.targets)
    report = Report(
        "", DATA, "val", False, lesson.labels, np.arange(n), judged.targets, judged.probabilities, np.zeros(n, bool), ""
    )
    recall = metrics.per_class(judged.confusion)["recall"].tolist()
    return Score(
        dataset=DATA,
        split="val",
        tta=False,
        n=n,
        accuracy=judged.accuracy,
        interval=judged.interval,
        leak_free_n=n,
        leak_free_accuracy=judged.accuracy,
        leak_free_interval=judged.interval,
        balanced_accuracy=judged.accuracy,
        macro_f1=report.macro_f1,
        log_loss=report.log_loss,
        calibration_error=report.calibration_error,
        recall=dict(zip(lesson.labels, recall, strict=True)),
    )
