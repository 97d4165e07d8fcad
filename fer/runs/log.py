"""The end of the log of a process in the background."""

import os
from pathlib import Path

from fer.runs.run import LOG, Run
from fer.system.files import damaged
from fer.system.process import ERROR


def log_tail(run: Run, characters: int = 5000) -> str:
    """The end of the training process's output."""
    return tail_of(run.path / LOG, characters)


def tail_of(path: Path, characters: int = 5000) -> str:
    """The end of a text file; empty if there is none."""
    if not os.path.isfile(path):
        return ""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - characters))
            return file.read().decode(errors="replace").replace("\0", "")
    except OSError as error:
        raise damaged(path, error.strerror) from error


def last_error(path: Path) -> str:
    """What the process said that wrote a log last, if it ended with an error."""
    lines = tail_of(path).splitlines()
    return lines[-1].removeprefix(ERROR) if lines and lines[-1].startswith(ERROR) else ""
