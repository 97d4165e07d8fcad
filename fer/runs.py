"""Runs: a trained, or training, model is a directory, and these are the only names of the files in it."""

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fer.config import TrainConfig
from fer.errors import FerError, unknown
from fer.report import Report, way

MODELS = Path(__file__).parents[1] / "models"
TTA = "-tta"  # ends the names of reports that were made with test-time augmentation
EXPORTS = {"float16": "model-float16.tflite", "int8": "model-int8.tflite", "onnx": "model.onnx"}
REPORT_NAME = re.compile(rf"(.+)-(train|val|test|all)({TTA})?\.json")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(fresh, 0o644)  # mkstemp's 0600 would hide a run from the other users of a shared machine
        os.replace(fresh, path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


class Run:
    """One training and what came of it, in a directory.

    `config.json` the recipe; `status.json` the state; `progress.json` where the training is, and its heartbeat;
    `history.jsonl` a line an epoch; `checkpoint.npz` what a resumed training needs; `model.keras` the best epoch so
    far; `model.tflite` the same for inference, EXPORTS for others; `card.json` what a reader wants to know;
    `reports/*.json`; `events.tfevents` the history for TensorBoard.
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
        """`state`: created, training, stopped, failed or finished; `message`; `time` in seconds since 1970."""
        return self._json("status.json") or {"state": "created", "message": "", "time": 0}

    @property
    def progress(self) -> dict:
        """`epoch` and `batch` (from 0), `epochs`, `batches`, `images_per_second`, `time`; empty at first."""
        return self._json("progress.json") or {}

    @property
    def card(self) -> dict:
        """Labels, architecture, size, seed, versions, machine, wall time, data and scores; empty until finished."""
        return self._json("card.json") or {}

    @property
    def history(self) -> list[dict]:
        """One entry an epoch."""
        path = self.path / "history.jsonl"
        try:
            return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
        except ValueError as error:
            raise _damaged(path, error) from error

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.card["labels"])

    def source_of(self, dataset: str) -> str:
        """Where a data set may be opened: the path this run was trained from, if that is the one, or else its name."""
        return self.config.data if Path(self.config.data).stem == dataset else dataset

    def temperature(self, *, tta: bool = False) -> float | None:
        """What its logits are divided by for honest probabilities; fitted on val, None where it never was."""
        return self.card.get("temperature", {}).get(way(tta))

    @property
    def test_score(self) -> dict | None:
        """The summary of the report on the test split of its own data; None where that was never made, and for drawn
        faces, on which no accuracy is a model's accuracy."""
        data = self.card.get("data", {"format": "synthetic"})
        return None if data["format"] == "synthetic" else self.card["scores"].get(f"{data['name']}-test")

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
        try:
            return self.tflite_path.is_file() and bool(self.card)
        except FerError:
            return False

    def set_status(self, state: str, message: str = "") -> None:
        self._write("status.json", {"state": state, "message": message, "time": time.time()})

    def set_progress(self, **values) -> None:
        self._write("progress.json", {**values, "time": time.time()})

    def set_card(self, card: dict) -> None:
        self._write("card.json", card)

    def set_history(self, entries: list[dict]) -> None:
        write_atomically(self.path / "history.jsonl", "".join(f"{json.dumps(entry)}\n" for entry in entries))

    def ask_to_stop(self) -> None:
        """Leave the note that a training looks for between batches."""
        (self.path / "stop").touch()

    def stop_was_asked(self) -> bool:
        return (self.path / "stop").exists()

    def forget_stop(self) -> None:
        (self.path / "stop").unlink(missing_ok=True)

    def reports(self) -> list[tuple[str, str, bool]]:
        """(data set, split, with test-time augmentation) of every stored report."""
        names = [REPORT_NAME.fullmatch(path.name) for path in sorted((self.path / "reports").glob("*.json"))]
        return [(name[1], name[2], bool(name[3])) for name in names if name]

    def report(self, dataset: str, split: str, *, tta: bool = False) -> Report | None:
        """The stored report, or None where that evaluation was never made.

        Raises:
            FerError: for a damaged one, or one whose labels are not in the order of this run's answers.
        """
        path = self.report_path(dataset, split, tta=tta)
        report = Report.from_json(path.read_text(errors="replace")) if path.is_file() else None
        labels = self.card.get("labels")
        if report and labels and list(report.labels) != labels:
            raise FerError(
                f"{path.name} counts its labels as {', '.join(report.labels)}, but {self.id} answers "
                f"{', '.join(labels)}: it would be read wrongly. Evaluate again."
            )
        return report

    def report_path(self, dataset: str, split: str, *, tta: bool = False) -> Path:
        return self.path / "reports" / f"{dataset}-{split}{TTA if tta else ''}.json"

    def add_report(self, report: Report) -> None:
        write_atomically(self.report_path(report.dataset, report.split, tta=report.tta), report.to_json())

    def _json(self, name: str) -> dict | None:
        try:
            value = json.loads((self.path / name).read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:  # no JSON, or no text at all
            raise _damaged(self.path / name, error) from error
        if not isinstance(value, dict):
            raise _damaged(self.path / name, f"a JSON object is expected, got {type(value).__name__}")
        return value

    def _write(self, name: str, value: dict) -> None:
        write_atomically(self.path / name, json.dumps(value, indent=2))


def _damaged(path: Path, why: object) -> FerError:
    return FerError(f"{path} is damaged ({why}). Delete the run or restore the file.")


class RunStore:
    """A directory of runs: the bundled ones, and a user's own beside them."""

    def __init__(self, root: Path | None = None):
        self.root = Path(root or MODELS)

    def __iter__(self) -> Iterator[Run]:
        paths = sorted(self.root.iterdir()) if self.root.is_dir() else []
        return iter([Run(path) for path in paths if (path / "config.json").is_file()])

    def __getitem__(self, id: str) -> Run:
        runs = {run.id: run for run in self}
        if id not in runs:
            raise unknown("run", id, runs)
        return runs[id]

    def create(self, config: TrainConfig, name: str | None = None) -> Run:
        """A new run's directory, named `name`, or after its architecture and the time.

        Raises:
            FerError: where a run of that name exists or the name is no plain file name.
        """
        id = name if name is not None else f"{config.architecture}-{time.strftime('%Y%m%d-%H%M%S')}"
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", id):
            raise FerError(f"A run's name must be 1 to 64 letters, digits, '.', '_' or '-', got {id!r}.")
        run = Run(self.root / id)
        if run.path.exists():
            raise FerError(f"A run named {id!r} exists already. Choose another --name, or delete {run.path}.")
        write_atomically(run.path / "config.json", config.to_json())
        run.set_status("created")
        return run

    def delete(self, id: str) -> None:
        shutil.rmtree(self[id].path)

    @property
    def default(self) -> Run:
        """The run whose card says so, or else the first that can answer."""
        usable = [run for run in self if run.is_usable]
        if not usable:
            raise FerError(f"There is no trained model in {self.root}. Train one: python -m fer train.")
        return next((run for run in usable if run.card.get("default")), usable[0])

    def set_default(self, id: str) -> Run:
        """Make a finished run the one that answers, and no other."""
        chosen = self[id]
        if not chosen.is_usable:
            raise FerError(f"Run {id!r} has no exported model yet; finish its training first.")
        for run in self:
            if run.is_usable and bool(run.card.get("default")) != (run.id == id):
                run.set_card({**run.card, "default": run.id == id})
        return chosen
