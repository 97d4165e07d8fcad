"""Run `python -m fer download` in a background process, which continues when the page is closed, and track it.

The process writes its state to data/.download.json and its output to data/.download.txt.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fer.data import catalog, kaggle
from fer.data.folder_classes import OPTION
from fer.errors import FerError, disk_error, extra
from fer.system.files import write_atomically
from fer.system.process import launch
from fer.system.records import Amount, Count, Text, from_json

if TYPE_CHECKING:
    import psutil

STARTING, VOTES, DONE, FAILED = (
    "starting",
    "votes",
    "done",
    "failed",
)  # phases, in addition to those of kaggle.get_data
EVERY = 0.5  # seconds between updates within a phase
BROKE_OFF = "The download stopped before it finished. Start it again to resume."
RUNS_ALREADY = "A download is already running. Wait for it to finish, or cancel it."


@dataclass(frozen=True)
class Download:
    """The state of the most recent download.

    Attributes:
        is_running: whether its process is alive and not finished.
        phase: STARTING, kaggle.DOWNLOADING, kaggle.READING, VOTES, DONE or FAILED.
        done: bytes downloaded.
        total: bytes of the file; None until known.
        speed: bytes per second.
        kept: names of the files stored in data/.
        error: why it failed; empty if it didn't.
    """

    is_running: bool
    phase: str
    done: int
    total: int | None
    speed: float
    kept: tuple[str, ...]
    error: str


def start(source: str, *, votes: bool, mapping: str = "", token: str = "") -> None:
    """Start a download, or resume an interrupted one.

    Args:
        source: a key of kaggle.SOURCES, or a data set's owner/name.
        votes: whether to download the FER+ votes too, with FER2013's csv.
        mapping: a name in folder_classes.MAPPINGS that somebody confirmed for numbered class folders.
        token: Kaggle API token; empty if none is needed or kagglehub should look for one.

    Raises:
        FerError: if a download is already running, or `source` cannot be one.
    """
    kaggle.source(source)  # raises a FerError before anything is started
    if (last := latest()) and last.is_running:
        raise FerError(RUNS_ALREADY)
    catalog.DATA.mkdir(parents=True, exist_ok=True)
    environment = {"FER_DATA": str(catalog.DATA)} | ({kaggle.TOKEN: token} if token else {})
    arguments = ["download", f"--source={source}", "--votes" if votes else "--no-votes"]
    arguments += [f"{OPTION}={mapping}"] if mapping else []
    _log().unlink(missing_ok=True)
    forget()
    process = _psutil().Process(launch(arguments, _log(), **environment))
    with suppress(FileExistsError), _state().open("x") as file:  # unless that process has already written it
        json.dump({"pid": process.pid, "created": process.create_time(), "phase": STARTING}, file)


def fetch(source: str, *, votes: bool, mapping: str = "") -> Iterator[Path]:
    """Download in this process and record its state. Yields each file once stored; existing files are kept.

    Args: as for `start`.

    Raises:
        FerError: as for `kaggle.get_data` and `kaggle.get_votes`, and if another process is already downloading.
    """
    if (known := _known()) and known.get("pid") != os.getpid() and _download(known).is_running:
        raise FerError(RUNS_ALREADY)
    state = _State()
    try:
        wanted = kaggle.source(source)
        if wanted.name not in catalog.available():
            yield state.keep(kaggle.get_data(wanted, mapping=mapping, on_progress=state.report))
        if votes and wanted.name == kaggle.NAME and not catalog.ferplus_path(catalog.find(kaggle.NAME)).is_file():
            state.report(VOTES)
            yield state.keep(kaggle.get_votes())
    except BaseException as error:
        with suppress(OSError):  # the disk may be full
            state.report(FAILED, error=_why(error))
        raise
    state.report(DONE)


def latest() -> Download | None:
    """The most recent download, or None if there never was one."""
    known = _known()
    return _download(known) if known else None


def cancel() -> None:
    """Stop the download; the partial file is kept, so that it can be resumed."""
    if process := _process(_known() or {}):
        process.terminate()
        process.wait(5)
    forget()


def forget() -> None:
    """Discard the state of the last download."""
    _state().unlink(missing_ok=True)


class _State:
    """The state that the downloading process records."""

    def __init__(self):
        self._me, self._kept = _psutil().Process(), []
        self._stage, self._written, self._began = None, 0.0, (0.0, 0)

    def report(self, phase: str, done: int = 0, total: int | None = None, *, error: str = "") -> None:
        """Record progress: immediately when the phase or total changes, otherwise at most every EVERY seconds.

        Args:
            done, total: bytes.
        """
        now, stage = time.monotonic(), (phase, total)
        if stage == self._stage and now - self._written < EVERY:
            return
        if stage != self._stage:
            self._stage, self._began = stage, (now, done)
        began, before = self._began
        state = {
            "pid": self._me.pid,
            "created": self._me.create_time(),
            "phase": phase,
            "done": done,
            "total": total,
            "speed": (done - before) / (now - began) if now > began else 0.0,
            "kept": self._kept,
            "error": error,
        }
        write_atomically(_state(), json.dumps(state))
        self._written = now

    def keep(self, path: Path) -> Path:
        self._kept.append(path.name)
        return path


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and (refusal := disk_error(error)):
        return str(refusal)
    return str(error) if isinstance(error, FerError) else BROKE_OFF


@dataclass(frozen=True)
class _Recorded:
    """The content of the state file."""

    pid: Count
    created: Amount
    phase: Text = STARTING
    done: Count = 0
    total: Count | None = None
    speed: Amount = 0.0
    kept: tuple[Text, ...] = ()
    error: Text = ""


def _known() -> dict | None:
    """The last recorded state; None if there is none or it is damaged."""
    try:
        return asdict(from_json(_state().read_bytes(), _Recorded))
    except (OSError, ValueError):
        return None


def _download(known: dict) -> Download:
    phase = known.get("phase", STARTING)
    is_running = phase not in (DONE, FAILED) and _process(known) is not None
    died = not is_running and phase not in (DONE, FAILED)
    return Download(
        is_running=is_running,
        phase=FAILED if died else phase,
        done=known.get("done", 0),
        total=known.get("total"),
        speed=known.get("speed", 0.0),
        kept=tuple(known.get("kept", ())),
        error=BROKE_OFF if died else known.get("error", ""),
    )


def _process(known: dict) -> "psutil.Process | None":
    psutil = _psutil()
    try:
        process = psutil.Process(known["pid"])
        alive = process.create_time() == known["created"] and process.status() != psutil.STATUS_ZOMBIE
        return process if alive else None
    except (KeyError, OverflowError, psutil.Error):
        return None


def _psutil():
    with extra("train", "Downloading"):
        import psutil
    return psutil


def _log() -> Path:
    return catalog.DATA / ".download.txt"


def _state() -> Path:
    return catalog.DATA / ".download.json"
