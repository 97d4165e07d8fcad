"""The end of a training's log."""

import os
from pathlib import Path

from fer.runs.run import LOG, Run
from fer.system.files import damaged


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
