"""Runs: the directory of a trained model or a training, with typed access to its files."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from fer.errors import FORBIDDEN, FerError
from fer.runs import robustness
from fer.runs.cached import read_card, read_config, version
from fer.runs.card import Card, score_key
from fer.runs.config import TrainConfig
from fer.runs.state import Epoch, Labels, Progress, Status
from fer.system.files import damaged, read_bytes, write_atomically
from fer.system.records import read_record, read_records, write_record, write_records

EXPORTS = {"float16": "model-float16.tflite", "int8": "model-int8.tflite", "onnx": "model.onnx"}
CONFIG, CARD, PROGRESS, HISTORY = "config.json", "card.json", "progress.json", "history.jsonl"
STATUS, LABELS, ROBUSTNESS = "status.json", "labels.json", "robustness.json"
EVENTS, LOG = "events.tfevents", "log.txt"


class Run:
    """A training and its results, in a directory.

    Files: `config.json` the recipe; `status.json` the state; `progress.json` training progress; `history.jsonl` one
    line per epoch; `checkpoint.npz` for resuming, `checkpoint-previous.npz` the one before it; `model.keras` the best
    epoch so far; `model.tflite` the same for inference, with other formats in EXPORTS; `card.json` the model card;
    `labels.json` the classes until there is a card; `reports/*.json` evaluations; `robustness.json` accuracy on
    degraded images; `faces.json` what it answers for a few validation faces (see faces.py); `events.tfevents` the
    history for TensorBoard; `log.txt` training output; `export.txt` what an export in the background says;
    `note.txt` the user's note; `stop` a stop request; `lock` held while training or exporting.

    Assigning to a property immediately writes its file atomically.
    """

    def __init__(self, path: Path):
        self.path = Path(path)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def config(self) -> TrainConfig:
        return read_config(*version(self.path / CONFIG))

    def require(self) -> None:
        """Raises FerError if the run was deleted; writing into it would bring its folder back."""
        if not self.path.is_dir():
            raise FerError(f"Run {self.id!r} was deleted meanwhile.")

    @property
    def status(self) -> Status:
        """The last recorded state, its message and its place in the queue."""
        return read_record(self.path / STATUS, Status) or Status()

    @status.setter
    def status(self, status: Status) -> None:
        write_record(self.path / STATUS, replace(status, time=time.time()))

    @property
    def state(self) -> str:
        """The state in `status`, but "lost" if that is training and no process is running."""
        state = self.status.state
        return "lost" if state == "training" and not self.is_held else state

    @property
    def lock(self) -> FileLock:
        """The lock held by the process training this run; the system releases it if the process dies."""
        return FileLock(self.path / "lock")

    @property
    def is_held(self) -> bool:
        """Whether a process is training this run; presumed of another user's run, whose lock cannot be tried."""
        try:
            with self.lock.acquire(blocking=False):
                return False
        except Timeout:
            return True
        except OSError as error:
            return error.errno in FORBIDDEN

    @property
    def progress(self) -> Progress:
        return read_record(self.path / PROGRESS, Progress) or Progress()

    @progress.setter
    def progress(self, progress: Progress) -> None:
        write_record(self.path / PROGRESS, replace(progress, time=time.time(), pid=os.getpid()), durable=False)

    @property
    def card(self) -> Card:
        """Labels, network, data, scores and cost of a finished run; use `card_of` if there may be none yet.

        Raises:
            FerError: if there is none or it is damaged.
        """
        card = card_of(self)
        if card is None:
            raise FerError(f"Run {self.id!r} has no card yet. Finish its training first.")
        return card

    @card.setter
    def card(self, card: Card) -> None:
        write_record(self.path / CARD, card)

    @property
    def history(self) -> list[Epoch]:
        path = self.path / HISTORY
        epochs, classes = read_records(path, Epoch), len(self.labels)
        for number, epoch in enumerate(epochs):
            widths = {len(epoch.val_recall), len(epoch.val_confusion), *map(len, epoch.val_confusion)}
            if epoch.epoch != number or not widths <= {0, classes}:
                raise damaged(path, f"line {number + 1} is not epoch {number} with {classes} classes")
        return epochs

    @history.setter
    def history(self, epochs: list[Epoch]) -> None:
        write_records(self.path / HISTORY, epochs)

    @property
    def robustness(self) -> dict:
        """Results of `benchmarks/robustness.py`: `dataset`, `split`, `fingerprint`, `n`, and `kinds` of degradation
        with accuracy at each strength; empty if never measured."""
        return robustness.read(self.path / ROBUSTNESS)

    @robustness.setter
    def robustness(self, measured: dict) -> None:
        write_atomically(self.path / ROBUSTNESS, json.dumps(measured, indent=2))

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes in output order; before training ends, those of the data."""
        card = card_of(self)
        return card.labels if card else (read_record(self.path / LABELS, Labels) or Labels()).labels

    @labels.setter
    def labels(self, labels: tuple[str, ...]) -> None:
        write_atomically(self.path / LABELS, json.dumps({"labels": labels}))

    @property
    def note(self) -> str:
        """The user's note."""
        return (read_bytes(self.path / "note.txt") or b"").decode(errors="replace").replace("\0", "")

    @note.setter
    def note(self, text: str) -> None:
        self.require()
        write_atomically(self.path / "note.txt", text)

    @property
    def model_path(self) -> Path:
        return self.path / "model.keras"

    @property
    def tflite_path(self) -> Path:
        return self.path / "model.tflite"

    @property
    def head_path(self) -> Path:
        """Of a run that was taught: the head as arrays, from which its other files are built."""
        return self.path / "head.npz"

    @property
    def checkpoint_path(self) -> Path:
        return self.path / "checkpoint.npz"

    @property
    def previous_checkpoint_path(self) -> Path:
        """The checkpoint of the epoch before, for when the newest is damaged."""
        return self.path / "checkpoint-previous.npz"

    @property
    def has_checkpoint(self) -> bool:
        return self.checkpoint_path.is_file() or self.previous_checkpoint_path.is_file()

    @property
    def is_usable(self) -> bool:
        """Whether it can be used for inference: exported, and with an intact card and recipe. Of an ensemble, whether
        all its members can."""
        card = _intact_card(self)
        if card and card.members:
            from fer.runs import members  # which reads runs

            return members.are_usable(self)
        return os.path.isfile(self.tflite_path) and card is not None

    @property
    def is_without_weights(self) -> bool:
        """Whether it has a card but no weights: some networks ship with reports and curves only. Of an ensemble,
        whether a member has none."""
        card, files = _intact_card(self), (self.model_path, self.tflite_path)
        if card and card.members:
            from fer.runs import members

            return members.lack_weights(self)
        return card is not None and not any(map(os.path.isfile, files))

    @property
    def is_shipped(self) -> bool:
        """Whether it ships with the app, and so can't be renamed or deleted."""
        card = _intact_card(self)
        return card is not None and card.shipped

    def report_path(self, dataset: str, split: str, *, tta: bool = False) -> Path:
        return self.path / "reports" / f"{score_key(dataset, split, tta=tta)}.json"


def card_of(run: Run) -> Card | None:
    """A run's card, or None until it is finished. Raises FerError if it is damaged."""
    path = run.path / CARD
    return read_card(*version(path))


def export_path(run: Run, kind: str) -> Path:
    """The path of an export in EXPORTS."""
    return run.path / EXPORTS[kind]


def files_of(run: Run) -> dict[str, Path]:
    """The network's existing files: `keras`, `float32`, and those in EXPORTS listed on the card."""
    files = {"keras": run.model_path, "float32": run.tflite_path}
    card = card_of(run)
    files |= {kind: export_path(run, kind) for kind in EXPORTS if card and kind in card.exports}
    return {kind: path for kind, path in files.items() if os.path.isfile(path)}


def _intact_card(run: Run) -> Card | None:
    try:
        return card_of(run) if run.config else None
    except FerError:
        return None
