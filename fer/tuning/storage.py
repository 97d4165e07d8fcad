"""Where studies are kept: a journal file beside the runs, or a database that several machines share."""

import os
import uuid
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from fer.errors import FerError, extra, shortened
from fer.runs.store import STUDIES, RunStore
from fer.system.files import damaged
from fer.system.text import check_file_name
from fer.tuning import database

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

JOURNAL = "journal.log"
BEGUN = "begun"  # a random word beside it: another study of the same name has another one


def folder(store: RunStore, name: str) -> Path:
    """A study's own folder, with its journal, its trials' runs and its workers' logs.

    Raises:
        FerError: if the name isn't a plain file name.
    """
    check_file_name(name, "study")
    return store.root / STUDIES / name


def names(store: RunStore) -> list[str]:
    """The studies whose journal is on this machine, the latest first."""
    found = (store.root / STUDIES).glob(f"*/{JOURNAL}")
    return [path.parent.name for path in sorted(found, key=lambda path: -path.stat().st_mtime)]


def folders(store: RunStore) -> list[str]:
    """The studies that have trained on this machine, wherever they are kept."""
    return sorted(path.name for path in (store.root / STUDIES).glob("*") if path.is_dir())


def seen(store: RunStore) -> list[str]:
    """The studies of which this machine's folders tell, the latest first: those with a journal here, and those of this
    server's database that were begun or have trained here."""
    found = set(names(store)) | set(folders(store) if database.shared() else [])
    changed = {name: _changed(folder(store, name)) for name in found}
    return sorted(found, key=lambda name: -changed[name])


def _changed(place: Path) -> float:
    path = place / JOURNAL
    return (path if path.is_file() else place).stat().st_mtime


def address(store: RunStore, name: str, given: str = "") -> str:
    """The database of a study: the given one, else none if its journal is on this machine, else this server's."""
    return given or ("" if name in names(store) else database.shared())


def runs_of(store: RunStore, name: str) -> RunStore:
    """The runs that a study's trials left on this machine."""
    return RunStore(folder(store, name))


def open_storage(store: RunStore, name: str, url: str = "", *, create: bool = False) -> "BaseStorage":
    """Optuna's storage of a study.

    Args:
        url: of a database; empty: the journal beside the runs.
        create: whether to begin a journal that is not there.

    Raises:
        FerError: if it is not there or cannot be reached.
    """
    if url:
        return database.open_database(url)
    path = folder(store, name) / JOURNAL
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.with_name(BEGUN).write_text(uuid.uuid4().hex, encoding="utf-8")
        path.touch()
    if not path.is_file():
        raise FerError(f"There is no study {name!r} here. Known: {', '.join(names(store)) or 'none yet'}.")
    begun = path.with_name(BEGUN)
    return _journal(path, begun.read_text(encoding="utf-8") if begun.is_file() else "")


@lru_cache(maxsize=16)
def _journal(path: Path, begun: str) -> "BaseStorage":
    """Kept open, so that only what is new is read: a study of 500 trials has thousands of lines.

    Args:
        begun: the word beside it.
    """
    with extra("tune", "Tuning"):
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    class Lock(JournalFileOpenLock):
        """Freed by the system when its holder is killed; Optuna's own is only broken after 30 seconds."""

        def __init__(self):
            self.lock = FileLock(path.with_suffix(".lock"))

        def acquire(self) -> bool:
            self.lock.acquire()
            _mend(path)
            return True

        def release(self) -> None:
            self.lock.release()

    try:
        return JournalStorage(JournalFileBackend(str(path), lock_obj=Lock()))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:  # whatever a strange line does
        raise damaged(path, shortened(error)) from error


def _mend(path: Path) -> None:
    """Cut off a last line that a full disk or a power cut left half written; another one after it would spoil it."""
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - 2**20)
        file.seek(start)
        tail = file.read()
        if tail and not tail.endswith(b"\n"):
            file.truncate(start + tail.rfind(b"\n") + 1)
