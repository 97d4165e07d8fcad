"""The end of a training's log."""

import os

from fer.runs.run import LOG, Run
from fer.system.files import damaged


def log_tail(run: Run, characters: int = 5000) -> str:
    """The end of the training process's output."""
    path = run.path / LOG
    if not os.path.isfile(path):
        return ""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - characters))
            return file.read().decode(errors="replace").replace("\0", "")
    except OSError as error:
        raise damaged(path, error.strerror) from error
