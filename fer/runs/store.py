"""The directories of runs: create, find, rename, delete, and the one that answers by default."""

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fer.errors import FerError, unknown
from fer.runs.config import TrainConfig
from fer.runs.run import Run, no_weights
from fer.runs.state import Status
from fer.system import places
from fer.system.files import read_text, write_atomically

BUNDLED = places.shipped("models", in_checkout="models")  # the runs that ship; only read
MODELS = places.own("FER_MODELS", "models")  # a user's own; in a checkout the same folder
FLAGSHIP = "flagship"  # the shipped run that answers by default
DEFAULT = ".default"  # the file beside a user's runs that names another


class RunStore:
    """A user's own runs, and the shipped ones with them.

    Args:
        root: the directory that new runs go to (default: MODELS, and then `shipped` is BUNDLED).
        shipped: a directory of runs that are listed too, but never written to. A run in `root` hides its namesake.
    """

    def __init__(self, root: Path | None = None, *, shipped: Path | None = None):
        self.root = Path(root or MODELS)
        self.shipped = shipped or (None if root else BUNDLED)

    @classmethod
    def around(cls, run: Run) -> "RunStore":
        """The store in which that run finds its teachers and leaves what comes of it."""
        folder = run.path.parent
        return cls(MODELS if folder == BUNDLED else folder, shipped=BUNDLED)

    def __iter__(self) -> Iterator[Run]:
        found = {}
        for folder in filter(None, (self.shipped, self.root)):
            paths = folder.iterdir() if folder.is_dir() else []
            found |= {path.name: Run(path) for path in paths if (path / "config.json").is_file()}
        return iter([found[id] for id in sorted(found)])

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
        if run.path.exists() or (self.shipped and (self.shipped / id).exists()):
            raise FerError(f"A run named {id!r} exists already. Choose another name, or delete that run.")
        return run

    def writable(self, run: Run) -> Run:
        """The run itself, or of one that is only read a copy among the user's own, which hides it from then on."""
        if run.path.parent != self.shipped or self.shipped == self.root:
            return run
        mine = Run(self.root / run.id)
        if not mine.path.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.root, prefix=".copy-") as folder:
                copied = shutil.copytree(run.path, Path(folder) / run.id, copy_function=shutil.copyfile)
                copied.rename(mine.path)
        return mine

    def rename(self, id: str, name: str) -> Run:
        """Give a run another name. Raises FerError for one that ships, is at work, or where the name is taken."""
        run = self._own(id)
        fresh, was_chosen = self._new(name), self._chosen == id
        run.path.rename(fresh.path)
        if was_chosen:
            self._choose(name)
        return fresh

    def delete(self, id: str) -> None:
        """Remove a run and all its files. Raises FerError for one that ships or is at work."""
        shutil.rmtree(self._own(id).path)
        if self._chosen == id:
            self._choice.unlink()

    def _own(self, id: str) -> Run:
        run = self[id]
        if run.is_shipped or run.path.parent != self.root:
            raise FerError(f"{id} ships with the app; it is neither renamed nor deleted.")
        if run.is_held:
            raise FerError(f"{id} is training; stop it first.")
        return run

    @property
    def default(self) -> Run:
        """The run that the user chose, else the flagship, else the first that can answer.

        Raises:
            FerError: where none can answer.
        """
        usable = {run.id: run for run in self if run.is_usable}
        if not usable:
            raise FerError(f"There is no trained model in {self.root}. Train one: python -m fer train.")
        return next((usable[id] for id in (self._chosen, FLAGSHIP) if id in usable), next(iter(usable.values())))

    @property
    def default_id(self) -> str:
        """The name of the default run; empty where none can answer."""
        try:
            return self.default.id
        except FerError:
            return ""

    def set_default(self, id: str) -> Run:
        """Make a finished run the one that answers. The choice is kept beside the user's runs."""
        chosen = self[id]
        if chosen.is_without_weights:
            raise no_weights(chosen.id)
        if not chosen.is_usable:
            raise FerError(f"Run {id!r} has no exported model yet; finish its training first.")
        self._choose(id)
        return chosen

    @property
    def _choice(self) -> Path:
        return self.root / DEFAULT

    @property
    def _chosen(self) -> str:
        return read_text(self._choice).strip()

    def _choose(self, id: str) -> None:
        write_atomically(self._choice, f"{id}\n")
