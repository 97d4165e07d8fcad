"""`python -m fer download` in a process of its own, which goes on when the page is closed, and how far it is."""

import json
import re
from dataclasses import dataclass

import psutil

from fer.data import catalog, kaggle
from fer.errors import FerError
from fer.system.files import write_atomically
from fer.system.process import launch

BAR = re.compile(r"\s*(\d+)%\|[^|]*\|\s*(.+)")  # how tqdm draws in a file: share, bar, bytes, time and speed


@dataclass(frozen=True)
class Download:
    """What is known of the download that was started last.

    Attributes:
        is_running: whether its process lives.
        done: the share of the file that is here, 0 to 1; None while that is not known.
        text: bytes, time and speed while it runs, then what it said last.
        error: why it failed; empty where it did not.
    """

    is_running: bool
    done: float | None
    text: str
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
        raise FerError("A download runs already. Wait for its end, or cancel it.")
    catalog.DATA.mkdir(parents=True, exist_ok=True)
    environment = {"FER_DATA": str(catalog.DATA)} | ({kaggle.TOKEN: token} if token else {})
    arguments = ["download", "--source", source, "--votes" if votes else "--no-votes"]
    _log().unlink(missing_ok=True)
    process = psutil.Process(launch(arguments, _log(), **environment))
    write_atomically(_state(), json.dumps({"pid": process.pid, "created": process.create_time()}))


def latest() -> Download | None:
    """The download that was started last, or None where none ever was."""
    if not _state().is_file():
        return None
    said = re.split(r"[\r\n]+", _log().read_text(errors="replace")) if _log().is_file() else []
    lines = [line for line in said if line.strip()]
    running, last = _process() is not None, lines[-1] if lines else ""
    if running:
        bar = BAR.fullmatch(last)
        return Download(True, int(bar[1]) / 100, bar[2], "") if bar else Download(True, None, last, "")
    errors = [line.removeprefix("fer: ") for line in lines if line.startswith("fer: ")]
    kept = [line for line in lines if line.startswith("Kept ")]
    error = (
        errors[-1] if errors else "" if kept else "The download ended before it was done. Start it again; it goes on."
    )
    return Download(False, None, "; ".join(kept), error)


def cancel() -> None:
    """End the download; what is here of the file stays, so that it can go on."""
    if process := _process():
        process.terminate()
        process.wait(5)
    forget()


def forget() -> None:
    """Nothing more is told of it."""
    _state().unlink(missing_ok=True)


def _process() -> psutil.Process | None:
    try:
        known = json.loads(_state().read_text())
        process = psutil.Process(known["pid"])
        alive = process.create_time() == known["created"] and process.status() != psutil.STATUS_ZOMBIE
        return process if alive else None
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None


def _log():
    return catalog.DATA / ".download.txt"


def _state():
    return catalog.DATA / ".download.json"
