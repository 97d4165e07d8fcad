"""Runs: a trained, or training, model is a directory, and these are the only names of the files in it."""

import json
import time
from pathlib import Path

from filelock import FileLock, Timeout

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.system.files import read_lines, read_object, read_text, write_atomically

TTA = "-tta"  # ends the names of reports that were made with test-time augmentation
EXPORTS = {"float16": "model-float16.tflite", "int8": "model-int8.tflite", "onnx": "model.onnx"}


class Run:
    """One training and what came of it, in a directory.

    `config.json` the recipe; `status.json` the state; `progress.json` where the training is; `history.jsonl` a line an
    epoch; `checkpoint.npz` what a resumed training needs; `model.keras` the best epoch so far; `model.tflite` the same
    for inference, EXPORTS for others; `card.json` what a reader wants to know; `reports/*.json`; `robustness.json` how
    accuracy falls; `events.tfevents` the history for TensorBoard; `log.txt` what was said; `lock` held in training.
    """

    def __init__(self, path: Path):
        self.path = Path(path)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def config(self) -> TrainConfig:
        return TrainConfig.from_json((self.path / "config.json").read_text(errors="replace"))

    @property
    def status(self) -> dict:
        """`state`: created, queued, training, stopped, failed, lost or finished; `message`; `time` in seconds since
        1970; `place` in the queue, lowest first."""
        return self._json("status.json") or {"state": "created", "message": "", "time": 0}

    @property
    def state(self) -> str:
        """As in `status`, but "lost" where that says training and no process does."""
        state = self.status["state"]
        return "lost" if state == "training" and not self.is_held else state

    @property
    def lock(self) -> FileLock:
        """Held by the process that trains this run, and let go by the system when that process dies."""
        return FileLock(self.path / "lock")

    @property
    def is_held(self) -> bool:
        """Whether a process trains this run now."""
        try:
            with self.lock.acquire(blocking=False):
                return False
        except Timeout:
            return True

    @property
    def progress(self) -> dict:
        """`phase`; while training `epoch` and `batch` (from 0), `epochs`, `batches`, `images_per_second`, `loss`,
        `accuracy`, `trace` ([batch, loss, accuracy] of this epoch), `memory` in bytes, `cpu` in cores; `time`."""
        return self._json("progress.json") or {}

    @property
    def card(self) -> dict:
        """Labels, architecture, size, seed, versions, machine, wall time, data and scores; empty until finished."""
        return self._json("card.json") or {}

    @property
    def history(self) -> list[dict]:
        """One entry an epoch."""
        return read_lines(self.history_path)

    @property
    def robustness(self) -> dict:
        """What `benchmarks/robustness.py` measured: `dataset`, `split`, `fingerprint`, `n`, and `kinds` of change with
        accuracy at every strength; empty where it never did."""
        return self._json("robustness.json") or {}

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes in the order of the answers; those of the data even before the training ends."""
        return tuple(self.card.get("labels") or (self._json("labels.json") or {"labels": EMOTIONS})["labels"])

    def set_labels(self, labels: tuple[str, ...]) -> None:
        self._write("labels.json", {"labels": list(labels)})

    def source_of(self, dataset: str) -> str:
        """Where a data set may be opened: the path that this run was trained from, if that is the one, or its name."""
        return self.config.data if Path(self.config.data).stem == dataset else dataset

    def temperature(self, *, tta: bool = False) -> float | None:
        """What its logits are divided by for honest probabilities; fitted on val, None where it never was."""
        return self.card.get("temperature", {}).get(way(tta))

    @property
    def threshold(self) -> float | None:
        """The calibrated confidence below which a single pass is not sure (`calibration.sure_from`), or None."""
        return self.card.get("threshold")

    @property
    def test_score(self) -> dict | None:
        """The summary of the report on the test split of its own data; None where that was never made, and for drawn
        faces, on which no accuracy is a model's accuracy."""
        data = self.card.get("data", {"format": "synthetic"})
        return None if data["format"] == "synthetic" else self.card["scores"].get(f"{data['name']}-test")

    @property
    def history_path(self) -> Path:
        return self.path / "history.jsonl"

    @property
    def model_path(self) -> Path:
        return self.path / "model.keras"

    @property
    def tflite_path(self) -> Path:
        return self.path / "model.tflite"

    @property
    def checkpoint_path(self) -> Path:
        return self.path / "checkpoint.npz"

    @property
    def events_path(self) -> Path:
        return self.path / "events.tfevents"

    def export_path(self, kind: str) -> Path:
        return self.path / EXPORTS[kind]

    @property
    def downloads(self) -> dict[str, Path]:
        """The network's files that are there: `keras`, `float32`, and those of EXPORTS that the card tells of."""
        files = {"keras": self.model_path, "float32": self.tflite_path}
        files |= {kind: self.export_path(kind) for kind in EXPORTS if kind in self.card.get("exports", {})}
        return {kind: path for kind, path in files.items() if path.is_file()}

    @property
    def is_usable(self) -> bool:
        """Whether it can answer: trained, exported, and with a card that is not damaged."""
        return self.tflite_path.is_file() and bool(self._readable_card)

    @property
    def is_without_weights(self) -> bool:
        """Whether it is finished, but only card, reports and curves are here: not every network ships with weights."""
        return bool(self._readable_card) and not (self.model_path.is_file() or self.tflite_path.is_file())

    @property
    def _readable_card(self) -> dict:
        """The card; empty also where it is damaged."""
        try:
            return self.card
        except FerError:
            return {}

    def set_status(self, state: str, message: str = "", **more) -> None:
        self._write("status.json", {"state": state, "message": message, "time": time.time(), **more})

    def set_progress(self, **values) -> None:
        self._write("progress.json", {**values, "time": time.time()})

    def forget_progress(self) -> None:
        (self.path / "progress.json").unlink(missing_ok=True)

    def set_card(self, card: dict) -> None:
        self._write("card.json", card)

    def set_robustness(self, measured: dict) -> None:
        self._write("robustness.json", measured)

    def set_history(self, entries: list[dict]) -> None:
        write_atomically(self.history_path, "".join(f"{json.dumps(entry)}\n" for entry in entries))

    def ask_to_stop(self, *, discard: bool = False) -> None:
        """Leave the note that a training looks for between batches, and perhaps that the run is then to be deleted."""
        (self.path / "stop").write_text("discard" if discard else "")

    def discard_was_asked(self) -> bool:
        return self.stop_was_asked() and (self.path / "stop").read_text() == "discard"

    def stop_was_asked(self) -> bool:
        return (self.path / "stop").exists()

    def forget_stop(self) -> None:
        (self.path / "stop").unlink(missing_ok=True)

    @property
    def note(self) -> str:
        """What its owner wrote about it."""
        return read_text(self.path / "note.txt")

    def set_note(self, text: str) -> None:
        write_atomically(self.path / "note.txt", text)

    @property
    def is_shipped(self) -> bool:
        """Whether it came with the app, and is therefore neither renamed nor deleted."""
        return bool(self._readable_card.get("shipped"))

    @property
    def log(self) -> str:
        """What the training process printed."""
        return read_text(self.log_path)

    @property
    def log_path(self) -> Path:
        return self.path / "log.txt"

    def report_path(self, dataset: str, split: str, *, tta: bool = False) -> Path:
        return self.path / "reports" / f"{dataset}-{split}{TTA if tta else ''}.json"

    def _json(self, name: str) -> dict | None:
        return read_object(self.path / name)

    def _write(self, name: str, value: dict) -> None:
        write_atomically(self.path / name, json.dumps(value, indent=2))


def way(tta: bool) -> str:
    """How images were answered, in words."""
    return "test-time augmentation" if tta else "single pass"


def no_weights(run_id: str) -> FerError:
    """The error for asking a run that ships without weights for an answer."""
    return FerError(
        f"The weights of {run_id!r} are not here, only its reports and curves. Train it again: "
        f"python -m fer train --recipe {run_id}"
    )
