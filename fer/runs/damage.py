"""Which runs have damaged files, and which file it is."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fer.errors import FerError
from fer.runs.run import CARD, CONFIG, HISTORY, LABELS, PROGRESS, ROBUSTNESS, STATUS, Run, card_of, version

FILES = (CONFIG, STATUS, CARD, LABELS, HISTORY, ROBUSTNESS, PROGRESS)


def damages(runs: Iterable[Run]) -> dict[str, str]:
    """What is wrong with each damaged run, by its name."""
    found = {run.id: damage(run) for run in runs}
    return {id: what for id, what in found.items() if what}


def damage(run: Run) -> str:
    """What is wrong with the first damaged file of a run; empty if all can be read. Checked once per version."""
    return _damage(run.path, tuple(version(run.path / name) for name in FILES))


@lru_cache(maxsize=1024)
def _damage(path: Path, _) -> str:
    run = Run(path)
    try:
        _ = run.config, card_of(run), run.labels, run.history, run.robustness, run.note
        if run.status.state == "training":
            _ = run.progress
    except FerError as error:
        return str(error)
    return ""
