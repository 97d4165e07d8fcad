"""`python -m fer download` in a process of its own, which goes on when the page is closed, and how far it is.

The downloading process tells its state in data/.download.json. What it prints goes to data/.download.txt, for people.
"""

import errno
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from fer.data import catalog, kaggle
from fer.errors import DISK_FULL, FerError
from fer.system.files import write_atomically
from fer.system.process import launch

STARTING, VOTES, DONE, FAILED = "starting", "votes", "done", "failed"  # phases, beside those of kaggle.get_faces
EVERY = 0.5  # seconds between two states in which only the bytes differ
BROKE_OFF = "The download ended before it was done. Start it again; it goes on."
RUNS_ALREADY = "A download runs already. Wait for its end, or cancel it."


@dataclass(frozen=True)
class Download:
    """What is known of the download that was started last.

    Attributes:
        is_running: whether its process lives and is not done.
        phase: STARTING, kaggle.DOWNLOADING, kaggle.READING, VOTES, DONE or FAILED.
        done: bytes of the file that are here.
        total: its bytes; None while that is not known.
        speed: bytes a second.
        kept: names of the files that it has put into data/.
        error: why it failed; empty where it did not.
    """

    is_running: bool
    phase: str
    done: int
    total: int | None
    speed: float
    kept: tuple[str, ...]
    error: str


def start(source: str, *, votes: bool, token: str = "") -> None:
    """Begin, or go on where an earlier one broke off.

    Args:
        source: a key of kaggle.SOURCES.
        votes: the FER+ votes too.
        token: Kaggle's API token; empty where kagglehub is to find one by itself, or where none is needed.

    Raises:
        FerError: where one runs already.
    """
    if (last := latest()) and last.is_running:
        raise FerError(RUNS_ALREADY)
    catalog.DATA.mkdir(parents=True, exist_ok=True)
    environment = {"FER_DATA": str(catalog.DATA)} | ({kaggle.TOKEN: token} if token else {})
    arguments = ["download", "--source", source, "--votes" if votes else "--no-votes"]
    _log().unlink(missing_ok=True)
    forget()
    process = psutil.Process(launch(arguments, _log(), **environment))
    with suppress(FileExistsError), _state().open("x") as file:  # unless that process was quicker
        json.dump({"pid": process.pid, "created": process.create_time(), "phase": STARTING}, file)


def fetch(source: str, *, votes: bool) -> Iterator[Path]:
    """Download in this process and write its state. Gives each file when it is kept; what is there is left alone.

    Raises:
        FerError: as `kaggle.get_faces` and `kaggle.get_votes` do, and where another process downloads already.
    """
    if (known := _known()) and known.get("pid") != os.getpid() and _download(known).is_running:
        raise FerError(RUNS_ALREADY)
    state = _State()
    try:
        if kaggle.NAME not in catalog.available():
            yield state.keep(kaggle.get_faces(source, on_progress=state.tell))
        if votes and not catalog.ferplus_path(catalog.find(kaggle.NAME)).is_file():
            state.tell(VOTES)
            yield state.keep(kaggle.get_votes())
    except BaseException as error:
        with suppress(OSError):  # the disk may be full
            state.tell(FAILED, error=_why(error))
        raise
    state.tell(DONE)


def latest() -> Download | None:
    """The download that was started last, or None where none ever was."""
    known = _known()
    return _download(known) if known else None


def cancel() -> None:
    """End the download; what is here of the file stays, so that it can go on."""
    if process := _process(_known() or {}):
        process.terminate()
        process.wait(5)
    forget()


def forget() -> None:
    """Nothing more is told of it."""
    _state().unlink(missing_ok=True)


class _State:
    """What the downloading process writes of itself."""

    def __init__(self):
        self._me, self._kept = psutil.Process(), []
        self._stage, self._written, self._began = None, 0.0, (0.0, 0)

    def tell(self, phase: str, done: int = 0, total: int | None = None, *, error: str = "") -> None:
        """Write where it is: at once in a new phase and when the total becomes known, else at most every EVERY seconds.

        Args:
            done, total: bytes.
        """
        now, stage = time.monotonic(), (phase, total)
        if stage == self._stage and now - self._written < EVERY:
            return
        if stage != self._stage:
            self._stage, self._began = stage, (now, done)
        began, before = self._began
        told = {
            "pid": self._me.pid,
            "created": self._me.create_time(),
            "phase": phase,
            "done": done,
            "total": total,
            "speed": (done - before) / (now - began) if now > began else 0.0,
            "kept": self._kept,
            "error": error,
        }
        write_atomically(_state(), json.dumps(told))
        self._written = now

    def keep(self, path: Path) -> Path:
        self._kept.append(path.name)
        return path


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return DISK_FULL
    return str(error) if isinstance(error, FerError) else BROKE_OFF


def _known() -> dict | None:
    """What was written last; None where nothing was, or not all of it yet."""
    try:
        return json.loads(_state().read_text())
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


def _process(known: dict) -> psutil.Process | None:
    try:
        process = psutil.Process(known["pid"])
        alive = process.create_time() == known["created"] and process.status() != psutil.STATUS_ZOMBIE
        return process if alive else None
    except (KeyError, psutil.NoSuchProcess):
        return None


def _log() -> Path:
    return catalog.DATA / ".download.txt"


def _state() -> Path:
    return catalog.DATA / ".download.json"
