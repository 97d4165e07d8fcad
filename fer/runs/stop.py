"""Stop requests: a file in the run's directory that the training checks for between batches."""

from fer.errors import FerError
from fer.runs.run import Run

DISCARD = "discard"


def ask(run: Run, *, discard: bool = False) -> None:
    """Ask a run's training to stop; with `discard`, its supervisor deletes the run afterwards.

    Raises:
        FerError: if it was deleted.
    """
    try:
        (run.path / "stop").write_text(DISCARD if discard else "")
    except FileNotFoundError:
        raise FerError(f"Run {run.id!r} was deleted meanwhile.") from None


def was_asked(run: Run) -> bool:
    return (run.path / "stop").exists()


def discard_was_asked(run: Run) -> bool:
    return was_asked(run) and (run.path / "stop").read_text() == DISCARD


def forget(run: Run) -> None:
    (run.path / "stop").unlink(missing_ok=True)
