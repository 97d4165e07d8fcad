"""The directory of runs: create, find, rename, delete, and the one that answers by default."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fer.errors import FerError, unknown
from fer.runs.config import TrainConfig
from fer.runs.run import Run, no_weights
from fer.runs.state import Status
from fer.system.files import write_atomically

BUNDLED = Path(__file__).parents[2] / "models"  # the runs that ship
MODELS = Path(os.environ.get("FER_MODELS") or BUNDLED)


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
        run = self._new(name if name is not None else f"{config.architecture}-{time.strftime('%Y%m%d-%H%M%S')}")
        write_atomically(run.path / "config.json", config.to_json())
        run.status = Status()
        return run

    def _new(self, id: str) -> Run:
        """A run of that name, which does not exist yet."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", id):
            raise FerError(f"A run's name must be 1 to 64 letters, digits, '.', '_' or '-', got {id!r}.")
        run = Run(self.root / id)
        if run.path.exists():
            raise FerError(f"A run named {id!r} exists already. Choose another name, or delete that run.")
        return run

    def rename(self, id: str, name: str) -> Run:
        """Give a run another name. Raises FerError for one that ships, is at work, or where the name is taken."""
        run = self._own(id)
        fresh = self._new(name)
        run.path.rename(fresh.path)
        return fresh

    def delete(self, id: str) -> None:
        """Remove a run and all its files. Raises FerError for one that ships or is at work."""
        shutil.rmtree(self._own(id).path)

    def _own(self, id: str) -> Run:
        run = self[id]
        if run.is_shipped:
            raise FerError(f"{id} ships with the app; it is neither renamed nor deleted.")
        if run.is_held:
            raise FerError(f"{id} is training; stop it first.")
        return run

    @property
    def default(self) -> Run:
        """The run whose card says so, or else the first that can answer."""
        usable = [run for run in self if run.is_usable]
        if not usable:
            raise FerError(f"There is no trained model in {self.root}. Train one: python -m fer train.")
        return next((run for run in usable if run.card.default), usable[0])

    def set_default(self, id: str) -> Run:
        """Make a finished run the one that answers, and no other."""
        chosen = self[id]
        if chosen.is_without_weights:
            raise no_weights(chosen.id)
        if not chosen.is_usable:
            raise FerError(f"Run {id!r} has no exported model yet; finish its training first.")
        for run in self:
            if run.is_usable and run.card.default != (run.id == id):
                run.card = replace(run.card, default=run.id == id)
        return chosen
