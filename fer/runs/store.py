"""Create, find, rename and delete runs, and choose the default one."""

import os
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer.errors import FerError, unknown
from fer.runs.config import TrainConfig
from fer.runs.members import ensembles_with, in_words, members, no_weights
from fer.runs.run import CONFIG, Run
from fer.runs.state import Status
from fer.runs.taught import waiting_for
from fer.system import places
from fer.system.files import put, read_text, remove_folder, write_atomically
from fer.system.text import check_file_name

BUNDLED = places.shipped("models", in_checkout="models")  # the shipped runs, read-only
MODELS = places.own("FER_MODELS", "models")  # the user's own; the same folder in a checkout
FLAGSHIP = "flagship"  # the default run unless the user chooses another
LONGEST = 64  # characters of a run's name
STUDIES = ".studies"  # the folder for the trials of studies, which are not listed as runs
FILLING = ".filling-"  # begins the folder of a run that has no name yet
WORKER_LOCK = "worker-{}.lock"  # in a study's folder; held while that worker runs
DEFAULT = ".default"  # the file with the user's choice, next to the runs


class RunStore:
    """A user's own runs together with the shipped ones.

    Args:
        root: the directory for new runs (default: MODELS, with BUNDLED as `shipped`).
        shipped: a read-only directory of further runs. A run in `root` hides one with the same name.
    """

    def __init__(self, root: Path | None = None, *, shipped: Path | None = None):
        self.root = Path(root or MODELS)
        self.shipped = shipped or (None if root else BUNDLED)

    @classmethod
    def around(cls, run: Run) -> "RunStore":
        """The store where a run finds its teachers and writes its results."""
        folder = run.path.parent
        if folder.parent.name == STUDIES:  # a study's trial
            folder = folder.parent.parent
        return cls(MODELS if folder == BUNDLED else folder, shipped=BUNDLED)

    def __iter__(self) -> Iterator[Run]:
        runs = {}
        for folder in filter(None, (self.shipped, self.root)):
            paths = folder.iterdir() if folder.is_dir() else []
            runs |= {path.name: Run(path) for path in paths if _is_run(path)}
        return iter([runs[id] for id in sorted(runs)])

    def __getitem__(self, id: str) -> Run:
        runs = {run.id: run for run in self}
        if id not in runs:
            raise unknown("run", id, runs)
        return runs[id]

    def create(self, config: TrainConfig, name: str | None = None) -> Run:
        """Create a run's directory, named `name` or after its architecture and the time.

        Raises:
            FerError: if a run with that name exists or the name isn't a plain file name.
        """
        run = self._named(config, name)
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            run.path.mkdir()
        except FileExistsError:  # another process has just taken the name
            raise _taken(run.id) from None
        try:
            write_atomically(run.path / CONFIG, config.to_json())
            run.status = Status()
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise
        return run

    @contextmanager
    def making(self, config: TrainConfig, name: str | None = None) -> Iterator[Run]:
        """`create` a run, and remove it again if the block that fills it fails."""
        run = self.create(config, name)
        try:
            yield run
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise

    @contextmanager
    def filling(self, config: TrainConfig, name: str | None = None) -> Iterator[Run]:
        """As `making`, but the run is hidden until the block has filled it: a process that is killed leaves no run.

        What it leaves instead is a folder whose name begins with FILLING; fer/runs/importing.py removes it.
        """
        run = self._named(config, name)
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root, prefix=FILLING) as folder:
            hidden = RunStore(Path(folder)).create(config, run.id)
            yield hidden
            try:
                put(hidden.path, run.path)
            except OSError:
                if run.path.exists():  # another process has taken the name meanwhile
                    raise _taken(run.id) from None
                raise

    def _named(self, config: TrainConfig, name: str | None) -> Run:
        given = f"{config.architecture}-{time.strftime('%Y%m%d-%H%M%S')}"
        return self.new(name if name is not None else free_name(self, given))

    def new(self, id: str) -> Run:
        """A run with a new name, not created yet. Raises FerError as `create`."""
        check_file_name(id, "run")
        run = Run(self.root / id)
        if run.path.exists() or (self.shipped and (self.shipped / id).exists()):
            raise _taken(id)
        return run

    def writable(self, run: Run) -> Run:
        """The run itself, or for a read-only one a copy among the user's own runs, which hides the original."""
        if run.path.parent != self.shipped or self.shipped == self.root:
            return run
        mine = Run(self.root / run.id)
        if not mine.path.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.root, prefix=".copy-") as folder:
                copied = shutil.copytree(run.path, Path(folder) / run.id, copy_function=shutil.copyfile)
                put(Path(copied), mine.path)
        return mine

    def rename(self, id: str, name: str) -> Run:
        """Rename a run.

        Raises:
            FerError: as for `delete`, or if the name is taken.
        """
        run = self._own(id)
        renamed, was_chosen = self.new(name), self._chosen == id
        put(run.path, renamed.path)
        if was_chosen:
            self._choose(name)
        return renamed

    def delete(self, id: str) -> None:
        """Delete a run with all its files.

        Raises:
            FerError: if it ships with the app, is training, being exported or in an ensemble, or a taught run needs it.
        """
        remove_folder(self._own(id).path)
        if self._chosen == id:
            self._choice.unlink(missing_ok=True)

    def _own(self, id: str) -> Run:
        run = self[id]
        if run.is_shipped or run.path.parent != self.root:
            raise FerError(f"{id} ships with the app and can't be renamed or deleted.")
        if run.is_held and run.status.state == "finished":
            raise FerError(f"{id} is being exported. Wait until that is done.")
        if run.is_held:
            raise FerError(f"{id} is training. Stop it first.")
        if ensembles := ensembles_with(self, id):
            raise FerError(
                f"{id} is a member of {in_words(ensembles)}, which cannot answer without it. Delete "
                f"{in_words(ensembles)} first."
            )
        if taught := waiting_for(self, run):
            files, made = ("file", "that is") if len(taught) == 1 else ("files", "those are")
            raise FerError(
                f"{id} is needed for the Keras {files} of {in_words(taught)}, taught on it. Once {made} made, in "
                f"Exports on the Models page, it can be renamed and deleted. Or delete {in_words(taught)} first."
            )
        return run

    @property
    def default(self) -> Run:
        """The run chosen by the user, else the flagship, else the first usable one.

        Raises:
            FerError: if no run is usable.
        """
        usable = {run.id: run for run in self if run.is_usable}
        if not usable:
            raise FerError(f"There is no trained model in {self.root}. Train one: python -m fer train.")
        return next((usable[id] for id in (self._chosen, FLAGSHIP) if id in usable), next(iter(usable.values())))

    @property
    def default_id(self) -> str:
        """The name of the default run; empty if no run is usable."""
        try:
            return self.default.id
        except FerError:
            return ""

    def set_default(self, id: str) -> Run:
        """Make a finished run the default. The choice is stored next to the user's runs."""
        chosen = self[id]
        if chosen.is_without_weights:
            raise no_weights(chosen)
        _ = members(chosen)  # raises a FerError if one is missing
        if not chosen.is_usable:
            raise FerError(f"Run {id!r} has no exported model yet. Finish its training first.")
        self._choose(id)
        return chosen

    @property
    def _choice(self) -> Path:
        return self.root / DEFAULT

    @property
    def _chosen(self) -> str:
        try:
            return read_text(self._choice).strip()
        except FerError:  # no choice is worth more than no page
            return ""

    def _choose(self, id: str) -> None:
        write_atomically(self._choice, f"{id}\n")


def _taken(id: str) -> FerError:
    return FerError(f"A run named {id!r} already exists. Choose another name, or delete that run.")


def slug(text: str) -> str:
    """The name for a run that is closest to what a person typed; empty if nothing of it can be in a name."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", letters).lstrip("._-")[:LONGEST].rstrip("-")


def free_name(store: RunStore, name: str) -> str:
    """The name, or with the lowest number behind it that makes it a new one."""
    taken, number, free = {run.id for run in store}, 2, name
    while free in taken:
        free, number = f"{name[: LONGEST - 4]}-{number}", number + 1
    return free


def _is_run(path: Path) -> bool:
    """Whether a folder is a run; its recipe may be damaged, but it is there, unless the folder itself is closed."""
    if path.name.startswith(".") or not os.path.isdir(path):
        return False
    return os.path.lexists(path / CONFIG) or not os.access(path, os.R_OK | os.X_OK)
