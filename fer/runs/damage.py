"""Which runs have damaged files, and which file it is."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fer.errors import FerError
from fer.runs.cached import version
from fer.runs.members import members
from fer.runs.run import CARD, CONFIG, HISTORY, LABELS, PROGRESS, ROBUSTNESS, STATUS, Run, card_of

FILES = (CONFIG, STATUS, CARD, LABELS, HISTORY, ROBUSTNESS, PROGRESS)


def damages(runs: Iterable[Run]) -> dict[str, str]:
    """What is wrong with each damaged run, by its name."""
    found = {run.id: damage(run) for run in runs}
    return {id: what for id, what in found.items() if what}


def damage(run: Run) -> str:
    """What is wrong with the first damaged file of a run, or with a member of an ensemble; empty if all can be read.
    Files are checked once per version."""
    return _damage(run.path, tuple(version(run.path / name) for name in FILES)) or _of_members(run)


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


def _of_members(run: Run) -> str:
    try:
        found = {member: damage(member) for member in members(run)}
    except FerError as error:
        return str(error)
    for member, what in found.items():
        if what:
            return f"{run.id} is an ensemble, and its member {member.id} is damaged: {what}"
        if not member.is_usable and not member.is_without_weights:
            return f"{run.id} is an ensemble, and its member {member.id} is not exported yet."
    return ""
